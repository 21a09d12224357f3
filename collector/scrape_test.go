package collector_test

import (
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"

	"github.com/telemetrygen/telemetrygen/collector/sink"
)

// TestScrapersWaitForEachOther: twenty at once are all answered, one after the other, so
// that the memory of one is enough.
func TestScrapersWaitForEachOther(t *testing.T) {
	server := serve(t, nil)
	for range 2 {
		if status, text, _ := server.post(t, large(1_400)); status != 200 {
			t.Fatalf("%d %s", status, text)
		}
	}
	var scraping sync.WaitGroup
	begun := make(chan struct{})
	for range 20 {
		scraping.Go(func() {
			<-begun
			start := time.Now()
			status, text, _ := server.see(t, "/metrics", "X-Prometheus-Scrape-Timeout-Seconds", "10")
			if status != 200 || !strings.Contains(text, "telemetry_collector_store_up 1\n") {
				t.Errorf("%d after %v: %.80s", status, time.Since(start), text)
			}
		})
	}
	close(begun)
	scraping.Wait()
}

// TestAScrapersTimeoutIsATime: one that is none, or longer than all, is that of Prometheus.
func TestAScrapersTimeoutIsATime(t *testing.T) {
	server := serve(t, nil)
	for _, timeout := range []string{"10", "0.5", "Inf", "1e300", "NaN", "-1", "0", "soon"} {
		status, text, _ := server.see(t, "/metrics", "X-Prometheus-Scrape-Timeout-Seconds", timeout)
		if status != 200 || !strings.Contains(text, "telemetry_collector_store_up 1\n") {
			t.Errorf("%s: %d, and the store is not up", timeout, status)
		}
	}
}

// TestALargeScrapeIsWhatARegistryWrites: the totals are turned into text some at a time,
// sorted, and each family is there once; also for a scraper that would rather have
// another form.
func TestALargeScrapeIsWhatARegistryWrites(t *testing.T) {
	server := serve(t, nil)
	if status, text, _ := server.post(t, large(1_400)); status != 200 {
		t.Fatalf("%d %s", status, text)
	}
	of := func(accept string) (text string, families map[string]*dto.MetricFamily) {
		status, text, header := server.see(t, "/metrics", "Accept", accept)
		if status != 200 {
			t.Fatalf("%d %s", status, text)
		}
		families = map[string]*dto.MetricFamily{}
		decoder := expfmt.NewDecoder(strings.NewReader(text), expfmt.ResponseFormat(header))
		for {
			family := new(dto.MetricFamily)
			err := decoder.Decode(family)
			if errors.Is(err, io.EOF) {
				return text, families
			}
			if err != nil || families[family.GetName()] != nil {
				t.Fatalf("%s after %d others: %v", family.GetName(), len(families), err)
			}
			families[family.GetName()] = family
		}
	}
	text, plain := of("text/plain;version=0.0.4")
	preferring, _ := of("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,text/plain;q=0.3")
	again := func(families ...*dto.MetricFamily) string {
		all, err := prometheus.Gatherers{prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return families, nil })}.Gather()
		if err != nil || len(all) != 1 {
			t.Fatalf("%d families: %v", len(all), err)
		}
		var written strings.Builder
		if _, err := expfmt.MetricFamilyToText(&written, all[0]); err != nil {
			t.Fatal(err)
		}
		return written.String()
	}
	totals := plain[sink.CommandsTotal]
	if n := len(totals.GetMetric()); n < 1_400 {
		t.Fatalf("%d series", n)
	}
	if !strings.Contains(text, again(totals)) {
		t.Error("a registry writes the text in another order, or otherwise")
	}
	if !strings.Contains(preferring, again(totals)) {
		t.Error("a scraper that prefers protobuf gets no text, or another one")
	}
}

package collector_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector"
	"github.com/telemetrygen/telemetrygen/collector/passthrough"
	"github.com/telemetrygen/telemetrygen/collector/sink"
	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// TestWithoutAStoreTheBillIsBounded: a network makes up ids and versions.
func TestWithoutAStoreTheBillIsBounded(t *testing.T) {
	cloud := peertest.GrafanaCloud(t)
	graphite, err := sink.NewGraphite(sink.GraphiteOptions{URL: cloud.URL, Token: cloud.Token})
	if err != nil {
		t.Fatal(err)
	}
	server := serve(t, func(c *collector.Config) { c.Sinks = []sink.Sink{graphite} })
	var codes []string
	for code := range 256 {
		codes = append(codes, fmt.Sprintf(`"%d":{"cumulative_count":1}`, code))
	}
	answers := map[int]int{}
	for n := range 20 {
		point := strings.Join(codes, ",")
		status, text, header := server.post(t, fmt.Sprintf(`{"metric_points":{"pace a":{%s},"pace b":{%[1]s},"pace c":{%[1]s},"pace d":{%[1]s}},"cli_version":"v%d","operating_system":"linux","id":"%s"}`, point, n, uuid.New()))
		answers[status]++
		if status == 429 && (!strings.Contains(text, "series from this network") || header.Get("Retry-After") == "") {
			t.Errorf("%q %v", text, header)
		}
	}
	if want := passthrough.SeriesPerNetwork / 1024; answers[200] != want || answers[429] != 20-want {
		t.Errorf("answers %v, want %d reports that are taken", answers, want)
	}
	if err := server.stop(); err != nil { // what was taken is delivered
		t.Error(err)
	}
	if got := len(cloud.Samples()); got != answers[200]*1024 {
		t.Errorf("%d series arrived", got)
	}
}

package collector_test

import (
	"path/filepath"
	"regexp"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector"
	"github.com/telemetrygen/telemetrygen/collector/sink"
	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// TestASeriesAfterAPurgeIsZeroFirst: the sink has just had the zero of a series that is purged
// then. The next new series does not follow it.
func TestASeriesAfterAPurgeIsZeroFirst(t *testing.T) {
	graphite, values := graphiteValues(t)
	kept, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "telemetry.db"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	server := serve(t, func(c *collector.Config) { c.Sinks, c.Store = []sink.Sink{graphite}, kept })
	defer server.stop()
	server.post(t, body(uuid.New(), "evil get", 7))
	until(t, "the first zero", func() bool { return len(values("evil get")) == 1 })
	if _, err := kept.Purge(t.Context(), time.Now(), store.PurgeSelection{App: "evil"}); err != nil {
		t.Fatal(err)
	}
	if status, text, _ := server.post(t, body(uuid.New(), "pace get", 7)); status != 200 {
		t.Fatal(status, text)
	}
	until(t, "the total", func() bool { return slices.Contains(values("pace get"), 7) })
	if got := values("pace get"); got[0] != 0 {
		t.Errorf("the sink has %v", got)
	}
}

// TestASeriesIsZeroFirstAndThenCountsWhereTheClockIsPutBack: a machine that starts has
// its clock put right. What was new just then stays at zero no longer than anything else.
func TestASeriesIsZeroFirstAndThenCountsWhereTheClockIsPutBack(t *testing.T) {
	graphite, values := graphiteValues(t)
	kept, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "telemetry.db"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	var ahead atomic.Bool
	ahead.Store(true)
	now := func() time.Time {
		if ahead.Load() {
			return time.Now().Add(time.Hour)
		}
		return time.Now()
	}
	server := serveAt(t, now, func(c *collector.Config) { c.Sinks, c.Store = []sink.Sink{graphite}, kept })
	defer server.stop()
	server.post(t, body(uuid.New(), "pace put", 7))
	until(t, "a first zero", func() bool { return len(values("pace put")) == 1 })
	server.post(t, body(uuid.New(), "pace get", 7)) // its zero has the last time of that clock
	ahead.Store(false)
	until(t, "the total", func() bool { return slices.Contains(values("pace get"), 7) })
	scraped := func() bool {
		_, text, _ := server.see(t, "/metrics", "X-Prometheus-Scrape-Timeout-Seconds", "10")
		return regexp.MustCompile(`command="pace get",.* 7\n`).MatchString(text)
	}
	until(t, "the total at a scraper", scraped)
}

// graphiteValues are a sink, and what it has had of a command.
func graphiteValues(t *testing.T) (sink.Sink, func(command string) []float64) {
	t.Helper()
	cloud := peertest.GrafanaCloud(t)
	graphite, err := sink.NewGraphite(sink.GraphiteOptions{URL: cloud.URL, Token: cloud.Token, Interval: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return graphite, func(command string) (all []float64) {
		for _, one := range cloud.Samples() {
			if one.Name == sink.CommandsTotal && slices.Contains(one.Tags, "command="+command) {
				all = append(all, *one.Value)
			}
		}
		return all
	}
}

package collector_test

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector"
	"github.com/telemetrygen/telemetrygen/collector/sink"
	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// TestASeriesAfterAPurgeIsZeroFirst: SQLite gives the next new series the number of one that
// was purged, of which the sink may just have had the zero.
func TestASeriesAfterAPurgeIsZeroFirst(t *testing.T) {
	cloud := peertest.GrafanaCloud(t)
	graphite, err := sink.NewGraphite(sink.GraphiteOptions{URL: cloud.URL, Token: cloud.Token, Interval: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	kept, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "telemetry.db"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	server := serve(t, func(c *collector.Config) { c.Sinks, c.Store = []sink.Sink{graphite}, kept })
	defer server.stop()
	values := func(command string) (all []float64) {
		for _, one := range cloud.Samples() {
			if one.Name == sink.CommandsTotal && slices.Contains(one.Tags, "command="+command) {
				all = append(all, *one.Value)
			}
		}
		return all
	}
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

package grafana_test

import (
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// TestVictoriaMetrics asks what the collector wrote of a database that speaks
// Prometheus' query language, but is not Prometheus.
func TestVictoriaMetrics(t *testing.T) {
	t.Parallel()
	database := peertest.VictoriaMetrics(t)
	const width = 2 * hold // of a bar
	public, _ := start(t, peertest.Collector(t), peertest.FreeAddress(t), "--store", "sqlite:"+filepath.Join(t.TempDir(), "telemetry.db"), "--remote-write-url", database.URL+"/api/v1/write")
	d := load(t)
	begin := time.Now().Truncate(width).Add(-2 * width)
	ask := func(panel string, app string) float64 {
		answer, err := http.Get(database.URL + "/internal/force_flush")
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		got := instant(t, database.Peer, interpolate(t, d.panel(t, panel).Targets[0].Expr, choose("app", app)))
		if len(got) != 1 {
			return -1
		}
		return got[0].Value.Value
	}
	post(t, public, linux)
	post(t, public, darwin)
	wait(t, "the first reports are seen", func() bool { return ask("Runs", ".*") == 63+1 })
	post(t, public, updated)
	post(t, public, again)
	post(t, public, other)
	wait(t, "all reports are seen", func() bool { return ask("Runs", ".*") == paceRuns+otherRuns })
	end := time.Now().Truncate(width).Add(width)

	for panel, want := range map[string]float64{
		"Runs": paceRuns, "Failed": paceFailed / float64(paceRuns), "No exit seen": 1 / float64(paceRuns), "Commands in use": 3, "Versions in use": 2,
	} {
		if got := ask(panel, "pace"); got != want {
			t.Errorf("%s: %v, want %v", panel, got, want)
		}
	}
	// What is younger than a step may still change, so it shows what was before.
	wait(t, "the last bar is complete", func() bool { return time.Now().After(end.Add(width + time.Second)) })
	for title, want := range map[string]float64{"Runs over time": paceRuns + otherRuns, "Failures over time": paceFailed, "Runs by version": paceRuns + otherRuns} {
		if sum := bars(t, database.Peer, d.panel(t, title), begin, end, width); sum != want {
			t.Errorf("%s: the bars are %v together, not %v", title, sum, want)
		}
	}
}

package grafana_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/telemetrygen/telemetrygen/collector/population"
	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// TestAlertRules has Prometheus' own tool try the rules on series made up for them.
func TestAlertRules(t *testing.T) {
	t.Parallel()
	promtool := peertest.Need(t, "promtool")[0]
	for _, args := range [][]string{{"check", "rules", "alerts.yaml"}, {"test", "rules", "alerts_promtool.yaml"}} {
		if output, err := exec.Command(promtool, args...).CombinedOutput(); err != nil {
			t.Errorf("promtool %v: %v\n%s", args, err, output)
		}
	}
}

// TestAlerts has a Prometheus ask the rules of a collector, of two months in which
// a release broke a command, and a later one was taken by nobody.
func TestAlerts(t *testing.T) {
	t.Parallel()
	private := peertest.FreeAddress(t)
	prometheus := peertest.Prometheus(t, private)
	file := "sqlite:" + filepath.Join(t.TempDir(), "months.db")
	fill(t, file)
	start(t, peertest.Collector(t), private, "--store", file)
	expressions := rules(t)
	for name, want := range map[string]map[string]string{
		"ReleaseFailsMore":   {"app": "pace", "cli_version": "v1.1.0", "previous_version": "v1.0.0", "command": "pace apply data-policy"},
		"ReleaseNotAdopted":  {"app": "pace", "cli_version": "v1.2.0"},
		"What is made worse": {"app": "pace", "cli_version": "v1.1.0", "command": "pace apply data-policy"},
	} {
		expression := expressions[name]
		if expression == "" {
			expression = interpolate(t, load(t).panel(t, "What the newest release made worse").Targets[0].Expr, all) + " > 0"
		}
		var got []result
		wait(t, name, func() bool { got = instant(t, prometheus, expression); return len(got) > 0 })
		if len(got) != 1 {
			t.Fatalf("%s: %s", name, values(got))
		}
		for label, value := range want {
			if got[0].Metric[label] != value {
				t.Errorf("%s: %v, want %s of %s", name, got[0].Metric, label, value)
			}
		}
	}
}

// fill writes the two months.
func fill(t *testing.T, file string) {
	s, err := store.Open(context.Background(), file, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	until := time.Now().UTC().Truncate(24 * time.Hour)
	plan := population.Year(5, 300, until)
	plan.Days, plan.Start = 60, until.AddDate(0, 0, -59)
	plan.Releases = []population.Release{{Version: "v1.0.0"}, {Version: "v1.1.0", Day: 20, Broken: "pace apply data-policy", Rate: .6}}
	if err := population.New(plan).Fill(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	release := store.Release{App: population.App, Version: "v1.2.0", Commands: population.Listed(1)}
	if err := s.Register(t.Context(), until.AddDate(0, 0, -16), release); err != nil {
		t.Fatal(err)
	}
}

// rules are the expressions of the alerts, by name.
func rules(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Groups []struct {
			Rules []struct{ Alert, Expr string }
		}
	}
	if err := yaml.NewDecoder(bytes.NewReader(text)).Decode(&file); err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, group := range file.Groups {
		for _, rule := range group.Rules {
			found[rule.Alert] = rule.Expr
		}
	}
	return found
}

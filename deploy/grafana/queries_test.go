package grafana_test

import (
	"math"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

const (
	interval = 10 * time.Second // width of a bar in these tests
	hold     = 2 * time.Second  // how long a scraper sees 0 in a new series; it looks every second
)

// all chooses "All" everywhere, as Grafana does it.
var all = map[string]string{"app": ".*", "cli_version": ".*", "operating_system": ".*"}

// interpolate puts values in the place of variables, as Grafana does before it asks.
func interpolate(t *testing.T, expression string, choice map[string]string) string {
	t.Helper()
	for name, value := range choice {
		expression = strings.ReplaceAll(expression, "$"+name, value)
	}
	expression = strings.NewReplacer("$__interval", "10s", "$__rate_interval", "10s", "$__range", "600s").Replace(expression)
	if strings.Contains(expression, "$") {
		t.Fatalf("a variable is left in %s", expression)
	}
	return expression
}

// one install reports, at first and then again.
var (
	linux = report{CLIVersion: "v1.1.0", OperatingSystem: "linux", ID: "5ad6f1b3-2f4d-4a0c-8d0e-4f6b7f1f9d01",
		MetricPoints: map[string]map[string]point{
			"pace get data-policy": {"0": {30}, "1": {9}, "-1": {1}},
			"pace login":           {"0": {15}, "130": {5}},
			"pace version":         {"0": {3}},
		}}
	updated = report{CLIVersion: "v1.2.0", OperatingSystem: "linux", ID: linux.ID,
		MetricPoints: map[string]map[string]point{
			"pace get data-policy": {"0": {37}, "1": {12}, "-1": {1}},
			"pace login":           {"0": {15}, "130": {5}},
		}}
	again  = report{CLIVersion: "v1.1.0", OperatingSystem: "darwin", ID: "9f1b8c9e-7b7f-4a53-9d5c-0d6f8a9f4b02", MetricPoints: map[string]map[string]point{"pace version": {"0": {4}, "2": {2}}}}
	darwin = report{CLIVersion: "v1.1.0", OperatingSystem: "darwin", ID: again.ID, MetricPoints: map[string]map[string]point{"pace version": {"0": {1}}}}
	other  = report{CLIVersion: "0.3", OperatingSystem: "windows", ID: "c0a80101-0000-4000-8000-0a0b0c0d0e03", MetricPoints: map[string]map[string]point{"other run": {"0": {11}}}}
)

const (
	paceRuns   = 30 + 9 + 1 + 15 + 5 + 3 + 7 + 3 + 4 + 2
	paceFailed = 9 + 5 + 3 + 2
	otherRuns  = 11
)

// TestQueries has a collector scraped by Prometheus twice, as if there were two
// collectors of one PostgreSQL, and write to it on top, lets it move to another
// address, as a new pod does, and asks every question that the dashboard asks.
func TestQueries(t *testing.T) {
	t.Parallel()
	old, address := peertest.FreeAddress(t), peertest.FreeAddress(t)
	prometheus := peertest.Prometheus(t, old, twin(old), address, twin(address))
	program := peertest.Collector(t)
	args := []string{"--store", "sqlite:" + filepath.Join(t.TempDir(), "telemetry.db"), "--remote-write-url", prometheus.URL + "/api/v1/write"}
	public, stop := start(t, program, old, args...)
	d := load(t)
	begin := time.Now().Truncate(interval).Add(-2 * interval)
	seen := func(panel string, want float64) func() bool {
		expression := interpolate(t, d.panel(t, panel).Targets[0].Expr, all)
		return func() bool {
			got := instant(t, prometheus, expression)
			return len(got) == 1 && got[0].Value.Value == want
		}
	}
	post(t, public, linux)
	post(t, public, darwin)
	wait(t, "the first reports are seen", seen("Runs", 63+1))
	// Before one of them reports with another version: what was written of the
	// old version, unlike what was scraped, stands for Prometheus' five minutes.
	wait(t, "the installs are seen", seen("Active installs", 2))
	stop()
	public, _ = start(t, program, address, args...)
	// A rate is one between two looks at it.
	wait(t, "Prometheus has looked", func() bool {
		return len(instant(t, prometheus, `telemetry_collector_reports_total{instance="`+address+`", outcome="accepted"}`)) == 1
	})
	post(t, public, updated)
	post(t, public, again)
	post(t, public, other)
	wait(t, "all reports are seen", seen("Runs", paceRuns+otherRuns))
	wait(t, "the sink has taken samples", func() bool {
		got := instant(t, prometheus, "sum(telemetry_collector_sink_sent_samples_total) > 0")
		return len(got) == 1
	})
	end := time.Now().Truncate(interval).Add(interval)

	t.Run("every query has an answer", func(t *testing.T) {
		for _, p := range d.Panels {
			for _, q := range p.Targets {
				expression := interpolate(t, q.Expr, all)
				var got []result
				if q.Instant {
					got = instant(t, prometheus, expression)
				} else {
					got = between(t, prometheus, expression, begin, end, time.Second)
				}
				numbers := 0
				for _, r := range got {
					for _, s := range r.all() {
						if !math.IsNaN(s.Value) && !math.IsInf(s.Value, 0) && s.Value >= 0 {
							numbers++
						}
					}
				}
				if numbers == 0 {
					t.Errorf("%s, %s: no number in %s\n%s", p.Title, q.RefID, values(got), expression)
				}
			}
		}
	})

	t.Run("the figures are those of the reports", func(t *testing.T) {
		for _, c := range []struct {
			panel  string
			choice map[string]string
			want   float64
		}{
			{"Runs", all, paceRuns + otherRuns},
			{"Runs", choose("app", "pace"), paceRuns},
			{"Runs", choose("app", "(pace|other)"), paceRuns + otherRuns},
			{"Runs", choose("cli_version", "0\\\\.3"), otherRuns}, // "." as Grafana escapes it
			{"Runs", choose("operating_system", "darwin"), 4 + 2},
			{"Failed", choose("app", "pace"), paceFailed / float64(paceRuns)},
			{"Failed", choose("app", "other"), 0},
			{"No exit seen", choose("app", "pace"), 1 / float64(paceRuns)},
			{"Commands in use", all, 4},
			{"Commands in use", choose("cli_version", "v1\\\\.2\\\\.0"), 1},
			{"Versions in use", all, 3},
		} {
			got := instant(t, prometheus, interpolate(t, d.panel(t, c.panel).Targets[0].Expr, c.choice))
			if len(got) != 1 || math.Abs(got[0].Value.Value-c.want) > 1e-9 {
				t.Errorf("%s of %v: %s, want %v", c.panel, c.choice, values(got), c.want)
			}
		}
	})

	t.Run("the lists are those of the reports", func(t *testing.T) {
		for _, c := range []struct {
			panel string
			label string
			want  map[string]float64
		}{
			{"Top commands", "command", map[string]float64{"pace get data-policy": 50, "pace login": 20, "pace version": 9, "other run": 11}},
			{"Failure rate by command", "command", map[string]float64{"pace get data-policy": 12. / 50, "pace login": 5. / 20}}, // the others ran too seldom
			{"Exit codes", "exit_code", map[string]float64{"0": 70, "1": 12, "2": 2, "130": 5, "-1": 1}},
			{"Versions", "cli_version", map[string]float64{"v1.1.0": 69, "v1.2.0": 10, "0.3": 11}},
			{"Operating systems", "operating_system", map[string]float64{"linux": 73, "darwin": 6, "windows": 11}},
		} {
			got := map[string]float64{}
			list := instant(t, prometheus, interpolate(t, d.panel(t, c.panel).Targets[0].Expr, all))
			for _, r := range list {
				got[r.Metric[c.label]] += r.Value.Value
			}
			for name, want := range c.want {
				if math.Abs(got[name]-want) > 1e-9 {
					t.Errorf("%s: %q is %v, want %v", c.panel, name, got[name], want)
				}
			}
			if len(got) != len(c.want) {
				t.Errorf("%s: %v, want %v", c.panel, got, c.want)
			}
			if !slices.IsSortedFunc(list, func(a, b result) int { return int(math.Copysign(1, b.Value.Value-a.Value.Value)) }) {
				t.Errorf("%s is not in order: %s", c.panel, values(list))
			}
		}
	})

	// The bars beside each other are all runs, none twice and none in between.
	t.Run("the bars add up to the totals", func(t *testing.T) {
		for title, want := range map[string]float64{"Runs over time": paceRuns + otherRuns, "Failures over time": paceFailed, "Runs by version": paceRuns + otherRuns} {
			sum := bars(t, prometheus, d.panel(t, title), begin, end, interval)
			if sum != want {
				t.Errorf("%s: the bars are %v together, not %v", title, sum, want)
			}
		}
	})

	t.Run("the variables offer what was reported", func(t *testing.T) {
		for name, want := range map[string][]string{
			"app": {"other", "pace"}, "cli_version": {"0.3", "v1.1.0", "v1.2.0"}, "operating_system": {"darwin", "linux", "windows"},
		} {
			var got []string
			for _, v := range d.Templating.List {
				if v.Name != name {
					continue
				}
				inside, ok := strings.CutPrefix(strings.TrimSuffix(v.values(t), ")"), "label_values(")
				metric, label, found := cutLast(inside, ", ")
				if !ok || !found || label != name {
					t.Fatalf("%s is made by %s", name, v.values(t))
				}
				ask(t, prometheus, "/api/v1/label/"+label+"/values", url.Values{"match[]": {interpolate(t, metric, all)}}, &got)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s offers %q, want %q", name, got, want)
			}
		}
	})
}

// bars adds up all bars of a panel, of a width.
func bars(t *testing.T, prometheus *peertest.Peer, p panel, from, to time.Time, width time.Duration) float64 {
	t.Helper()
	sum := 0.0
	for _, q := range p.Targets {
		expression := interpolate(t, strings.ReplaceAll(q.Expr, "$__interval", width.String()), all)
		for _, r := range between(t, prometheus, expression, from, to, width) {
			for _, s := range r.Values {
				sum += s.Value
			}
		}
	}
	return sum
}

// twin is another name of an address, and so another instance to Prometheus.
func twin(address string) string {
	_, port, _ := strings.Cut(address, ":")
	return "localhost:" + port
}

// choose is all, but for one variable.
func choose(name, value string) map[string]string {
	choice := map[string]string{}
	for other := range all {
		choice[other] = all[other]
	}
	choice[name] = value
	return choice
}

func cutLast(s, separator string) (before, after string, found bool) {
	at := strings.LastIndex(s, separator)
	if at < 0 {
		return s, "", false
	}
	return s[:at], s[at+len(separator):], true
}

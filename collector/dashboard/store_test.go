package dashboard_test

import (
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// open makes a new SQLite store with the reports of a few days before noon.
func open(t *testing.T, reports ...sent) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "telemetry.db"), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	for _, r := range reports {
		report := wire.Report{CLIVersion: r.version, OperatingSystem: r.system, ID: uuid.NewSHA1(uuid.NameSpaceOID, []byte{byte(r.install)})}
		for _, c := range r.counters {
			report.App, _, _ = strings.Cut(c.Path, " ")
			report.Counters = append(report.Counters, c)
		}
		refusals, err := s.Add(t.Context(), noon.AddDate(0, 0, -r.daysAgo), []wire.Report{report})
		if err != nil || refusals[0] != nil {
			t.Fatal(err, refusals)
		}
	}
	return s
}

// sent is a report of an install some days ago.
type sent struct {
	install, daysAgo int
	version, system  string
	counters         []wire.Counter
}

func runs(path string, code int, n uint64) wire.Counter {
	return wire.Counter{Path: path, ExitCode: code, Count: n}
}

// history is what three installs of two apps sent. Counts are cumulative.
func history(t *testing.T) *store.Store {
	return open(t,
		sent{1, 200, "v0.9.0", "linux", []wire.Counter{runs("pace login", 0, 100)}},
		sent{1, 9, "v1.0.0", "linux", []wire.Counter{runs("pace login", 0, 110), runs("pace get data-policy", 0, 20)}},
		sent{2, 3, "v1.10.0", "darwin", []wire.Counter{runs("pace get data-policy", 1, 6), runs("pace get data-policy", -1, 2), runs("pace get data-policy", 0, 2)}},
		sent{1, 3, "v1.10.0", "linux", []wire.Counter{runs("pace login", 0, 110), runs("pace login", 130, 5), runs("pace get data-policy", 0, 35)}},
		sent{3, 0, "v2.0.0", "windows", []wire.Counter{runs("other", 0, 1500)}},
	)
}

// figures are the large numbers by their labels.
func (e *element) figures() map[string]string {
	out := map[string]string{}
	for _, list := range e.class("figures") {
		for _, div := range list.named("div") {
			out[div.named("dt")[0].text] = div.named("strong")[0].text
		}
	}
	return out
}

func TestFiguresOfTheStore(t *testing.T) {
	s := history(t)
	for _, c := range []struct {
		address                          string
		installs, runs, rate, lost, used string
	}{
		// 30 days: pace 10+20 nine days ago, 10+5+15 three days ago; other 1,500.
		{"/", "3", "1,560", "0.7%", "0.1%", "3"},
		{"/?app=pace", "2", "60", "18.3%", "3.3%", "2"},
		{"/?app=other", "1", "1,500", "0%", "0%", "1"},
		{"/?app=pace&period=7", "2", "30", "36.7%", "6.7%", "2"},
		{"/?app=pace&period=365", "2", "160", "6.9%", "1.2%", "2"},
		{"/?app=pace&version=v1.0.0", "0", "30", "0%", "0%", "2"},
		{"/?version=v1.10.0", "2", "30", "36.7%", "6.7%", "2"},
		{"/?app=pace&version=v0.9.0&period=365", "0", "100", "0%", "0%", "1"},
	} {
		t.Run(c.address, func(t *testing.T) {
			response := get(t, s, c.address)
			if response.StatusCode != http.StatusOK {
				t.Fatal(response.Status)
			}
			got := parse(t, response).figures()
			want := map[string]string{"Installs": c.installs, "Runs": c.runs, "Failure rate": c.rate, "No exit seen": c.lost, "Commands in use": c.used}
			for label := range want {
				if got[label] != want[label] {
					t.Errorf("%s is %q, want %q", label, got[label], want[label])
				}
			}
		})
	}
}

// TestInstallsOfAVersion: an install counts under the version it reported last,
// and the page says so where runs without an install would surprise.
func TestInstallsOfAVersion(t *testing.T) {
	s := history(t)
	for address, want := range map[string]string{"/?app=pace": "that reported", "/?app=pace&version=v1.0.0": "that reported it last"} {
		if got := parse(t, get(t, s, address)).class("figures")[0].named("span")[0].text; got != want {
			t.Errorf("%s: installs %q, want %q", address, got, want)
		}
	}
}

func TestListsOfTheStore(t *testing.T) {
	page := parse(t, get(t, history(t), "/?app=pace"))
	for heading, want := range map[string][][]string{
		"Commands by use": {
			{"pace get data-policy", "45", "13.3%", "4.4%"},
			{"pace login", "15", "33.3%", "0%"},
		},
		"Commands by failure rate": {{"pace get data-policy", "6", "45", "13.3%"}}, // login ran less than 20 times
		"Exit codes":               {{"0 success", "47", "78.3%"}, {"1", "6", "10.0%"}, {"130", "5", "8.3%"}, {"– no exit seen", "2", "3.3%"}},
		"Versions":                 {{"v1.0.0", "30", "50.0%"}, {"v1.10.0", "30", "50.0%"}},
		"Operating systems":        {{"linux", "50", "83.3%"}, {"darwin", "10", "16.7%"}},
	} {
		if got := page.section(t, heading).rows(); !slices.EqualFunc(got, want, slices.Equal) {
			t.Errorf("%s: %q, want %q", heading, got, want)
		}
	}
	days := page.section(t, "Runs").rows()
	if len(days) != 30 {
		t.Errorf("%d days, want 30", len(days))
	}
	for _, day := range days {
		want := []string{"0", "0"}
		switch day[0] {
		case "Fri 20 Nov 2026":
			want = []string{"30", "13"} // failed or no exit seen
		case "Sat 14 Nov 2026":
			want = []string{"30", "0"}
		}
		if !slices.Equal(day[1:], want) {
			t.Errorf("%s: %q, want %q", day[0], day[1:], want)
		}
	}
	for _, day := range page.section(t, "Installs per day").rows() {
		want := map[string]string{"Fri 20 Nov 2026": "2", "Sat 14 Nov 2026": "1"}[day[0]]
		if want == "" {
			want = "0"
		}
		if day[1] != want {
			t.Errorf("%s: %s installs, want %s", day[0], day[1], want)
		}
	}
}

// TestChoicesOfTheStore follows the form and the links of the page.
func TestChoicesOfTheStore(t *testing.T) {
	s := history(t)
	page := parse(t, get(t, s, "/?app=pace&version=v1.10.0&period=90"))
	selects := page.named("select")
	if len(selects) != 2 {
		t.Fatalf("%d selects", len(selects))
	}
	for i, want := range [][]string{{"", "other", "pace"}, {"", "v1.10.0", "v1.0.0", "v0.9.0"}} { // the newest first, not "v1.10.0" before "v1.9"
		var values []string
		for _, option := range selects[i].named("option") {
			values = append(values, option.attrs["value"])
			chosen := option.attrs["value"] == []string{"pace", "v1.10.0"}[i]
			if (option.attrs["selected"] != "") != chosen {
				t.Errorf("%q is selected: %v", option.attrs["value"], !chosen)
			}
		}
		if !slices.Equal(values, want) {
			t.Errorf("%s offers %q, want %q", selects[i].attrs["name"], values, want)
		}
	}
	if hidden := page.named("input"); len(hidden) != 1 || hidden[0].attrs["value"] != "90" {
		t.Error("the form forgets the period")
	}
	for _, link := range page.named("a") {
		href := strings.TrimPrefix(link.attrs["href"], ".")
		if response := get(t, s, href); response.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", href, response.Status)
		}
	}
}

func TestEmptyStore(t *testing.T) {
	response := get(t, open(t), "/")
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Waiting for the first report", "go generate", "http://example.com/telemetry", "cumulative_count"} {
		if !strings.Contains(string(body), want) {
			t.Errorf("%q is not in the page", want)
		}
	}
	if response.StatusCode != http.StatusOK {
		t.Error(response.Status)
	}
}

// TestNothingInThisPeriod is not the empty store: there are reports, and a way to them.
func TestNothingInThisPeriod(t *testing.T) {
	s := open(t, sent{1, 200, "v0.9.0", "linux", []wire.Counter{runs("pace login", 0, 100)}})
	page := parse(t, get(t, s, "/?app=pace"))
	if heading := page.named("main")[0].named("h2")[0].text; heading != "No runs in this period" {
		t.Fatalf("the page says %q", heading)
	}
	longer := page.named("main")[0].named("a")[0].attrs["href"]
	if got := parse(t, get(t, s, strings.TrimPrefix(longer, "."))).figures()["Runs"]; got != "100" {
		t.Errorf("%s shows %q runs, want 100", longer, got)
	}
}

// TestHugeStore: a page does not grow with what is stored, unless it is asked for all.
func TestHugeStore(t *testing.T) {
	var reports []sent
	for i := range 20 {
		r := sent{i + 1, i, fmt.Sprintf("v1.%d.0", i), "linux", nil}
		for n := range 100 {
			r.counters = append(r.counters, runs(fmt.Sprintf("pace group%02d command%02d", i, n), n%3, uint64(1+n)))
		}
		reports = append(reports, r)
	}
	s := open(t, reports...)
	for _, c := range []struct {
		address  string
		rows     int
		smallest int
		largest  int
		more     bool
	}{
		{"/", 50, 10_000, 80_000, true},
		{"/?period=365", 50, 10_000, 120_000, true},
		{"/?all=1", 2000, 300_000, 2_000_000, false},
	} {
		start := time.Now()
		response := get(t, s, c.address)
		took := time.Since(start)
		size := int(response.ContentLength)
		t.Logf("%s: %d bytes in %v", c.address, size, took.Round(time.Millisecond))
		if size < c.smallest || size > c.largest {
			t.Errorf("%s has %d bytes, want %d to %d", c.address, size, c.smallest, c.largest)
		}
		section := parse(t, response).section(t, "Commands by use")
		if got := len(section.rows()); got != c.rows {
			t.Errorf("%s shows %d commands, want %d", c.address, got, c.rows)
		}
		if more := section.class("more"); (len(more) == 1) != c.more || c.more && strings.TrimSpace(more[0].text) != "and 1,950 more" {
			t.Errorf("%s: %d links to more", c.address, len(more))
		}
	}
}

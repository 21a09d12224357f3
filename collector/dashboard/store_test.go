package dashboard_test

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector/dashboard"
	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
	"github.com/telemetrygen/telemetrygen/internal/peertest"
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

// figures are the large numbers by their labels, with what stands beside them.
func (e *element) figures() map[string]string {
	out := map[string]string{}
	for _, list := range e.class("figures") {
		for _, div := range list.named("div") {
			var parts []string
			for _, part := range div.named("dd")[0].below {
				parts = append(parts, part.text)
			}
			out[div.named("dt")[0].text] = strings.Join(parts, " ")
		}
	}
	return out
}

func TestFiguresOfTheStore(t *testing.T) {
	s := history(t)
	for _, c := range []struct {
		address                       string
		installs, failed, runs, share string
	}{
		// 30 days: pace 10+20 nine days ago, 10+5+15 three days ago; other 1,500.
		{"/?app=pace", "2 new that reported", "2 new 100% of the active ones", "60 new of any command", "18.3% 11 runs"},
		{"/?app=other", "1 new that reported", "0 ±0 0% of the active ones", "1,500 new of any command", "0% 0 runs"},
		{"/?app=pace&days=7", "2 +100% that reported", "2 new 100% of the active ones", "30 ±0 of any command", "36.7% +36.7 points 11 runs"},
		{"/?app=pace&days=365", "2 new that reported", "2 new 100% of the active ones", "160 new of any command", "6.9% 11 runs"},
		{"/?app=pace&version=v1.0.0", "1 that reported", "0 0% of the active ones", "30 new of any command", "0% 0 runs"},
		{"/?app=pace&system=darwin", "1 new that reported", "1 new 100% of the active ones", "10 new of any command", "60.0% 6 runs"},
		{"/?app=pace&since=2026-11-14&until=2026-11-16", "– that reported", "– ", "30 new of any command", "0% 0 runs"},
		{"/?app=pace&days=7&until=2026-11-20", "2 new that reported", "2 new 100% of the active ones", "60 new of any command", "18.3% 11 runs"},
	} {
		response := get(t, s, c.address)
		if response.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", c.address, response.Status)
			continue
		}
		got := parse(t, response).figures()
		for label, want := range map[string]string{"Active installs": c.installs, "Installs that failed": c.failed, "Runs": c.runs, "Runs that failed": c.share} {
			if got[label] != want {
				t.Errorf("%s: %s is %q, want %q", c.address, label, got[label], want)
			}
		}
	}
}

func TestListsOfTheStore(t *testing.T) {
	page := parse(t, get(t, history(t), "/?app=pace"))
	for heading, want := range map[string][][]string{
		"Commands by installs": {
			{"pace get data-policy", "2 new", "1 new 50.0%", "45 new", "13.3%"},
			{"pace login", "1 new", "1 new 100%", "15 new", "33.3%"},
		},
		"Commands by installs that failed": {{"pace get data-policy", "2 new", "1 new 50.0%", "45 new", "13.3%"}, {"pace login", "1 new", "1 new 100%", "15 new", "33.3%"}},
		"Exit codes":                       {{"0 success", "47 new", "78.3%"}, {"1", "6 new", "10.0%"}, {"130", "5 new", "8.3%"}, {"– no exit seen", "2 new", "3.3%"}},
		"Versions":                         {{"v1.10.0", "20 Nov 2026", "2 new 100%", "0 days", "100% (2 of 2)"}, {"v1.0.0", "14 Nov 2026", "0 ±0 0%", "0 days", "0% (0 of 1)"}, {"v0.9.0", "7 May 2026", "0 ±0 0%", "0 days", "–"}},
		"Operating systems":                {{"linux", "1 new", "1 new 100%", "50 new", "10.0%"}, {"darwin", "1 new", "1 new 100%", "10 new", "60.0%"}},
	} {
		if got := page.section(t, heading).rows(); !slices.EqualFunc(got, want, slices.Equal) {
			t.Errorf("%s: %q, want %q", heading, got, want)
		}
	}
	days := page.class("days")[0].rows()
	if len(days) != 30 {
		t.Errorf("%d days, want 30", len(days))
	}
	for _, day := range days {
		date, _, _ := strings.Cut(day[0], " 2026")
		want, known := map[string][]string{"Fri 20 Nov": {"2", "30", "13"}, "Sat 14 Nov": {"1", "30", "0"}}[date]
		if known && !slices.Equal(day[1:], want) {
			t.Errorf("%s: %q, want %q", day[0], day[1:], want)
		}
	}
}

// TestEveryRowLeadsOn: rows and bars lead to the page of their command, version,
// system or days, and every address on every page has an answer.
func TestEveryRowLeadsOn(t *testing.T) {
	peertest.Long(t, "asks for 150 pages")
	s := history(t)
	seen, waiting := map[string]bool{}, []string{"/?app=pace", "/?app=pace&days=90&version=v1.10.0&system=linux"}
	links := map[string]int{}
	for len(waiting) > 0 && len(seen) < 150 {
		address := waiting[0]
		waiting = waiting[1:]
		if seen[address] {
			continue
		}
		seen[address] = true
		response := get(t, s, address)
		if response.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", address, response.Status)
			continue
		}
		page := parse(t, response)
		for _, table := range page.named("tbody") {
			for _, row := range table.named("tr") {
				if len(row.named("a")) == 0 {
					t.Errorf("%s: the row %q leads nowhere", address, row.text)
				}
			}
		}
		for _, a := range page.named("a") {
			href, _, _ := strings.Cut(a.attrs["href"], "#")
			if href == "" {
				continue
			}
			kind, _, _ := strings.Cut(href, "?")
			links[kind]++
			if !strings.HasPrefix(href, "api/") {
				waiting = append(waiting, "/"+strings.TrimPrefix(href, "./"))
			}
		}
	}
	t.Logf("%d pages, links by kind: %v", len(seen), links)
	if links["command"] == 0 || links["./"] == 0 || links["api/v1/retention"] == 0 {
		t.Errorf("%v", links)
	}
}

// TestTheAddressIsThePermalink: what a form sends beside what was chosen is taken
// out of the address, and the form shows the choice.
func TestTheAddressIsThePermalink(t *testing.T) {
	s := history(t)
	response := get(t, s, "/?app=pace&version=&system=linux&since=2026-11-01&until=&days=90")
	if to := response.Header.Get("Location"); response.StatusCode != http.StatusSeeOther || to != "./?app=pace&since=2026-11-01&system=linux" {
		t.Fatalf("%s to %q", response.Status, to)
	}
	page := parse(t, get(t, s, "/?app=pace&since=2026-11-01&system=linux"))
	chosen := map[string]string{}
	for _, input := range page.named("input") {
		chosen[input.attrs["name"]] = input.attrs["value"]
	}
	for _, list := range page.named("select") {
		for _, option := range list.named("option") {
			if option.attrs["selected"] != "" {
				chosen[list.attrs["name"]] = option.attrs["value"]
			}
		}
	}
	want := map[string]string{"app": "pace", "since": "2026-11-01", "until": "2026-11-23", "system": "linux"}
	if !maps.Equal(chosen, want) {
		t.Errorf("the form has %v, want %v", chosen, want)
	}
	page = parse(t, get(t, s, "/command?app=pace&command=pace+login&days=90"))
	chosen = map[string]string{}
	for _, input := range page.named("input") {
		chosen[input.attrs["name"]] = input.attrs["value"]
	}
	if want := map[string]string{"app": "pace", "command": "pace login", "days": "90", "since": "", "until": ""}; !maps.Equal(chosen, want) {
		t.Errorf("the form of a command has %v, want %v", chosen, want)
	}
	// Versions are the newest first, not "v1.10.0" before "v1.9".
	var versions []string
	for _, option := range page.named("select")[0].named("option") {
		versions = append(versions, option.attrs["value"])
	}
	if want := []string{"", "v1.10.0", "v1.0.0", "v0.9.0"}; !slices.Equal(versions, want) {
		t.Errorf("%q are offered, want %q", versions, want)
	}
}

// TestHeldBack is one line, and only where something was.
func TestHeldBack(t *testing.T) {
	f := fixed{apps: []string{"pace"}, total: store.Sums{Runs: 5, Installs: 1}, held: []store.Held{
		{App: "pace", Reason: store.InstallRuns, HeldCount: store.HeldCount{Reports: 2, Runs: 7000}},
		{App: "pace", Reason: store.InstallRuns, HeldCount: store.HeldCount{Reports: 1, Runs: 500}},
		{App: "another", Reason: store.InstallRuns, HeldCount: store.HeldCount{Reports: 9, Runs: 9}},
		{App: store.Overflow, Reason: store.NetworkInstalls, HeldCount: store.HeldCount{Reports: 1}},
	}}
	want := "Held back, to keep one sender from moving the figures: 7,500 runs of 3 reports (" + store.InstallRuns.Text() + "); 1 report (" + store.NetworkInstalls.Text() + ")."
	if got := parse(t, get(t, f, "/")).class("held"); len(got) != 1 || got[0].text != want {
		t.Errorf("%v, want %q", got, want)
	}
	f.held = nil
	if got := parse(t, get(t, f, "/")).class("held"); len(got) != 0 {
		t.Errorf("nothing was held back, and the page says %q", got[0].text)
	}
}

// TestTheApps: where several apps report, the first page is to choose one.
func TestTheApps(t *testing.T) {
	page := parse(t, get(t, history(t), "/"))
	want := [][]string{{"pace", "2 new", "2 new 100%", "60 new", "18.3%"}, {"other", "1 new", "0 ±0 0%", "1,500 new", "0%"}}
	if got := page.section(t, "Apps").rows(); !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("%q, want %q", got, want)
	}
	if up := parse(t, get(t, history(t), "/?app=pace")).class("up")[0].named("a")[0]; up.text != "All apps" || up.attrs["href"] != "./" {
		t.Errorf("%v", up)
	}
}

// TestACommand has what is known of one.
func TestACommand(t *testing.T) {
	page := parse(t, get(t, history(t), "/command?app=pace&command=pace+get+data-policy"))
	if title := page.named("h1")[0].text; title != "pace get data-policy" {
		t.Errorf("the heading is %q", title)
	}
	for heading, want := range map[string][][]string{
		"Versions":          {{"v1.10.0", "2", "50.0% (1 of 2)", "50.0% (1 of 2)", "25 new", "24.0%"}, {"v1.0.0", "1", "0% (0 of 1)", "0% (0 of 1)", "20 new", "0%"}},
		"Operating systems": {{"linux", "1 new", "0 ±0 0%", "35 new", "0%"}, {"darwin", "1 new", "1 new 100%", "10 new", "60.0%"}},
		"Exit codes":        {{"0 success", "37 new", "82.2%", "68.0%", "100%"}, {"1", "6 new", "13.3%", "24.0%", "0%"}, {"– no exit seen", "2 new", "4.4%", "8.0%", "0%"}},
	} {
		if got := page.section(t, heading).rows(); !slices.EqualFunc(got, want, slices.Equal) {
			t.Errorf("%s: %q, want %q", heading, got, want)
		}
	}
	if response := get(t, history(t), "/command?app=pace&command=pace+frobnicate"); response.StatusCode != http.StatusBadRequest {
		t.Errorf("a command that is none: %s", response.Status)
	}
}

// TestVersionsThatGaveWayHaveNoPage: they are told together, and that is no version.
func TestVersionsThatGaveWayHaveNoPage(t *testing.T) {
	s := open(t)
	s.Limit(store.Limits{Versions: 2})
	for install := range 6 {
		report := wire.Report{App: "pace", CLIVersion: "v" + string(rune('1'+install)), OperatingSystem: "linux", ID: uuid.New(), Counters: []wire.Counter{runs("pace get", 0, 1)}}
		if refusals, err := s.Add(t.Context(), noon, []wire.Report{report}); err != nil || refusals[0] != nil {
			t.Fatal(err, refusals)
		}
	}
	section := parse(t, get(t, s, "/command?app=pace&command=pace+get")).section(t, "Versions")
	if rows := section.rows(); len(rows) < 2 || rows[len(rows)-1][0] != "(other)" {
		t.Errorf("versions %q", rows)
	}
	for _, a := range section.named("a") {
		if resp := get(t, s, "/"+a.attrs["href"]); resp.StatusCode != http.StatusOK {
			t.Errorf("%s leads to %s", a.text, resp.Status)
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
	if got := parse(t, get(t, s, strings.TrimPrefix(longer, "."))).figures()["Runs"]; !strings.HasPrefix(got, "100 ") {
		t.Errorf("%s shows %q runs, want 100", longer, got)
	}
}

// TestFailuresOfUnknownInstalls: runs failed in four days that are over, of which it is not kept
// by how many installs.
func TestFailuresOfUnknownInstalls(t *testing.T) {
	page := parse(t, get(t, history(t), "/?app=pace&since=2026-11-18&until=2026-11-21"))
	if text := page.section(t, "Commands by installs that failed").text; strings.Contains(text, "None failed") {
		t.Errorf("%s; runs that failed: %s", text, page.figures()["Runs that failed"])
	}
}

// TestDaysInUTC: the days of a page are those of UTC, whatever the clock's zone.
func TestDaysInUTC(t *testing.T) {
	var asked store.Selection
	east := time.FixedZone("east", 14*60*60)
	now := time.Date(2026, 3, 1, 3, 0, 0, 0, east) // 28 February, 13:00 UTC
	source := fixed{apps: []string{"pace"}, asked: &asked, total: store.Sums{Runs: 1}}
	dashboard.Handler(source, func() time.Time { return now }).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/?days=7", nil))
	if from, to := asked.Since.Format(time.RFC3339), asked.Until.Format(time.RFC3339); from != "2026-02-22T00:00:00Z" || to != "2026-02-28T00:00:00Z" {
		t.Errorf("the week is %s to %s", from, to)
	}
}

func TestMethods(t *testing.T) {
	handler := dashboard.Handler(fixed{}, time.Now)
	for method, status := range map[string]int{"GET": 200, "HEAD": 200, "POST": 405, "PUT": 405, "DELETE": 405} {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(method, "/", nil))
		if w.Code != status {
			t.Errorf("%s: %d, want %d", method, w.Code, status)
		}
	}
}

// TestRefused: what is not known is refused, names are never a part of a query to
// the store, and why the store failed is not told.
func TestRefused(t *testing.T) {
	s := history(t)
	for _, address := range []string{
		"/?app=PACE", "/?app=pac_", "/?app=pace%25", "/?app=pace%20", "/?app=other&version=v1.0.0", "/?version=v1", "/?app=pace&period=7",
		"/?app=pace%27%20OR%20%27%27=%27", "/?app=%ff%00%E2%80%AE", "/?app=pace&days=0", "/commands?app=pace&page=0", "/command?app=pace",
	} {
		response := get(t, s, address)
		if section := parse(t, response).section(t, "Nothing to show"); response.StatusCode != 400 || len(section.named("p")[0].text) < 20 {
			t.Errorf("%s: %s %s", address, response.Status, section.text)
		}
	}
	response := get(t, fixed{err: errors.New("secret")}, "/")
	body, _ := io.ReadAll(response.Body)
	if response.StatusCode != 500 || strings.Contains(string(body), "secret") {
		t.Errorf("%s: %s", response.Status, body)
	}
}

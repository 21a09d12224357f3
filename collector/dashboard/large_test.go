package dashboard_test

import (
	"fmt"
	"math"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// TestLargestCounts: counts at the end of int64 are drawn inside the chart.
func TestLargestCounts(t *testing.T) {
	most := store.Sums{Runs: math.MaxInt64, Failures: math.MaxInt64, Installs: math.MaxInt64, InstallsFailed: math.MaxInt64}
	f := fixed{apps: []string{"a"}, total: most, commands: []store.Row{{Name: "a", Sums: most}},
		days: []store.Day{{Date: noon.Truncate(24 * time.Hour), Runs: math.MaxInt64, Failures: math.MaxInt64, Installs: math.MaxInt64}}}
	page := parse(t, get(t, f, "/"))
	for _, rect := range page.class("share")[0].named("rect") {
		if rect.attrs["x"] != "" || rect.attrs["width"] != "100%" {
			t.Errorf("a bar of everything is %v", rect.attrs)
		}
	}
	number := regexp.MustCompile(`-?[0-9.e+]+`)
	drawn := 0
	for _, path := range page.named("path") {
		for _, n := range number.FindAllString(path.attrs["d"], -1) {
			drawn++
			if v, err := strconv.ParseFloat(n, 64); err != nil || v < 0 || v > 100 {
				t.Errorf("%s in the path %s", n, path.attrs["d"])
			}
		}
	}
	if drawn < 20 {
		t.Errorf("only %d numbers in all paths", drawn)
	}
	if text := page.section(t, "Commands by installs").rows()[0]; text[1] != "9,223,372,036,854,775,807 new" || text[4] != "100%" {
		t.Errorf("%q", text)
	}
}

// TestLargeFigures: a large figure that has no room is rounded down and in full below.
func TestLargeFigures(t *testing.T) {
	for runs, want := range map[int64]string{
		9_999_999:         "9,999,999",
		10_000_000:        "10M 10,000,000",
		12_399_999:        "12.3M 12,399,999",
		1_256_584_717_440: "1.25T 1,256,584,717,440",
		math.MaxInt64:     "9.22E 9,223,372,036,854,775,807",
	} {
		f := fixed{apps: []string{"a"}, total: store.Sums{Installs: runs, Runs: runs}}
		figures := parse(t, get(t, f, "/")).figures()
		for label, note := range map[string]string{"Active installs": "that reported", "Runs": "of any command"} {
			if got := figures[label]; got != strings.Replace(want, " ", " ±0 ", 1)+" "+note && got != want+" ±0 "+note {
				t.Errorf("%d: %q, want %q", runs, got, want+" "+note)
			}
		}
	}
}

// many has n commands, as many versions, exit codes and systems, some days, and a
// year of weeks. Every list of a page is longer than the page shows.
func many(n, days int) fixed {
	f := fixed{apps: []string{"app"}, total: store.Sums{Installs: 1 << 20, Runs: 1 << 30, InstallsFailed: 1 << 15}}
	for i := range n {
		one := store.Sums{Installs: int64(n-i) * 91, InstallsFailed: int64(n - i), Runs: int64(n-i) * 1000, Failures: int64(i % 90), NoExit: int64(i % 7)}
		f.commands = append(f.commands, store.Row{Name: fmt.Sprintf("app group%d command-with-a-long-name-%d", i%20, i), Sums: one})
		if i < store.DefaultLimits().Versions {
			f.versions = append(f.versions, store.Row{Name: fmt.Sprintf("v1.%d.0-rc.1", n-i), Sums: one})
		}
		if i < 20 {
			f.systems = append(f.systems, store.Row{Name: fmt.Sprintf("system%d", i), Sums: one})
		}
		if i < 257 {
			f.codes = append(f.codes, store.CodeRuns{Code: i - 1, Runs: int64(n - i)})
		}
	}
	f.spans = map[string]store.Span{"app first": {First: noon.AddDate(-2, 0, 0)}}
	registered := store.Release{App: "app", Version: f.versions[0].Name}
	for _, c := range f.commands {
		f.spans[c.Name] = store.Span{First: noon.AddDate(0, 0, -1).Truncate(24 * time.Hour)}
		registered.Commands = append(registered.Commands, wire.Command{Path: c.Name + "-of-old", Hidden: true, Deprecated: true})
	}
	f.releases = []store.Release{registered}
	for week := range 52 {
		monday := noon.Truncate(24*time.Hour).AddDate(0, 0, -7*(51-week))
		f.weeks = append(f.weeks, store.Week{Start: monday, Active: 31_000 + int64(week), New: 11_000, Stayed: 10_000 - int64(week), Lost: 10_000 - int64(week)})
		cohort := store.Cohort{Start: monday}
		for later := range 52 - week {
			cohort.Active = append(cohort.Active, 11_000-int64(100*later))
		}
		f.cohorts = append(f.cohorts, cohort)
	}
	for i := range days {
		f.days = append(f.days, store.Day{Date: noon.Truncate(24*time.Hour).AddDate(0, 0, i+1-days), Runs: int64(i) * 1000, Failures: int64(i / 9), Installs: int64(i / 2)})
	}
	return f
}

// TestNoPageIsLarge: no page of 2,000 commands, 500 versions and a year has 60 KB.
func TestNoPageIsLarge(t *testing.T) {
	peertest.Long(t, "fills stores with ten years")
	for days, addresses := range map[int][]string{
		30:   {"/", "/commands", "/commands?page=34", "/command?command=app+get"},
		31:   {"/?days=31"},
		365:  {"/?days=365", "/?days=365&version=v1.2000.0-rc.1&system=system1", "/command?command=app+get&days=365"},
		3650: {"/?days=3650", "/command?command=app+get&days=3650"},
	} {
		for _, address := range addresses {
			resp := get(t, many(2000, days), address)
			t.Logf("%s: %d bytes", address, resp.ContentLength)
			if resp.StatusCode != http.StatusOK || resp.ContentLength > 60_000 || resp.ContentLength < 10_000 {
				t.Errorf("%s: %s, %d bytes", address, resp.Status, resp.ContentLength)
			}
		}
	}
}

// TestEveryCommandIsOnAPage follows the list of commands to its end.
func TestEveryCommandIsOnAPage(t *testing.T) {
	f := many(130, 30)
	seen := map[string]int{}
	address := ""
	for _, a := range parse(t, get(t, f, "/")).section(t, "Commands by installs").class("more")[0].named("a") {
		address = "/" + a.attrs["href"]
	}
	pages := 0
	for address != "" {
		pages++
		section := parse(t, get(t, f, address)).section(t, "Commands by installs")
		for _, row := range section.rows() {
			seen[row[0]]++
		}
		address = ""
		for _, a := range section.named("a") {
			if a.text == "The next page" {
				address = "/" + a.attrs["href"]
			}
		}
	}
	if pages != 3 || len(seen) != 130 {
		t.Errorf("%d commands on %d pages", len(seen), pages)
	}
	if resp := get(t, f, "/commands?page=4"); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("a fourth page: %s", resp.Status)
	}
}

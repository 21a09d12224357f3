package dashboard_test

import (
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/dashboard"
)

// TestLargestCounts: counts at the end of int64 are drawn inside the chart.
func TestLargestCounts(t *testing.T) {
	d := dashboard.Data{
		Installs: math.MaxInt64,
		Days:     []dashboard.Day{{Date: noon, Runs: math.MaxInt64, Failures: math.MaxInt64, Installs: math.MaxInt64}},
		Commands: []dashboard.Command{{Path: "a", Runs: math.MaxInt64, Failures: math.MaxInt64}},
	}
	page := parse(t, get(t, literal{data: d}, "/"))
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
	if text := page.section(t, "Commands by use").rows()[0]; text[1] != "9,223,372,036,854,775,807" || text[2] != "100%" {
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
		d := dashboard.Data{Installs: runs, Commands: []dashboard.Command{{Path: "a", Runs: runs}}}
		figures := parse(t, get(t, literal{data: d}, "/")).class("figures")[0].named("dd")
		for i, note := range []string{"that reported", "of any command"} {
			var parts []string
			for _, e := range figures[i].below {
				parts = append(parts, e.text)
			}
			if got := strings.Join(parts, " "); got != want+" "+note {
				t.Errorf("%d: %q, want %q", runs, got, want+" "+note)
			}
		}
	}
}

// many has n commands of 20 apps, as many versions, exit codes and systems, and some days.
func many(n, days int) dashboard.Data {
	d := dashboard.Data{Installs: 1 << 20}
	for i := range n {
		name := fmt.Sprintf("app group%d command-with-a-long-name-%d", i%20, i)
		d.Versions = append(d.Versions, name)
		if i < 20 {
			d.Apps = append(d.Apps, name)
		}
		d.Commands = append(d.Commands, dashboard.Command{Path: name, Runs: int64(3*n - i), Failures: int64(i % 90), NoExit: int64(i % 7)})
		for _, list := range []*[]dashboard.Count{&d.ExitCodes, &d.Releases, &d.Systems} {
			*list = append(*list, dashboard.Count{Value: name, Runs: int64(n - i)})
		}
	}
	for i := range days {
		d.Days = append(d.Days, dashboard.Day{Date: noon.Truncate(24*time.Hour).AddDate(0, 0, i+1-days), Runs: int64(i), Failures: int64(i / 9), Installs: int64(i / 2)})
	}
	return d
}

// BenchmarkPage renders 2,000 commands: the first 50 of a month and of a year, and all.
func BenchmarkPage(b *testing.B) {
	for _, c := range []struct {
		name, address string
		days          int
	}{{"month", "/", 30}, {"year", "/?period=365", 365}, {"all", "/?all=1", 30}} {
		b.Run(c.name, func(b *testing.B) {
			handler := dashboard.Handler(literal{data: many(2000, c.days)}, func() time.Time { return noon })
			b.ReportAllocs()
			for b.Loop() {
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, httptest.NewRequest("GET", c.address, nil))
				if w.Code != http.StatusOK {
					b.Fatal(w.Code)
				}
				b.ReportMetric(float64(w.Body.Len()), "bytes/page")
			}
		})
	}
}

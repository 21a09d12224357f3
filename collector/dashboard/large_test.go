package dashboard_test

import (
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
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
	for _, rect := range page.named("rect") {
		for _, name := range []string{"x", "y", "width", "height"} {
			var v float64
			if _, err := fmt.Sscan(rect.attrs[name], &v); err != nil || v < 0 || v > 100 {
				t.Errorf("%s=%q of %v", name, rect.attrs[name], rect.attrs)
			}
		}
	}
	if text := page.section(t, "Commands by use").rows()[0]; text[1] != "9,223,372,036,854,775,807" || text[2] != "100%" {
		t.Errorf("%q", text)
	}
}

// many has n commands, and more of everything else than anyone has.
func many(n int) dashboard.Data {
	d := dashboard.Data{Installs: 1 << 20}
	for i := range n {
		name := fmt.Sprintf("app group%d command-with-a-long-name-%d", i%20, i)
		d.Apps, d.Versions = append(d.Apps, name), append(d.Versions, name)
		d.Commands = append(d.Commands, dashboard.Command{Path: name, Runs: int64(3*n - i), Failures: int64(i % 90), NoExit: int64(i % 7)})
		for _, list := range []*[]dashboard.Count{&d.ExitCodes, &d.Releases, &d.Systems} {
			*list = append(*list, dashboard.Count{Value: name, Runs: int64(n - i)})
		}
	}
	for i := range 365 {
		d.Days = append(d.Days, dashboard.Day{Date: noon.Truncate(24*time.Hour).AddDate(0, 0, i-364), Runs: int64(i), Failures: int64(i / 9), Installs: int64(i / 2)})
	}
	return d
}

// BenchmarkPage renders a year of 2,000 commands: the first 50, and all.
func BenchmarkPage(b *testing.B) {
	handler := dashboard.Handler(literal{data: many(2000)}, func() time.Time { return noon })
	for _, address := range []string{"/?period=365", "/?period=365&all=1"} {
		b.Run(address, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, httptest.NewRequest("GET", address, nil))
				if w.Code != http.StatusOK {
					b.Fatal(w.Code)
				}
				b.ReportMetric(float64(w.Body.Len()), "bytes/page")
			}
		})
	}
}

package dashboard_test

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/collector/dashboard"
)

// days makes n days up to noon's, each with what of gives.
func days(n int, of func(i int) (runs, failures, installs int64)) []dashboard.Day {
	var out []dashboard.Day
	for i := range n {
		d := dashboard.Day{Date: noon.AddDate(0, 0, i+1-n)}
		d.Runs, d.Failures, d.Installs = of(i)
		out = append(out, d)
	}
	return out
}

// uprights gives the left edge and the height of every bar of a path.
func uprights(t *testing.T, path string) (lefts, heights []float64) {
	t.Helper()
	for _, m := range regexp.MustCompile(`M([0-9.]+) 100V([0-9.]+)H[0-9.]+V100Z`).FindAllStringSubmatch(path, -1) {
		left, err := strconv.ParseFloat(m[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		top, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			t.Fatal(err)
		}
		lefts, heights = append(lefts, left), append(heights, 100-top)
	}
	return lefts, heights
}

// TestBarsAreToScale: what is drawn is what was reported, on an axis from 0.
func TestBarsAreToScale(t *testing.T) {
	source := literal{data: dashboard.Data{Installs: 1, Days: days(7, func(i int) (int64, int64, int64) {
		return int64(i * 500), int64(i * 50), int64(i)
	})}}
	page := parse(t, get(t, source, "/?period=7"))
	svg := page.section(t, "Runs").named("svg")[0]
	if top := page.section(t, "Runs").class("top")[0].text; top != "3k" {
		t.Errorf("the axis ends at %s, want 3k", top)
	}
	for class, share := range map[string]float64{"runs": 1, "failed": .1} {
		lefts, heights := uprights(t, svg.class(class)[0].attrs["d"])
		if len(heights) != 6 {
			t.Fatalf("%d bars of class %s, want 6: a day without runs has none", len(heights), class)
		}
		for i, height := range heights {
			if want := share * 100 * float64(i+1) / 6; math.Abs(height-want) > .01 {
				t.Errorf("%s: the bar of day %d is %g high, want %g", class, i+1, height, want)
			}
			if slot := int(lefts[i] / 10); slot != i+1 {
				t.Errorf("%s: the bar of day %d stands in slot %d", class, i+1, slot)
			}
		}
	}
	touched := svg.class("touch")
	if len(touched) != 7 || touched[6].text != "Mon 23 Nov 2026: 3,000 runs, 300 failed or no exit seen" {
		t.Errorf("%d bars can be pointed at, the last says %q", len(touched), touched[len(touched)-1].text)
	}
	line := page.section(t, "Installs per day").named("svg")[0].class("line")[0].attrs["d"]
	if want := "M0 100L10 83.33L20 66.67L30 50L40 33.33L50 16.67L60 0"; line != want {
		t.Errorf("the line of installs is %s, want %s", line, want)
	}
}

// TestWeeksOfAYear: a year is shown by weeks, none of them shorter than seven
// days, and nothing is lost; installs, which cannot be added up, stay by day.
func TestWeeksOfAYear(t *testing.T) {
	for _, n := range []int{90, 100, 101, 365} {
		source := literal{data: dashboard.Data{Installs: 1, Days: days(n, func(i int) (int64, int64, int64) { return 1000, 10, 5 })}}
		page := parse(t, get(t, source, "/?period=365"))
		rows := page.section(t, "Runs").rows()
		total, fewest := 0, math.MaxInt
		for _, row := range rows {
			var runs int
			if _, err := fmt.Sscan(strings.ReplaceAll(row[1], ",", ""), &runs); err != nil {
				t.Fatal(err)
			}
			total, fewest = total+runs, min(fewest, runs)
		}
		bars, smallest := n, 1000
		if n > 100 {
			bars, smallest = n/7, 7000
		}
		if total != n*1000 || len(rows) != bars || fewest != smallest {
			t.Errorf("%d days: %d rows of %d runs, the smallest with %d; want %d of %d, %d", n, len(rows), total, fewest, bars, n*1000, smallest)
		}
		if got := len(page.section(t, "Installs per day").rows()); got != n {
			t.Errorf("%d days: installs of %d", n, got)
		}
	}
}

// TestInstallsOfAYear: the line of a year is the average day of each week.
func TestInstallsOfAYear(t *testing.T) {
	source := literal{data: dashboard.Data{Installs: 1, Days: days(364, func(i int) (int64, int64, int64) {
		return 1, 0, int64(i%7) * int64(i/7) // 0, 3, 6, ... 153 a day on average
	})}}
	section := parse(t, get(t, source, "/?period=365")).section(t, "Installs per day")
	line := section.named("svg")[0].class("line")[0].attrs["d"]
	if top := section.class("top")[0].text; top != "200" || !strings.HasPrefix(line, "M0 100L10 98.5L20 97") || !strings.HasSuffix(line, "L510 23.5") {
		t.Errorf("up to %s: %s", top, line)
	}
	if legend := section.class("legend")[0].text; !strings.Contains(legend, "average day of the week") {
		t.Errorf("the legend says %q", legend)
	}
}

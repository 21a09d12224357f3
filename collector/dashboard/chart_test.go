package dashboard_test

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/store"
)

// days makes n days up to noon's, each with what of gives.
func days(n int, of func(i int) (runs, failures, installs int64)) []store.Day {
	var out []store.Day
	for i := range n {
		d := store.Day{Date: noon.Truncate(24*time.Hour).AddDate(0, 0, i+1-n)}
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
	source := fixed{apps: []string{"pace"}, total: store.Sums{Installs: 1, Runs: 1}, days: days(7, func(i int) (int64, int64, int64) {
		return int64(i * 500), int64(i * 50), int64(i)
	})}
	page := parse(t, get(t, source, "/?days=7"))
	section := page.section(t, "Runs per day")
	svg := section.named("svg")[0]
	if top := section.class("top")[0].text; top != "3k" {
		t.Errorf("the axis ends at %s, want 3k", top)
	}
	// Today's bar is drawn as one that is not complete; its failures are as they are.
	for class, want := range map[string][]int{"runs": {1, 2, 3, 4, 5}, "open": {6}, "failed": {1, 2, 3, 4, 5, 6}} {
		share := map[bool]float64{true: .1, false: 1}[class == "failed"]
		lefts, heights := uprights(t, svg.class(class)[0].attrs["d"])
		if len(heights) != len(want) {
			t.Fatalf("%d bars of class %s, want %d: a day without runs has none", len(heights), class, len(want))
		}
		for i, day := range want {
			if want := share * 100 * float64(day) / 6; math.Abs(heights[i]-want) > .01 {
				t.Errorf("%s: the bar of day %d is %g high, want %g", class, day, heights[i], want)
			}
			if slot := int(lefts[i] / 10); slot != day {
				t.Errorf("%s: the bar of day %d stands in slot %d", class, day, slot)
			}
		}
	}
	touched := section.class("touch")[0].named("a")
	if len(touched) != 7 || strings.TrimSpace(touched[6].text) != "23 Nov: 3,000 runs, 300 failed or no exit seen" || touched[6].attrs["href"] != "#r6" {
		t.Errorf("%d bars can be pointed at, the last says %q", len(touched), touched[len(touched)-1].text)
	}
	table := page.class("days")[0]
	if rows := table.named("tr"); rows[1].attrs["id"] != "r6" || !strings.Contains(rows[1].text, "Not over yet") || strings.Contains(rows[2].text, "Not over yet") {
		t.Errorf("the table begins %q", rows[1].text)
	}
	drawing := page.section(t, "Active installs, in the last 30 days").named("svg")[0]
	if line := drawing.class("line")[0].attrs["d"]; line != "M5 100L15 83.33L25 66.67L35 50L45 33.33L55 16.67" {
		t.Errorf("the line of installs is %s", line)
	}
	if tail := drawing.class("tail")[0].attrs["d"]; tail != "M55 16.67L65 0" {
		t.Errorf("it goes on to today with %s", tail)
	}
}

// TestWeeksOfAYear: long periods are shown by weeks, a year by two at a time, none of
// them shorter than the others, and nothing is lost; installs, which cannot be added up, stay by day.
func TestWeeksOfAYear(t *testing.T) {
	for _, n := range []int{30, 31, 32, 90, 365} {
		source := fixed{apps: []string{"pace"}, total: store.Sums{Installs: 1, Runs: 1}, days: days(n, func(i int) (int64, int64, int64) { return 1000, 10, 5 })}
		page := parse(t, get(t, source, fmt.Sprintf("/?days=%d", n)))
		rows := page.class("days")[0].rows()
		total, fewest := 0, math.MaxInt
		for _, row := range rows {
			var runs int
			if _, err := fmt.Sscan(strings.ReplaceAll(row[2], ",", ""), &runs); err != nil {
				t.Fatal(err)
			}
			total, fewest = total+runs, min(fewest, runs)
		}
		bars, smallest := n, 1000
		switch {
		case n > 217:
			bars, smallest = n/14, 14000
		case n > 31:
			bars, smallest = n/7, 7000
		}
		if total != n*1000 || len(rows) != bars || fewest != smallest {
			t.Errorf("%d days: %d rows of %d runs, the smallest with %d; want %d of %d, %d", n, len(rows), total, fewest, bars, n*1000, smallest)
		}
	}
}

// TestInstallsOfAYear: the line of a command's year is the average day of each bar.
func TestInstallsOfAYear(t *testing.T) {
	source := fixed{apps: []string{"pace"}, total: store.Sums{Installs: 1, Runs: 1}, days: days(364, func(i int) (int64, int64, int64) {
		return 1, 0, int64(i%7) * int64(i/7) // 1.5, 7.5, 13.5, ... 151.5 a day on average, rounded up
	})}
	section := parse(t, get(t, source, "/command?command=pace+get&days=364")).section(t, "Installs that used it, per day")
	line := section.named("svg")[0].class("line")[0].attrs["d"]
	if top := section.class("top")[0].text; top != "200" || !strings.HasPrefix(line, "M5 99L15 96L25 93") || !strings.HasSuffix(line, "L245 27") {
		t.Errorf("up to %s: %s", top, line)
	}
}

// TestReleasesAreMarked on every chart, where their day is.
func TestReleasesAreMarked(t *testing.T) {
	source := fixed{apps: []string{"pace"}, total: store.Sums{Installs: 1, Runs: 1}, versions: []store.Row{{Name: "v2.0.0"}, {Name: "v1.0.0"}},
		days: days(10, func(i int) (int64, int64, int64) { return 1, 0, 1 })}
	source.versions[0].Installs, source.versions[1].Installs = 3, 1
	for address, charts := range map[string]int{"/?days=10": 3, "/command?command=pace+get&days=10": 2} {
		marks := parse(t, get(t, source, address)).class("marks")
		if len(marks) != charts {
			t.Fatalf("%s: %d charts with marks, want %d", address, len(marks), charts)
		}
		for _, m := range marks[:2] {
			if text := m.named("text"); len(text) != 2 || text[0].text != "v2.0.0" || text[0].attrs["x"] != "95.0%" || text[1].attrs["x"] != "85.0%" {
				t.Errorf("%s: %d marks, the first %v", address, len(text), text[0])
			}
		}
	}
}

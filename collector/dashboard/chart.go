package dashboard

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// A chart is a drawing and the same figures as rows. The template writes the
// SVG: html/template escapes it as it does the rest of the page, and the style
// sheet colours it. The drawing holds shapes only and is stretched to the width that there is; the axes are HTML, so that
// their text keeps its size on a phone and when the reader enlarges it.
type chart struct {
	Name          string // makes the ids in the page unique
	Title, Desc   string // for those who do not see it
	Width, Height float64
	Slot          float64
	Bars          []bar
	Runs, Failed  string // the d attributes of all bars at once, and of their feet
	Line, Area    string // those of an outline and of what is below it
	Legend        string
	Top           string // at the upper grid line
	Half          string // at the middle one
	Dates         []string
	Rows          []chartRow
	top           int64
}

// A bar is what can be pointed at: a day or week from the top to the foot.
type bar struct {
	Title string
	X     float64
}

// A chartRow is one bar or point.
type chartRow struct {
	Label                    string
	Runs, Failures, Installs string
}

const (
	slot       = 10.0  // width of one bar with its gap, in units of the drawing
	gap        = 2.5   // of which is left empty
	plotHeight = 100.0 // in the same units; stretched by the style
)

// A bin is one bar: a day, or in long periods the days of a week.
type bin struct {
	from, to       time.Time
	days           int64
	runs, failures int64
	installs       int64 // the sum of its days, of which only the average means something
}

// installsADay is how many installs reported on an average day.
func (b bin) installsADay() int64 { return (b.installs + b.days/2) / b.days }

// bins makes one bin of each day, or of each seven days when there are more
// than 100. Weeks end with the last day; what is left over joins the oldest,
// because a bar of one day beside bars of seven would read as a fall in use.
func bins(days []Day) []bin {
	size := 1
	if len(days) > 100 {
		size = 7
	}
	var out []bin
	for i, day := range days {
		first := i == 0
		if starts := (len(days)-i)%size == 0; first || starts && i >= size {
			out = append(out, bin{from: day.Date})
		}
		b := &out[len(out)-1]
		b.to = day.Date
		b.runs += day.Runs
		b.failures += day.Failures
		b.installs += min(day.Installs, math.MaxInt64/16) // of at most 13 days: never past the end
		b.days++
	}
	return out
}

// runsChart draws one bar of runs for each day or week, failures at its foot.
func runsChart(days []Day) chart {
	all := bins(days)
	var most, runs, failures int64
	busiest := 0
	for i, b := range all {
		runs += b.runs
		failures += b.failures
		if b.runs > most {
			most, busiest = b.runs, i
		}
	}
	unit := "day"
	if len(all) < len(days) {
		unit = "week"
	}
	c := newChart("runs", "Runs per "+unit, days, axisTop(most))
	c.Desc = fmt.Sprintf("%s, %s of them failed or without an exit seen.", plural(runs, "run", "runs"), count(failures))
	if most > 0 {
		c.Desc += fmt.Sprintf(" Most in one %s: %s, %s.", unit, count(most), span(all[busiest].from, all[busiest].to))
	}
	c.Width = float64(len(all)) * slot
	var bars, feet strings.Builder
	for i, b := range all {
		x := float64(i) * slot
		c.Bars = append(c.Bars, bar{
			Title: fmt.Sprintf("%s: %s, %s failed or no exit seen", span(b.from, b.to), plural(b.runs, "run", "runs"), count(b.failures)),
			X:     x,
		})
		c.upright(&bars, x, b.runs)
		c.upright(&feet, x, b.failures)
	}
	c.Runs, c.Failed = bars.String(), feet.String()
	for i := len(all) - 1; i >= 0; i-- {
		b := all[i]
		c.Rows = append(c.Rows, chartRow{Label: span(b.from, b.to), Runs: count(b.runs), Failures: count(b.failures)})
	}
	return c
}

// installsChart draws the installs that reported on each day. Those of a week
// are not the sum of its days, so where runs are added up by week, this shows
// the average day of the week; weekends would hide how use grows.
func installsChart(days []Day) chart {
	all := bins(days)
	var most, highest int64
	busiest := 0
	for i, d := range days {
		if d.Installs > most {
			most, busiest = d.Installs, i
		}
	}
	for _, b := range all {
		highest = max(highest, b.installsADay())
	}
	c := newChart("installs", "Installs that reported, per day", days, axisTop(highest))
	c.Legend = "installs that reported on that day"
	if len(all) < len(days) {
		c.Legend = "installs that reported on an average day of the week"
	}
	c.Desc = "No install reported."
	if most > 0 {
		c.Desc = fmt.Sprintf("Most: %s, on %s.", count(most), days[busiest].Date.Format("2 Jan 2006"))
	}
	c.Width = float64(max(len(all)-1, 1)) * slot
	var line strings.Builder
	for i, b := range all {
		fmt.Fprintf(&line, "%c%g %g", "ML"[min(i, 1)], float64(i)*slot, c.y(b.installsADay()))
	}
	if len(all) > 0 {
		c.Line = line.String()
		c.Area = fmt.Sprintf("%sV%gH0Z", c.Line, plotHeight)
	}
	for i := len(days) - 1; i >= 0; i-- {
		d := days[i]
		c.Rows = append(c.Rows, chartRow{Label: span(d.Date, d.Date), Installs: count(d.Installs)})
	}
	return c
}

func newChart(name, title string, days []Day, top int64) chart {
	c := chart{Name: name, Title: title, Slot: slot, Height: plotHeight, top: top, Top: short(top), Half: short(top / 2)}
	if n := len(days); n > 0 {
		for _, day := range []Day{days[0], days[n/2], days[n-1]} {
			c.Dates = append(c.Dates, day.Date.Format("2 Jan"))
		}
	}
	return c
}

// y is how far from the top n is drawn.
func (c chart) y(n int64) float64 {
	return hundredth(plotHeight * (1 - float64(n)/float64(c.top)))
}

// upright adds the outline of a bar of n that stands in the slot at x.
func (c chart) upright(path *strings.Builder, x float64, n int64) {
	if n > 0 {
		fmt.Fprintf(path, "M%g %gV%gH%gV%gZ", x+gap/2, plotHeight, c.y(n), x+slot-gap/2, plotHeight)
	}
}

// share lays parts of a whole beside each other, in percent of it.
func share(whole int64, parts ...part) []part {
	var out []part
	x := 0.0
	for _, p := range parts {
		if p.runs <= 0 || whole <= 0 {
			continue
		}
		end := min(x+100*float64(p.runs)/float64(whole), 100)
		p.Box = fmt.Sprintf("M%g 0H%gV1H%gZ", hundredth(x), hundredth(end), hundredth(x))
		x = end
		out = append(out, p)
	}
	return out
}

// A part is some of the runs that a share shows.
type part struct {
	Class string
	runs  int64
	Box   string // the d attribute of its path
}

// hundredth rounds to what a screen can still show.
func hundredth(x float64) float64 {
	return math.Round(x*100) / 100
}

// axisTop is the next of 2, 4, 6, 8, 10, 20, 30, 40, 60, 80, 100, 150, ... that n fits below: its half is
// a whole number too.
func axisTop(n int64) int64 {
	if n <= 2 {
		return 2
	}
	step := math.Pow(10, math.Floor(math.Log10(float64(n))))
	for _, m := range []float64{1, 1.5, 2, 3, 4, 6, 8, 10} {
		if top := m * step; top >= float64(n) && top < math.MaxInt64 && int64(top)%2 == 0 {
			return int64(top)
		}
	}
	return math.MaxInt64 - 1
}

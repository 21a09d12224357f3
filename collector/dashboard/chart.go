package dashboard

import (
	"fmt"
	"html/template"
	"math"
	"strings"
	"time"

	svg "github.com/ajstarks/svgo/float"
)

// A chart is a drawing and the same figures as rows. The drawing holds shapes
// only and is stretched to the width that there is; the axes are HTML, so that
// their text keeps its size on a phone and when the reader enlarges it.
type chart struct {
	Drawing template.HTML
	Top     string   // at the upper grid line
	Half    string   // at the middle one
	Dates   []string // below, from left to right
	Rows    []chartRow
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
	runs, failures int64
}

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
	top := axisTop(most)
	unit := "day"
	if len(all) < len(days) {
		unit = "week"
	}
	c := newChart(days, top)
	desc := fmt.Sprintf("%s, %s of them failed or without an exit seen.", plural(runs, "run", "runs"), count(failures))
	if most > 0 {
		desc += fmt.Sprintf(" Most in one %s: %s, %s.", unit, count(most), span(all[busiest].from, all[busiest].to))
	}
	c.Drawing = draw("runs", "Runs per "+unit, desc, float64(len(all))*slot, func(s *svg.SVG) {
		for i, b := range all {
			x := float64(i) * slot
			height, foot := scale(b.runs, top), scale(b.failures, top)
			s.Group(`class="bar"`)
			s.Title(fmt.Sprintf("%s: %s, %s failed", span(b.from, b.to), plural(b.runs, "run", "runs"), count(b.failures)))
			s.Rect(x, 0, slot, plotHeight, `class="touch"`)
			s.Rect(x+gap/2, plotHeight-height, slot-gap, height, `class="runs"`)
			if foot > 0 {
				s.Rect(x+gap/2, plotHeight-foot, slot-gap, foot, `class="failed"`)
			}
			s.Gend()
		}
	})
	for i := len(all) - 1; i >= 0; i-- {
		b := all[i]
		c.Rows = append(c.Rows, chartRow{Label: span(b.from, b.to), Runs: count(b.runs), Failures: count(b.failures)})
	}
	return c
}

// installsChart draws the installs that reported on each day. Those of a week
// are not the sum of its days, so days are never put together here.
func installsChart(days []Day) chart {
	var most int64
	busiest := 0
	for i, d := range days {
		if d.Installs > most {
			most, busiest = d.Installs, i
		}
	}
	top := axisTop(most)
	c := newChart(days, top)
	desc := "No install reported."
	if most > 0 {
		desc = fmt.Sprintf("Most: %s, on %s.", count(most), days[busiest].Date.Format("2 Jan 2006"))
	}
	width := float64(max(len(days)-1, 1)) * slot
	c.Drawing = draw("installs", "Installs that reported, per day", desc, width, func(s *svg.SVG) {
		if len(days) == 0 {
			return
		}
		var line strings.Builder
		for i, d := range days {
			fmt.Fprintf(&line, "%c%g %.2f", "ML"[min(i, 1)], float64(i)*slot, plotHeight-scale(d.Installs, top))
		}
		s.Path(fmt.Sprintf("%sV%gH0Z", line.String(), plotHeight), `class="area"`)
		s.Path(line.String(), `class="line"`)
	})
	for i := len(days) - 1; i >= 0; i-- {
		d := days[i]
		c.Rows = append(c.Rows, chartRow{Label: span(d.Date, d.Date), Installs: count(d.Installs)})
	}
	return c
}

func newChart(days []Day, top int64) chart {
	c := chart{Top: short(top), Half: short(top / 2)}
	if n := len(days); n > 0 {
		for _, day := range []Day{days[0], days[n/2], days[n-1]} {
			c.Dates = append(c.Dates, day.Date.Format("2 Jan"))
		}
	}
	return c
}

// draw makes an SVG element that fills its box. name makes the ids in it unique in the page.
func draw(name, title, desc string, width float64, shapes func(*svg.SVG)) template.HTML {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="plot" role="img" aria-label="%s" aria-describedby="%s-desc" viewBox="0 0 %g %g" preserveAspectRatio="none">`,
		template.HTMLEscapeString(title), name, width, plotHeight)
	s := svg.New(&b)
	s.Title(title)
	fmt.Fprintf(&b, `<desc id="%s-desc">%s</desc>`, name, template.HTMLEscapeString(desc))
	for _, y := range []float64{0, plotHeight / 2, plotHeight} {
		s.Line(0, y, width, y, `class="grid"`)
	}
	shapes(s)
	s.End()
	return template.HTML(b.String())
}

// share draws parts of a whole beside each other, each with its class. It says
// nothing that the figures beside it do not say, so it is hidden from screen readers.
func share(whole int64, parts ...part) template.HTML {
	var b strings.Builder
	b.WriteString(`<svg class="share" aria-hidden="true" viewBox="0 0 100 1" preserveAspectRatio="none">`)
	s := svg.New(&b)
	x := 0.0
	for _, p := range parts {
		if p.runs <= 0 || whole <= 0 {
			continue
		}
		width := min(100*float64(p.runs)/float64(whole), 100-x)
		s.Rect(x, 0, width, 1, `class="`+p.class+`"`)
		x += width
	}
	s.End()
	return template.HTML(b.String())
}

// A part is some of the runs that a share shows.
type part struct {
	class string
	runs  int64
}

// axisTop is the next of 2, 4, 6, 8, 10, 20, ... that n fits below: its half is
// a whole number too.
func axisTop(n int64) int64 {
	if n <= 2 {
		return 2
	}
	step := math.Pow(10, math.Floor(math.Log10(float64(n))))
	for _, m := range []float64{1, 2, 4, 6, 8, 10} {
		if top := m * step; top >= float64(n) && top < math.MaxInt64 && int64(top)%2 == 0 {
			return int64(top)
		}
	}
	return math.MaxInt64 - 1
}

// scale is the height of n below an axis that ends at top.
func scale(n, top int64) float64 {
	return plotHeight * float64(n) / float64(top)
}

package dashboard

import (
	"fmt"
	"math"
	"strings"

	"github.com/telemetrygen/telemetrygen/collector/answers"
)

// A chart is a drawing. The template writes the SVG: html/template escapes it as it
// does the rest of the page, and the style sheet colours it. The drawing holds
// shapes only and is stretched to the width that there is; axes and releases are
// laid over it, so that their text keeps its size on a phone and when the reader
// enlarges it. The same figures stand in a table below it.
type chart struct {
	Name          string // makes the ids in the page unique
	Title, Desc   string // Desc is shown, too: it holds the figures that are looked for first
	Width, Height float64
	Paths         []path
	Touch         []touch
	Marks         []mark
	Top           string // at the upper grid line
	Half          string // at the middle one
	Dates         []string
	Legend        []key
	top           float64
}

// A path is all shapes of a class at once.
type path struct{ Class, D string }

// A touch is a bar that can be pointed at or tapped: it leads to its row of the table.
type touch struct {
	X          float64
	Row, Title string
}

// A mark is a release, at percents of the width from the left.
type mark struct {
	X, Anchor, Label string
	Y, Dx            int
	bin              int
}

// A key is one entry of a legend.
type key struct{ Class, Label string }

const (
	slot       = 10.0  // width of one bar with its gap, in units of the drawing
	gap        = 2.5   // of which is left empty
	plotHeight = 100.0 // in the same units; stretched by the style
	mostMarks  = 5     // releases that a chart names: the newest
)

// marksOf are the releases that came out in the days of the bins.
func marksOf(versions []answers.VersionUse, all []bin) []mark {
	var marks []mark
	for _, v := range versions {
		at := v.Released()
		for i, b := range all {
			if at.IsZero() || at.Before(b.from) || at.After(b.to) || len(marks) == mostMarks {
				continue
			}
			x := (float64(i) + (at.Sub(b.from).Hours()/24+.5)/float64(b.days)) / float64(len(all))
			m := mark{X: fmt.Sprintf("%.1f%%", 100*x), Label: shortened(printable(v.Name), 14), Anchor: "start", Y: 9 + 11*(len(marks)%3), Dx: 3, bin: i}
			if x > .6 {
				m.Anchor, m.Dx = "end", -3
			}
			marks = append(marks, m)
		}
	}
	return marks
}

// runsChart draws one bar of runs for each bin, failures at its foot.
func runsChart(all []bin, marks []mark) chart {
	var most, runs, failures int64
	busiest := 0
	for i, b := range all {
		runs += b.runs
		failures += b.failures
		if b.runs > most {
			most, busiest = b.runs, i
		}
	}
	c := newChart("runs", "Runs per "+unit(all), all, marks, most)
	c.Desc = fmt.Sprintf("%s, %s of them failed or without an exit seen.", plural(runs, "run", "runs"), count(failures))
	if most > 0 {
		c.Desc += fmt.Sprintf(" Most: %s, on %s.", count(most), span(all[busiest].from, all[busiest].to))
	}
	var bars, feet, openBar strings.Builder
	for i, b := range all {
		x := float64(i) * slot
		c.point(i, b, plural(b.runs, "run", "runs")+", "+count(b.failures)+" failed or no exit seen")
		if b.open {
			c.upright(&openBar, x, b.runs)
		} else {
			c.upright(&bars, x, b.runs)
		}
		c.upright(&feet, x, b.failures)
	}
	c.draw("runs", bars.String())
	c.draw("open", openBar.String())
	c.draw("failed", feet.String())
	c.Legend = []key{{"runs", "runs"}, {"failed", "failed or no exit seen"}}
	c.legendOfToday(all)
	return c
}

// installsChart draws a line of installs. use gives those of a bin, -1 for not known.
func installsChart(title string, all []bin, marks []mark, use func(bin) int64) chart {
	var most int64
	busiest, last := 0, -1
	for i, b := range all {
		if n := use(b); n > most {
			most, busiest = n, i
		}
		if use(b) >= 0 && !b.open {
			last = i
		}
	}
	c := newChart("installs", title, all, marks, most)
	c.Desc = "No install reported."
	if most > 0 {
		c.Desc = fmt.Sprintf("Most: %s, on %s.", count(most), span(all[busiest].from, all[busiest].to))
		if last >= 0 {
			c.Desc += fmt.Sprintf(" Last: %s.", count(use(all[last])))
		}
	}
	var line, area, tail strings.Builder
	start, end := -1.0, 0.0
	for i, b := range all {
		x, n := (float64(i)+.5)*slot, use(b)
		c.point(i, b, plural(max(n, 0), "install", "installs"))
		if n < 0 {
			continue
		}
		if b.open && start >= 0 { // from the last whole day to the one that is not over
			fmt.Fprintf(&tail, "M%g %gL%g %g", end, c.y(use(all[i-1])), x, c.y(n))
			continue
		}
		fmt.Fprintf(&line, "%c%g %g", "ML"[b2i(start >= 0)], x, c.y(n))
		if start < 0 {
			start = x
		}
		end = x
	}
	if start >= 0 {
		fmt.Fprintf(&area, "%sV%gH%gZ", line.String(), plotHeight, start)
	}
	c.draw("area", area.String())
	c.draw("line", line.String())
	c.draw("tail", tail.String())
	c.legendOfToday(all)
	return c
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func newChart(name, title string, all []bin, marks []mark, most int64) chart {
	top := axisTop(most)
	c := chart{Name: name, Title: title, Width: float64(max(len(all), 1)) * slot, Height: plotHeight, Marks: marks, top: float64(top), Top: short(top), Half: short(top / 2)}
	if n := len(all); n > 0 {
		for _, at := range []int{0, n / 2, n - 1} {
			c.Dates = append(c.Dates, all[at].to.Format("2 Jan"))
		}
	}
	return c
}

// unit is what a bar stands for.
func unit(all []bin) string {
	switch n := len(all); {
	case n == 0 || all[n-1].days == 1:
		return "day"
	case all[n-1].days == 7:
		return "week"
	default:
		return count(all[n-1].days/7) + " weeks"
	}
}

func (c *chart) legendOfToday(all []bin) {
	if len(all) > 0 && all[len(all)-1].open {
		c.Legend = append(c.Legend, key{"open", "not over yet"})
	}
}

// point makes the ith bar one that can be pointed at. A day says what it holds
// where there is a mouse, too; for weeks the page would get large.
func (c *chart) point(i int, b bin, holds string) {
	t := touch{X: float64(i) * slot, Row: fmt.Sprintf("#r%d", i)}
	if b.days == 1 {
		t.Title = b.to.Format("2 Jan") + ": " + holds
	}
	c.Touch = append(c.Touch, t)
}

// draw adds shapes, if there are any.
func (c *chart) draw(class, d string) {
	if d != "" {
		c.Paths = append(c.Paths, path{class, d})
	}
}

// y is how far from the top n is drawn.
func (c chart) y(n int64) float64 {
	return hundredth(plotHeight * (1 - float64(n)/c.top))
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
		if p.n <= 0 || whole <= 0 {
			continue
		}
		width := min(100*float64(p.n)/float64(whole), 100-x)
		p.X, p.Width = hundredth(x), hundredth(width)
		x += width
		out = append(out, p)
	}
	return out
}

// A part is some of what a share shows.
type part struct {
	Class    string
	n        int64
	X, Width float64
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

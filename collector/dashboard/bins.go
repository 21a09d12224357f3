package dashboard

import (
	"fmt"
	"math"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/answers"
)

// mostBars is how many bars a drawing has at most. Periods of more days are drawn by weeks.
const mostBars = 31

// A bin is one bar: a day, or in long periods the days of some weeks.
type bin struct {
	from, to       time.Time
	days           int64
	runs, failures int64 // runs that failed or of which no exit was seen
	installs       int64 // the sum of its days, of which only the average means something
	active         int64 // installs of the 30 days that end with it; -1: not known
	open           bool  // its last day is not over
}

// installsADay is how many installs reported on an average day.
func (b bin) installsADay() int64 { return (b.installs + b.days/2) / b.days }

// bins makes one bin of each day, or of one, two, four or more weeks where there
// would be more than mostBars. They end with the last day; what is left over joins the oldest,
// because a bar of one day beside bars of weeks would read as a fall in use.
func bins(q answers.Question, days []answers.UseDay, active []answers.InstallDay) []bin {
	known := map[string]int64{}
	for _, d := range active {
		known[d.Date.String()] = d.Active
	}
	size := 1
	for len(days)/size > mostBars {
		size = max(7, 2*size)
	}
	var out []bin
	for i, day := range days {
		first := i == 0
		if starts := (len(days)-i)%size == 0; first || starts && i >= size {
			out = append(out, bin{from: day.Date.Time})
		}
		b := &out[len(out)-1]
		b.to, b.active = day.Date.Time, -1
		if n, is := known[day.Date.String()]; is {
			b.active = n
		}
		b.runs += day.Runs
		b.failures += day.Failures + day.NoExit
		b.installs += min(day.Installs, math.MaxInt64/answers.MostDays) // never past the end
		b.days++
		b.open = day.Date.Equal(q.Today)
	}
	return out
}

// A binRow is a bar in the table below the drawings, where a tap on the bar leads.
type binRow struct {
	ID, Label, Note, Href    string
	Installs, Runs, Failures string
}

// binRows are the bars as a table, the newest first. A day leads to its page.
func binRows(page string, q answers.Question, all []bin, use func(bin) int64, marks []mark) []binRow {
	var rows []binRow
	for i := len(all) - 1; i >= 0; i-- {
		b := all[i]
		r := binRow{ID: fmt.Sprintf("r%d", i), Href: link(page, onDays(q, answers.Day{Time: b.from}, answers.Day{Time: b.to})), Label: span(b.from, b.to), Installs: "–", Runs: count(b.runs), Failures: count(b.failures)}
		if n := use(b); n >= 0 {
			r.Installs = count(n)
		}
		for _, m := range marks {
			if m.bin == i {
				r.Note += " " + m.Label + " released."
			}
		}
		if b.open {
			r.Note += " Not over yet."
		}
		rows = append(rows, r)
	}
	return rows
}

package dashboard

import (
	"fmt"
	"strings"

	"github.com/telemetrygen/telemetrygen/collector/answers"
)

const (
	weeksShown   = 7
	cohortsShown = 9
	mostApart    = 4 // weeks between two cohorts: nine reach back further than the 26 weeks that each is followed
)

// people says who comes, comes back and stays away.
type people struct {
	Weeks     []weekRow
	Curve     chart
	Later     []string // the heads of the columns of Cohorts
	Cohorts   []cohortRow
	HrefWeeks string
	Href      string
}

// A weekRow is a week from Monday to Sunday.
type weekRow struct {
	Label, Note, Href                    string
	Active, New, Stayed, Returning, Lost cell
	Bar                                  []part
}

// A cohortRow is what became of the installs that reported first in a week.
type cohortRow struct {
	Label, Href, Installs string
	Later                 []string
}

// laterWeeks are the weeks after the first that the table shows.
var laterWeeks = []int{1, 4, 12, 26}

func newPeople(q answers.Question, installs answers.Installs, retention answers.Retention) people {
	p := people{HrefWeeks: csvLink("installs", q), Href: csvLink("retention", q), Curve: retentionChart(retention)}
	weeks := installs.Weeks
	first := max(0, len(weeks)-weeksShown)
	var most int64
	for _, w := range weeks[first:] {
		most = max(most, w.Active)
	}
	for i := len(weeks) - 1; i >= first; i-- {
		w := weeks[i]
		var before *answers.WeekOfUse // that a whole week can be held against
		if i > 0 && w.Complete {
			before = &weeks[i-1]
		}
		r := newWeekRow(w, before)
		r.Href = weekLink("", q, w.Week)
		r.Bar = share(most, part{Class: "ok", n: w.Stayed}, part{Class: "back", n: w.Returning}, part{Class: "fresh", n: w.New})
		p.Weeks = append(p.Weeks, r)
	}
	for _, n := range laterWeeks {
		p.Later = append(p.Later, "Week "+fmt.Sprint(n))
	}
	cohorts := retention.Weeks
	if n := len(cohorts); n > 1 && len(cohorts[n-1].Active) == 1 {
		cohorts = cohorts[:n-1] // nobody of that week has had another one
	}
	step := min(mostApart, max(1, (len(cohorts)+cohortsShown-1)/cohortsShown))
	for i := len(cohorts) - 1; i >= 0 && len(p.Cohorts) < cohortsShown; i -= step {
		c := cohorts[i]
		r := cohortRow{Label: c.Week.Format("2 Jan 2006"), Href: weekLink("", q, c.Week), Installs: count(c.Installs)}
		for _, n := range laterWeeks {
			text := ""
			if n < len(c.Active) {
				text = percent(c.Active[n], c.Installs)
			}
			r.Later = append(r.Later, text)
		}
		p.Cohorts = append(p.Cohorts, r)
	}
	return p
}

// newWeekRow writes a week, with its change against the one before where there is one.
func newWeekRow(w answers.WeekOfUse, before *answers.WeekOfUse) weekRow {
	r := weekRow{Label: w.Week.Format("2 Jan 2006")}
	if !w.Complete {
		r.Note = "not over yet"
	}
	for _, column := range []struct {
		to *cell
		of func(answers.WeekOfUse) int64
	}{
		{&r.Active, func(w answers.WeekOfUse) int64 { return w.Active }},
		{&r.New, func(w answers.WeekOfUse) int64 { return w.New }},
		{&r.Stayed, func(w answers.WeekOfUse) int64 { return w.Stayed }},
		{&r.Returning, func(w answers.WeekOfUse) int64 { return w.Returning }},
		{&r.Lost, func(w answers.WeekOfUse) int64 { return w.Lost }},
	} {
		now := column.of(w)
		column.to.Value = count(now)
		if before != nil {
			was := column.of(*before)
			column.to.Change = change(&now, &was)
		}
	}
	return r
}

// retentionChart draws how many of the installs reported one to 26 weeks after
// their first report, of those that had so much time.
func retentionChart(r answers.Retention) chart {
	c := chart{Name: "retention", Title: "Installs that reported again, by weeks since the first report", Height: plotHeight, Top: "100%", Half: "50%", top: 100,
		Desc: "No install has had a whole week yet."}
	if len(r.Mean) < 2 {
		return c
	}
	c.Width = float64(len(r.Mean)-1) * slot
	var bars strings.Builder
	var told []string
	for n := 1; n < len(r.Mean); n++ {
		m := r.Mean[n]
		if m.Installs == 0 {
			continue
		}
		height := hundredth(plotHeight * (1 - float64(m.Active)/float64(m.Installs)))
		if height < plotHeight {
			x := float64(n-1) * slot
			fmt.Fprintf(&bars, "M%g %gV%gH%gV%gZ", x+gap/2, plotHeight, height, x+slot-gap/2, plotHeight)
		}
		for _, week := range laterWeeks {
			if week == n {
				told = append(told, fmt.Sprintf("week %d: %s", n, withCounts(m.Active, m.Installs)))
			}
		}
	}
	c.draw("runs", bars.String())
	c.Desc = strings.ToUpper(told[0][:1]) + strings.Join(told, ", ")[1:] + "."
	for _, at := range []int{1, max(1, (len(r.Mean)-1)/2), len(r.Mean) - 1} {
		c.Dates = append(c.Dates, fmt.Sprintf("week %d", at))
	}
	return c
}

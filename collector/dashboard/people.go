package dashboard

import (
	"fmt"
	"strings"

	"github.com/telemetrygen/telemetrygen/collector/answers"
)

const (
	weeksShown   = 8
	cohortsShown = 8
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
	Label, Note                          string
	Active, New, Stayed, Returning, Lost string
	Bar                                  []part
}

// A cohortRow is what became of the installs that reported first in a week.
type cohortRow struct {
	Label, Installs string
	Later           []string
}

// laterWeeks are the weeks after the first that the table shows.
var laterWeeks = []int{1, 4, 12, 26}

func newPeople(q answers.Question, installs answers.Installs, retention answers.Retention) people {
	p := people{HrefWeeks: csvLink("installs", q), Href: csvLink("retention", q), Curve: retentionChart(retention)}
	weeks := installs.Weeks
	weeks = weeks[max(0, len(weeks)-weeksShown):]
	var most int64
	for _, w := range weeks {
		most = max(most, w.Active)
	}
	for i := len(weeks) - 1; i >= 0; i-- {
		w := weeks[i]
		r := weekRow{Label: w.Week.Format("2 Jan 2006"), Active: count(w.Active), New: count(w.New), Stayed: count(w.Stayed), Returning: count(w.Returning), Lost: count(w.Lost)}
		if !w.Complete {
			r.Note = "not over yet"
		}
		r.Bar = share(most, part{Class: "ok", n: w.Stayed}, part{Class: "back", n: w.Returning}, part{Class: "fresh", n: w.New})
		p.Weeks = append(p.Weeks, r)
	}
	for _, n := range laterWeeks {
		p.Later = append(p.Later, "Week "+fmt.Sprint(n))
	}
	cohorts := retention.Weeks
	for i := len(cohorts) - 1; i >= 0 && len(p.Cohorts) < cohortsShown; i-- {
		c := cohorts[i]
		r := cohortRow{Label: c.Week.Format("2 Jan 2006"), Installs: count(c.Installs)}
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

package answers

import (
	"context"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/store"
)

// Installs says how many there are, by week.
type Installs struct {
	Period
	Total  Figures      `json:"total"` // its installs are the distinct ones that ran a command in the period
	Before Before       `json:"before"`
	Weeks  []WeekOfUse  `json:"weeks"` // those that end in the period
	Days   []InstallDay `json:"days"`
}

// A WeekOfUse is a week from Monday to Sunday, in UTC. Each install that reported
// in it is new, stayed or returning.
type WeekOfUse struct {
	Week      Day   `json:"week"` // its Monday
	Complete  bool  `json:"complete"`
	Active    int64 `json:"active"`
	New       int64 `json:"new"`       // reported for the first time
	Stayed    int64 `json:"stayed"`    // reported in the week before, too
	Returning int64 `json:"returning"` // reported before, but not in the week before
	Lost      int64 `json:"lost"`      // reported in the week before, but not in this one
}

// An InstallDay has the distinct installs of the days that end with it.
type InstallDay struct {
	Date   Day   `json:"date"`
	Active int64 `json:"active"` // in 30 days
}

// AskInstalls counts installs. Weeks are not kept by version.
func AskInstalls(ctx context.Context, s Store, q Question) (Installs, error) {
	q.Command = ""
	a := Installs{Period: q.about(), Weeks: []WeekOfUse{}, Days: []InstallDay{}}
	var err error
	if a.Total, a.Before, err = totals(ctx, s, q); err != nil {
		return a, err
	}
	weeks, err := s.Weeks(ctx, q.App, q.System)
	if err != nil {
		return a, err
	}
	for _, w := range weeks {
		end := w.Start.AddDate(0, 0, 6)
		if end.Before(q.Since) || w.Start.After(q.Until) {
			continue
		}
		a.Weeks = append(a.Weeks, WeekOfUse{Week: Day{w.Start}, Complete: end.Before(q.Today), Active: w.Active,
			New: w.New, Stayed: w.Stayed, Returning: w.Active - w.New - w.Stayed, Lost: w.Lost})
	}
	days, err := s.Windows(ctx, q.selection(), ActiveDays)
	if err != nil {
		return a, err
	}
	switch {
	case q.Version != "": // no days are stored by version
	case len(weeks) > 0:
		a.Days = everyDay(days, later(q.Since, weeks[0].Start), earlier(q.Until, q.Today))
	case len(days) > 0: // all weeks of these installs were erased
		a.Days = everyDay(days, days[0].Date, earlier(q.Until, q.Today))
	}
	return a, nil
}

// everyDay adds the days of which the store has nothing, because nobody was active.
func everyDay(kept []store.WindowDay, since, until time.Time) []InstallDay {
	active := map[int64]int64{}
	for _, d := range kept {
		active[d.Date.Unix()] = d.Installs
	}
	days := []InstallDay{}
	for day := since; !day.After(until); day = day.AddDate(0, 0, 1) {
		days = append(days, InstallDay{Day{day}, active[day.Unix()]})
	}
	return days
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// RetentionWeeks is how many weeks after its first week an install is followed.
const RetentionWeeks = 26

// Retention says how many installs come back, by the week of their first report.
type Retention struct {
	App    string        `json:"app"`
	System string        `json:"system,omitempty"`
	Weeks  []FirstWeek   `json:"weeks"` // oldest first
	Mean   []MeanOfWeeks `json:"mean"`  // of all complete weeks together
}

// A FirstWeek says what became of the installs whose first report was in one week, without
// those that expired or were erased.
type FirstWeek struct {
	Week     Day     `json:"week"`
	Installs int64   `json:"installs"`
	Active   []int64 `json:"active"` // [n] is how many of them reported n weeks later, up to 26; only complete weeks, except for [0]
}

// MeanOfWeeks says how many of the installs that are at least n weeks old reported in week n.
type MeanOfWeeks struct {
	Installs int64 `json:"installs"`
	Active   int64 `json:"active"`
}

// AskRetention follows installs from their first week on. It ignores the period.
func AskRetention(ctx context.Context, s Store, q Question) (Retention, error) {
	a := Retention{App: q.App, System: q.System, Weeks: []FirstWeek{}, Mean: []MeanOfWeeks{}}
	cohorts, err := s.Cohorts(ctx, q.App, q.System)
	if err != nil {
		return a, err
	}
	for _, c := range cohorts {
		if len(c.Active) == 0 || c.Active[0] == 0 {
			continue
		}
		w := FirstWeek{Week: Day{c.Start}, Installs: c.Active[0], Active: []int64{c.Active[0]}}
		for n := 1; n <= RetentionWeeks && c.Start.AddDate(0, 0, 7*n+6).Before(q.Today); n++ {
			active := int64(0)
			if n < len(c.Active) {
				active = c.Active[n]
			}
			w.Active = append(w.Active, active)
		}
		a.Weeks = append(a.Weeks, w)
		for n, active := range w.Active {
			if n == len(a.Mean) {
				a.Mean = append(a.Mean, MeanOfWeeks{})
			}
			a.Mean[n].Installs += w.Installs
			a.Mean[n].Active += active
		}
	}
	return a, nil
}

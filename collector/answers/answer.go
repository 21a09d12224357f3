package answers

import (
	"context"
	"slices"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/store"
)

// A Store is where the sums are. *store.Store is one.
type Store interface {
	Today(context.Context) (time.Time, error)
	Kept(context.Context) (time.Time, error)
	Apps(context.Context) ([]string, error)
	Total(context.Context, store.Selection) (store.Sums, error)
	ByCommand(context.Context, store.Selection) ([]store.Row, error)
	ByCommandAndBefore(context.Context, store.Selection) (now, before []store.Row, err error)
	Spans(context.Context, store.Selection) (map[string]store.Span, error)
	ByVersion(context.Context, store.Selection) ([]store.Row, error)
	BySystem(context.Context, store.Selection) ([]store.Row, error)
	ByExitCode(context.Context, store.Selection) ([]store.CodeRuns, error)
	ByDay(context.Context, store.Selection) ([]store.Day, error)
	Windows(ctx context.Context, s store.Selection, days int) ([]store.WindowDay, error)
	Adoption(ctx context.Context, s store.Selection, days int) (map[string][]store.WindowDay, error)
	Weeks(ctx context.Context, app, system string) ([]store.Week, error)
	Cohorts(ctx context.Context, app, system string) ([]store.Cohort, error)
	Versions(ctx context.Context, app string) ([]store.Version, error)
	HeldBack(ctx context.Context, since, until time.Time) ([]store.Held, error)
	Releases(ctx context.Context, app string) ([]store.Release, error)
}

// A Day is a UTC day, in JSON as 2026-11-24; the zero one is null.
type Day struct{ time.Time }

// dayOf is the day of a time; the zero time has none.
func dayOf(t time.Time) Day {
	if t.IsZero() {
		return Day{}
	}
	return Day{t.UTC().Truncate(24 * time.Hour)}
}

// MarshalJSON writes the day.
func (d Day) MarshalJSON() ([]byte, error) {
	if d.IsZero() {
		return []byte("null"), nil
	}
	return []byte(`"` + d.String() + `"`), nil
}

// String writes the day as 2026-11-24; the zero one is empty.
func (d Day) String() string {
	if d.IsZero() {
		return ""
	}
	return Date(d.Time)
}

// A Period says what an answer is about. It begins every one.
type Period struct {
	App      string `json:"app"`
	Since    Day    `json:"since"`
	Until    Day    `json:"until"`
	Complete bool   `json:"complete"` // false: the last day is today, which is not over
	Version  string `json:"version,omitempty"`
	System   string `json:"system,omitempty"`
}

// Figures are what is known of a command, or of the app as a whole, in a period.
type Figures struct {
	Runs           int64  `json:"runs"`
	Failures       int64  `json:"failures"`        // exit codes 1 to 255
	NoExit         int64  `json:"no_exit"`         // no exit was seen (-1)
	Installs       *int64 `json:"installs"`        // distinct ones; nil where that is not known
	InstallsFailed *int64 `json:"installs_failed"` // those at which it failed at least once
}

func figures(s store.Sums) Figures {
	return Figures{s.Runs, s.Failures, s.NoExit, known(s.Installs), known(s.InstallsFailed)}
}

func known(installs int64) *int64 {
	if installs < 0 {
		return nil
	}
	return &installs
}

// Users are the installs, or 0 where they are not known.
func (f Figures) Users() int64 {
	if f.Installs == nil {
		return 0
	}
	return *f.Installs
}

// Failed are the installs that failed, or 0 where they are not known.
func (f Figures) Failed() int64 {
	if f.InstallsFailed == nil {
		return 0
	}
	return *f.InstallsFailed
}

// Before are the figures of as many days before a period. Runs are nil if some of these days
// are not kept any more, installs as in Figures.
type Before struct {
	Runs           *int64 `json:"runs"`
	Failures       *int64 `json:"failures"`
	NoExit         *int64 `json:"no_exit"`
	Installs       *int64 `json:"installs"`
	InstallsFailed *int64 `json:"installs_failed"`
}

// figuresBefore are sums of the period before q.
func (q Question) figuresBefore(s store.Sums) Before {
	before := q.before()
	b := Before{Installs: known(s.Installs), InstallsFailed: known(s.InstallsFailed)}
	switch {
	case before.Until.Before(q.kept):
		return Before{}
	case !before.Since.Before(q.kept):
		b.Runs, b.Failures, b.NoExit = &s.Runs, &s.Failures, &s.NoExit
	}
	return b
}

// selection is what the store is asked for.
func (q Question) selection() store.Selection {
	return store.Selection{App: q.App, Command: q.Command, Version: q.Version, System: q.System, Since: q.Since, Until: q.Until}
}

// before is the same question of as many days, ending the day before.
func (q Question) before() Question {
	q.Until = q.Since.AddDate(0, 0, -1)
	q.Since = q.Until.AddDate(0, 0, 1-q.Days)
	return q
}

func (q Question) about() Period {
	return Period{q.App, Day{q.Since}, Day{q.Until}, !q.Current(), q.Version, q.System}
}

// Resolve fills in the app where there is only one, and refuses what nobody has
// reported: a mistyped app or version would else read as one that nobody uses.
func Resolve(ctx context.Context, s Store, q Question) (Question, error) {
	apps, err := s.Apps(ctx)
	if err != nil {
		return q, err
	}
	switch {
	case q.App != "" && !slices.Contains(apps, q.App):
		return q, refuse("No app %q has sent a report.", q.App)
	case q.App == "" && len(apps) == 1:
		q.App = apps[0]
	case q.App == "" && len(apps) == 0:
		return q, refuse("No app has sent a report yet.")
	case q.App == "":
		return q, refuse("Give app: reports came from %d apps.", len(apps))
	}
	versions, err := s.Versions(ctx, q.App)
	if err != nil {
		return q, err
	}
	for _, version := range []string{q.Version, q.From, q.To} {
		if version != "" && !slices.ContainsFunc(versions, func(v store.Version) bool { return v.Name == version }) {
			return q, refuse("%s has sent no report of version %q.", q.App, version)
		}
	}
	return q, nil
}

// Ask reads a question as Parse does, for the app that it names or the only one.
// Today is the day of now in UTC, or the store's where that is later.
func Ask(ctx context.Context, s Store, raw string, now time.Time, others ...string) (Question, error) {
	q, err := parse(ctx, s, raw, now, others...)
	if err != nil {
		return q, err
	}
	return Resolve(ctx, s, q)
}

// parse reads a question as Parse does. Its period begins with the first day that is kept, if
// an earlier one was asked for.
func parse(ctx context.Context, s Store, raw string, now time.Time, others ...string) (Question, error) {
	today, err := today(ctx, s, now)
	if err != nil {
		return Question{}, err
	}
	q, err := Parse(raw, today, others...)
	if err != nil {
		return q, err
	}
	if q.kept, err = s.Kept(ctx); err != nil {
		return q, err
	}
	if q.Until.Before(q.kept) {
		return q, refuse("until=%s: of days before %s nothing is kept.", Date(q.Until), Date(q.kept))
	}
	q.Since = later(q.Since, q.kept)
	return q, nil
}

func today(ctx context.Context, s Store, now time.Time) (time.Time, error) {
	today, err := s.Today(ctx)
	if clock := now.UTC().Truncate(24 * time.Hour); clock.After(today) {
		today = clock
	}
	return today, err
}

package dashboard_test

import (
	"context"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/store"
)

// fixed answers every question with itself: for names and figures that the
// collector would not take, and for errors.
type fixed struct {
	apps               []string
	total              store.Sums
	commands, versions []store.Row
	systems            []store.Row
	codes              []store.CodeRuns
	days               []store.Day
	held               []store.Held
	weeks              []store.Week
	cohorts            []store.Cohort
	releases           []store.Release
	spans              map[string]store.Span
	err                error
	asked              *store.Selection // the last question about days
}

func (f fixed) Today(context.Context) (time.Time, error)                   { return time.Time{}, f.err }
func (f fixed) Kept(context.Context) (time.Time, error)                    { return time.Time{}, f.err }
func (f fixed) Apps(context.Context) ([]string, error)                     { return f.apps, f.err }
func (f fixed) Total(context.Context, store.Selection) (store.Sums, error) { return f.total, f.err }
func (f fixed) ByCommand(context.Context, store.Selection) ([]store.Row, error) {
	return f.commands, f.err
}
func (f fixed) ByCommandAndBefore(context.Context, store.Selection) (now, before []store.Row, err error) {
	return f.commands, nil, f.err
}
func (f fixed) Spans(context.Context, store.Selection) (map[string]store.Span, error) {
	return f.spans, f.err
}
func (f fixed) ByVersion(context.Context, store.Selection) ([]store.Row, error) {
	return f.versions, f.err
}
func (f fixed) BySystem(context.Context, store.Selection) ([]store.Row, error) {
	return f.systems, f.err
}
func (f fixed) ByExitCode(context.Context, store.Selection) ([]store.CodeRuns, error) {
	return f.codes, f.err
}
func (f fixed) ByDay(_ context.Context, s store.Selection) ([]store.Day, error) {
	if f.asked != nil {
		*f.asked = s
	}
	return f.days, f.err
}
func (f fixed) Windows(context.Context, store.Selection, int) ([]store.WindowDay, error) {
	var all []store.WindowDay
	for _, d := range f.days {
		all = append(all, store.WindowDay{Date: d.Date, Installs: d.Installs})
	}
	return all, f.err
}
func (f fixed) Adoption(context.Context, store.Selection, int) (map[string][]store.WindowDay, error) {
	all := map[string][]store.WindowDay{}
	for _, v := range f.versions {
		for _, d := range f.days {
			all[v.Name] = append(all[v.Name], store.WindowDay{Date: d.Date, Installs: v.Installs})
		}
	}
	return all, f.err
}
func (f fixed) Weeks(context.Context, string, string) ([]store.Week, error) { return f.weeks, f.err }
func (f fixed) Cohorts(context.Context, string, string) ([]store.Cohort, error) {
	return f.cohorts, f.err
}
func (f fixed) Versions(context.Context, string) ([]store.Version, error) {
	var all []store.Version
	for i, v := range f.versions {
		all = append(all, store.Version{Name: v.Name, First: noon.Truncate(24*time.Hour).AddDate(0, 0, -i)})
	}
	return all, f.err
}
func (f fixed) HeldBack(context.Context, time.Time, time.Time) ([]store.Held, error) {
	return f.held, f.err
}
func (f fixed) Releases(context.Context, string) ([]store.Release, error) { return f.releases, f.err }

package answers

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// Series are the answers that are worth a graph and an alert, for Prometheus and the other
// sinks.
type Series struct {
	Used     []UsedSeries
	Worse    []WorseSeries
	Releases []ReleaseSeries
}

// A UsedSeries is a command's installs of the last days, today included.
type UsedSeries struct {
	App, Command     string
	Days             int
	Installs, Failed int64
}

// A WorseSeries is a command that the newest release made worse.
type WorseSeries struct {
	App, From, To, Command string
	Difference             float64 // of the shares of first uses that failed
}

// A ReleaseSeries says when a version came out.
type ReleaseSeries struct {
	App, Version string
	Released     time.Time
}

// SeriesDays are the windows of UsedSeries.
var SeriesDays = []int{7, 30, 90, 365}

const (
	seriesCommands = 200   // an app's commands with most installs
	seriesUsed     = 8_000 // commands and windows of all apps together, those with most installs
	seriesReleases = 10    // an app's newest releases
)

// AskSeries asks for all apps.
func AskSeries(ctx context.Context, s Store, now time.Time) (all Series, err error) {
	s = Once(s)
	questions, err := eachApp(ctx, s, now)
	if err != nil {
		return all, err
	}
	for _, q := range questions {
		app := q.App
		for _, days := range SeriesDays {
			q.Days, q.Since = days, later(q.Until.AddDate(0, 0, 1-days), q.kept)
			rows, err := s.ByCommand(ctx, q.selection()) // most installs first
			if err != nil {
				return all, err
			}
			for _, row := range rows[:min(len(rows), seriesCommands)] {
				all.Used = append(all.Used, UsedSeries{app, row.Name, days, max(row.Installs, 0), max(row.InstallsFailed, 0)})
			}
		}
		q.plain = true
		compared, err := AskCompare(ctx, s, q)
		if err != nil {
			return all, err
		}
		for _, one := range compared.Worse() {
			all.Worse = append(all.Worse, WorseSeries{app, compared.From, compared.To, one.Path, one.Difference})
		}
		versions, err := s.Versions(ctx, app)
		if err != nil {
			return all, err
		}
		ordered, releases := releasesFirst(versions)
		for _, v := range ordered[:min(releases, seriesReleases)] {
			all.Releases = append(all.Releases, ReleaseSeries{app, v.Name, released(v.Registered, v.First)})
		}
	}
	if len(all.Used) > seriesUsed { // apps may have been invented
		slices.SortStableFunc(all.Used, func(a, b UsedSeries) int { return cmp.Compare(b.Installs, a.Installs) })
		all.Used = all.Used[:seriesUsed]
	}
	return all, nil
}

package store

import (
	"context"
	"slices"
	"strconv"

	"golang.org/x/mod/semver"

	"github.com/telemetrygen/telemetrygen/collector/dashboard"
)

// Dashboard answers a page's question.
func (s *Store) Dashboard(ctx context.Context, f dashboard.Filter) (dashboard.Data, error) {
	var data dashboard.Data
	apps, err := s.Apps(ctx)
	if err != nil {
		return data, err
	}
	data.Apps = apps
	versions := map[string]bool{}
	days := make([]dashboard.Day, day(f.To)-day(f.From)+1)
	for i := range days {
		days[i].Date = date(day(f.From) + int64(i))
	}
	codes, releases, systems := map[string]int64{}, map[string]int64{}, map[string]int64{}
	for _, app := range apps {
		if f.App != "" && app != f.App {
			continue
		}
		known, err := s.Versions(ctx, app)
		if err != nil {
			return data, err
		}
		for _, one := range known {
			versions[one.Name] = true
		}
		sel := Selection{App: app, Version: f.Version, Since: f.From, Until: f.To}
		latest := measureUsed
		if f.Version != "" {
			latest = measureLatest
		}
		err = s.look(ctx, sel, grouping{day: true}, func(one found) {
			d := &days[one.day-day(f.From)]
			switch {
			case one.measure == latest:
				data.Installs += one.n
			case one.measure == measureDaily:
				d.Installs += one.n
			case one.measure < measureUsed:
				d.Runs += one.n
				if one.measure != 0 {
					d.Failures += one.n
				}
				codes[strconv.Itoa(one.measure)] += one.n
			}
		})
		if err != nil {
			return data, err
		}
		rows, err := s.ByCommand(ctx, sel)
		if err != nil {
			return data, err
		}
		for _, row := range rows {
			if row.Runs > 0 {
				data.Commands = append(data.Commands, dashboard.Command{Path: row.Name, Runs: row.Runs, Failures: row.Failures, NoExit: row.NoExit})
			}
		}
		for by, counts := range map[grouping]map[string]int64{{version: true}: releases, {system: true}: systems} {
			err := s.look(ctx, sel, by, func(one found) {
				if one.measure < measureUsed && (!by.version || f.Version == "" || one.name == f.Version) {
					counts[one.name] += one.n
				}
			})
			if err != nil {
				return data, err
			}
		}
	}
	for version := range versions {
		data.Versions = append(data.Versions, version)
	}
	slices.SortFunc(data.Versions, newestFirst)
	slices.SortFunc(data.Commands, func(a, b dashboard.Command) int { return mostFirst(a.Runs, b.Runs, a.Path, b.Path) })
	data.Days = days
	data.ExitCodes, data.Releases, data.Systems = counts(codes), counts(releases), counts(systems)
	return data, nil
}
func counts(runs map[string]int64) []dashboard.Count {
	var list []dashboard.Count
	for value, n := range runs {
		list = append(list, dashboard.Count{Value: value, Runs: n})
	}
	slices.SortFunc(list, func(a, b dashboard.Count) int { return mostFirst(a.Runs, b.Runs, a.Value, b.Value) })
	return list
}

func mostFirst(a, b int64, nameA, nameB string) int {
	if a != b {
		return int(max(-1, min(1, b-a)))
	}
	if nameA < nameB {
		return -1
	}
	return 1
}

// newestFirst compares as semantic versions do, and puts what is none last.
func newestFirst(a, b string) int {
	canonical := func(version string) string {
		if version != "" && version[0] != 'v' {
			version = "v" + version
		}
		return version
	}
	if c := semver.Compare(canonical(b), canonical(a)); c != 0 {
		return c
	}
	return mostFirst(0, 0, a, b)
}

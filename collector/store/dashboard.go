package store

import (
	"context"
	"slices"
	"strconv"
	"time"

	"golang.org/x/mod/semver"

	"github.com/telemetrygen/telemetrygen/collector/dashboard"
)

// Dashboard answers a page's question.
func (s *Store) Dashboard(ctx context.Context, f dashboard.Filter) (dashboard.Data, error) {
	var data dashboard.Data
	from, to := day(f.From), day(f.To)
	err := s.query(ctx, `SELECT DISTINCT app FROM series ORDER BY 1`, nil, func(scan scan) error {
		var app string
		err := scan(&app)
		data.Apps = append(data.Apps, app)
		return err
	})
	if err != nil {
		return data, err
	}
	err = s.query(ctx, `SELECT DISTINCT cli_version FROM series WHERE (? = '' OR app = ?)`, []any{f.App, f.App}, func(scan scan) error {
		var version string
		err := scan(&version)
		data.Versions = append(data.Versions, version)
		return err
	})
	if err != nil {
		return data, err
	}
	slices.SortFunc(data.Versions, newestFirst)

	days := map[int64]*dashboard.Day{}
	for d := from; d <= to; d++ {
		data.Days = append(data.Days, dashboard.Day{Date: time.Unix(d*86_400, 0).UTC()})
	}
	for i := range data.Days {
		days[from+int64(i)] = &data.Days[i]
	}
	filter := []any{from, to, f.App, f.App, f.Version, f.Version}
	const selected = ` WHERE day >= ? AND day <= ? AND (? = '' OR app = ?) AND (? = '' OR cli_version = ?)`
	err = s.query(ctx, `SELECT day, SUM(installs), SUM(latest) FROM activity`+selected+` GROUP BY day`, filter, func(scan scan) error {
		var d, installs, latest int64
		err := scan(&d, &installs, &latest)
		if days[d] != nil {
			days[d].Installs = installs
		}
		data.Installs += latest
		return err
	})
	if err != nil {
		return data, err
	}

	commands := map[string]*dashboard.Command{}
	codes, versions, systems := map[string]int64{}, map[string]int64{}, map[string]int64{}
	err = s.query(ctx, `SELECT command, exit_code, cli_version, operating_system, SUM(runs) FROM runs JOIN series ON series.id = runs.series`+selected+` GROUP BY 1, 2, 3, 4`, filter, func(scan scan) error {
		var key Key
		var runs int64
		err := scan(&key.Command, &key.ExitCode, &key.CLIVersion, &key.OperatingSystem, &runs)
		c := commands[key.Command]
		if c == nil {
			c = &dashboard.Command{Path: key.Command}
			commands[key.Command] = c
		}
		c.Runs += runs
		switch {
		case key.ExitCode < 0:
			c.NoExit += runs
		case key.ExitCode > 0:
			c.Failures += runs
		}
		codes[strconv.Itoa(key.ExitCode)] += runs
		versions[key.CLIVersion] += runs
		systems[key.OperatingSystem] += runs
		return err
	})
	if err != nil {
		return data, err
	}
	err = s.query(ctx, `SELECT day, SUM(runs), SUM(CASE WHEN exit_code <> 0 THEN runs ELSE 0 END) FROM runs JOIN series ON series.id = runs.series`+selected+` GROUP BY day`, filter, func(scan scan) error {
		var d, runs, failures int64
		err := scan(&d, &runs, &failures)
		if days[d] != nil {
			days[d].Runs, days[d].Failures = runs, failures
		}
		return err
	})
	if err != nil {
		return data, err
	}
	for _, c := range commands {
		data.Commands = append(data.Commands, *c)
	}
	slices.SortFunc(data.Commands, func(a, b dashboard.Command) int {
		return mostFirst(a.Runs, b.Runs, a.Path, b.Path)
	})
	data.ExitCodes, data.Releases, data.Systems = counts(codes), counts(versions), counts(systems)
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

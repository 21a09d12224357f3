package answers

import (
	"cmp"
	"context"
	"slices"

	"github.com/telemetrygen/telemetrygen/collector/store"
)

// CommandDetail is all that is known of one command.
type CommandDetail struct {
	Period
	Path     string         `json:"command"`
	Total    Figures        `json:"total"`
	Before   Before         `json:"before"`
	Days     []UseDay       `json:"days"`
	Versions []VersionValue `json:"versions"` // releases first, newest first; an install that used several counts in each
	Systems  []Value        `json:"systems"`
	Codes    []CodeValue    `json:"exit_codes"` // by runs, most first
}

// A UseDay is what was reported on one day. Runs are counted on the day their report arrived.
type UseDay struct {
	Date     Day   `json:"date"`
	Runs     int64 `json:"runs"`
	Failures int64 `json:"failures"`
	NoExit   int64 `json:"no_exit"`
	Installs int64 `json:"installs"` // distinct on this day
}

// A Value is one version or system, in the period and in the one before.
type Value struct {
	Name string `json:"name"`
	Figures
	Before Before `json:"before"`
}

// A VersionValue is a version in which the command was used.
type VersionValue struct {
	Value
	FirstUse       int64 `json:"first_use"` // as in a Compared command
	FirstUseFailed int64 `json:"first_use_failed"`
	// Codes are the runs by exit code.
	Codes map[int]int64 `json:"exit_codes"`
}

// A CodeValue is one exit code, with the names that the releases' source gives it.
type CodeValue struct {
	Code   int      `json:"exit_code"`
	Names  []string `json:"names"`
	Runs   int64    `json:"runs"`
	Before *int64   `json:"runs_before"` // nil: not known
}

// AskCommand tells all about q.Command.
func AskCommand(ctx context.Context, s Store, q Question) (CommandDetail, error) {
	a := CommandDetail{Period: q.about(), Path: q.Command, Versions: []VersionValue{}, Systems: []Value{}, Codes: []CodeValue{}}
	if q.Command == "" {
		return a, refuse("Give command: the whole path, as in %q.", q.App+" get")
	}
	releases, err := s.Releases(ctx, q.App)
	if err != nil {
		return a, err
	}
	if err := isCommand(ctx, s, q, releases); err != nil {
		return a, err
	}
	if a.Total, a.Before, err = totals(ctx, s, q); err != nil {
		return a, err
	}
	if a.Days, err = days(ctx, s, q); err != nil {
		return a, err
	}
	if a.Versions, err = versionValues(ctx, s, q); err != nil {
		return a, err
	}
	if a.Systems, err = systemValues(ctx, s, q, a.Before); err != nil {
		return a, err
	}
	a.Codes, err = codes(ctx, s, q, releases)
	return a, err
}

// versionValues are the versions, releases first.
func versionValues(ctx context.Context, s Store, q Question) ([]VersionValue, error) {
	list := []VersionValue{}
	rows, before, err := withBefore(ctx, s.ByVersion, q, Before{}) // no picture is kept of a command in one version
	if err != nil {
		return list, err
	}
	versions, err := s.Versions(ctx, q.App)
	if err != nil {
		return list, err
	}
	ordered, _ := releasesFirst(versions)
	place := map[string]int{}
	for i, v := range ordered {
		place[v.Name] = i - len(ordered)
	}
	slices.SortStableFunc(rows, func(a, b store.Row) int { return cmp.Compare(place[a.Name], place[b.Name]) })
	for _, row := range rows {
		of := q
		of.Version = row.Name
		found, err := s.ByExitCode(ctx, of.selection())
		if err != nil {
			return list, err
		}
		value := VersionValue{Value: Value{row.Name, figures(row.Sums), before(row.Name)}, FirstUse: row.First, FirstUseFailed: row.FirstFailed, Codes: map[int]int64{}}
		for _, one := range found {
			value.Codes[one.Code] = one.Runs
		}
		list = append(list, value)
	}
	return list, nil
}

// systemValues are the systems, those of most installs first. Total is all of
// them together in the period before.
func systemValues(ctx context.Context, s Store, q Question, total Before) ([]Value, error) {
	list := []Value{}
	rows, before, err := withBefore(ctx, s.BySystem, q, total)
	for _, row := range rows {
		list = append(list, Value{row.Name, figures(row.Sums), before(row.Name)})
	}
	return list, err
}

// withBefore asks for rows, and for those of the period before, in which all of them
// together are total.
func withBefore(ctx context.Context, ask func(context.Context, store.Selection) ([]store.Row, error), q Question, total Before) ([]store.Row, func(name string) Before, error) {
	rows, err := ask(ctx, q.selection())
	if err != nil {
		return nil, nil, err
	}
	earlier, err := ask(ctx, q.before().selection())
	if err != nil {
		return nil, nil, err
	}
	return rows, q.byName(earlier, total), nil
}

// isCommand refuses a command that neither a release lists nor an install has reported.
func isCommand(ctx context.Context, s Store, q Question, releases []store.Release) error {
	for _, release := range releases {
		for _, command := range release.Commands {
			if command.Path == q.Command {
				return nil
			}
		}
	}
	ever := q.selection()
	ever.Version, ever.System, ever.Since, ever.Until = "", "", q.Today.AddDate(0, 0, 1-MostDays), q.Today
	sums, err := s.Total(ctx, ever)
	if err == nil && sums.Runs == 0 {
		return refuse("%s has sent no report of a command %q.", q.App, q.Command)
	}
	return err
}

func days(ctx context.Context, s Store, q Question) ([]UseDay, error) {
	rows, err := s.ByDay(ctx, q.selection())
	list := make([]UseDay, 0, len(rows))
	for _, d := range rows {
		list = append(list, UseDay{Day{d.Date}, d.Runs, d.Failures, d.NoExit, d.Installs})
	}
	return list, err
}

func codes(ctx context.Context, s Store, q Question, releases []store.Release) ([]CodeValue, error) {
	rows, err := s.ByExitCode(ctx, q.selection())
	if err != nil {
		return nil, err
	}
	earlier, err := s.ByExitCode(ctx, q.before().selection())
	before := map[int]int64{}
	for _, row := range earlier {
		before[row.Code] = row.Runs
	}
	list := make([]CodeValue, 0, len(rows))
	names := codeNames(releases)
	for _, row := range rows {
		value := CodeValue{row.Code, names[row.Code], row.Runs, q.figuresBefore(store.Sums{Runs: before[row.Code]}).Runs}
		if value.Names == nil {
			value.Names = []string{}
		}
		list = append(list, value)
	}
	return list, err
}

// codeNames are the names of exit codes, those of the newest release first.
func codeNames(releases []store.Release) map[int][]string {
	names := map[int][]string{}
	for _, release := range releases {
		for _, code := range release.ExitCodes {
			for _, name := range code.Names {
				if !slices.Contains(names[code.Code], name) {
					names[code.Code] = append(names[code.Code], name)
				}
			}
		}
	}
	return names
}

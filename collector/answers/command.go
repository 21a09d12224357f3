package answers

import (
	"context"
	"slices"

	"github.com/telemetrygen/telemetrygen/collector/store"
)

// CommandDetail is all that is known of one command.
type CommandDetail struct {
	Period
	Path     string      `json:"command"`
	Total    Figures     `json:"total"`
	Before   Figures     `json:"before"`
	Days     []UseDay    `json:"days"`
	Versions []Value     `json:"versions"` // newest first; an install that used several counts in each
	Systems  []Value     `json:"systems"`
	Codes    []CodeValue `json:"exit_codes"` // by runs, most first
}

// A UseDay is what was reported on one day. Runs are counted on the day their report arrived.
type UseDay struct {
	Date     Day   `json:"date"`
	Runs     int64 `json:"runs"`
	Failures int64 `json:"failures"`
	NoExit   int64 `json:"no_exit"`
	Installs int64 `json:"installs"` // distinct on this day
}

// A Value is one version or system.
type Value struct {
	Name string `json:"name"`
	Figures
}

// A CodeValue is one exit code, with the names that the releases' source gives it.
type CodeValue struct {
	Code  int      `json:"exit_code"`
	Names []string `json:"names"`
	Runs  int64    `json:"runs"`
}

// AskCommand tells all about q.Command.
func AskCommand(ctx context.Context, s Store, q Question) (CommandDetail, error) {
	a := CommandDetail{Period: q.about(), Path: q.Command, Versions: []Value{}, Systems: []Value{}, Codes: []CodeValue{}}
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
	versions, err := s.ByVersion(ctx, q.selection())
	if err != nil {
		return a, err
	}
	for _, row := range versions {
		a.Versions = append(a.Versions, Value{row.Name, figures(row.Sums)})
	}
	systems, err := s.BySystem(ctx, q.selection())
	if err != nil {
		return a, err
	}
	for _, row := range systems {
		a.Systems = append(a.Systems, Value{row.Name, figures(row.Sums)})
	}
	a.Codes, err = codes(ctx, s, q, releases)
	return a, err
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
	list := make([]CodeValue, 0, len(rows))
	names := codeNames(releases)
	for _, row := range rows {
		value := CodeValue{row.Code, names[row.Code], row.Runs}
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

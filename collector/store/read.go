package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
)

// A Selection selects what is added up. Empty strings select everything: an empty command is
// the app as a whole.
type Selection struct {
	App, Command, Version, System string
	Since, Until                  time.Time // days of UTC, both included
}

// Sums say what installs did in the days of a selection. Runs count on the day on which their
// report arrived.
type Sums struct {
	Runs     int64
	Failures int64 // exit codes 1 to 255
	NoExit   int64 // runs of which no exit was seen (-1)
	// Installs is how many distinct installs ran the command, or for an app as a whole
	// reported. An install that ran two versions counts in both. It is -1 if that is not
	// known: for days that ended before the store's, only windows of 7, 30, 90 and 365 days are
	// known, of all versions together.
	Installs       int64
	InstallsFailed int64     // of these, those that it failed for; -1 as above
	First          int64     // of a command in one version: installs that used it there for the first time
	FirstFailed    int64     // of these, those whose first report of it had a failure
	Last           time.Time // the last day with a run; zero if there is none
}

// A Row has the sums of one command, version or system.
type Row struct {
	Name string
	Sums
}

// CodeRuns says how often runs ended with an exit code; -1 is no exit.
type CodeRuns struct {
	Code int
	Runs int64
}

// A Day has what was reported on one day.
type Day struct {
	Date                   time.Time
	Runs, Failures, NoExit int64
	Installs               int64 // distinct installs of that day
}

// Apps returns the names of the apps that reported, and did not give way.
func (s *Store) Apps(ctx context.Context) (apps []string, err error) {
	err = s.query(ctx, `SELECT DISTINCT app FROM versions WHERE away = 0 ORDER BY app`, nil, func(scan scan) error {
		var app string
		err := scan(&app)
		apps = append(apps, app)
		return err
	})
	return apps, err
}

// add adds what was found to the sums.
func (r *Sums) add(one found) {
	switch {
	case one.measure == measureUsed:
		r.Installs += one.n
	case one.measure == measureFailed:
		r.InstallsFailed += one.n
	case one.measure == measureFirst:
		r.First += one.n
	case one.measure == measureSpoilt:
		r.FirstFailed += one.n
	case one.measure < measureUsed:
		r.Runs += one.n
		if one.measure > 0 {
			r.Failures += one.n
		}
		if one.measure < 0 {
			r.NoExit += one.n
		}
		if at := date(one.day); one.n > 0 && at.After(r.Last) {
			r.Last = at
		}
	}
}

// byName has sums by the name of a command, version or system.
type byName map[string]*Sums

func (b byName) of(name string) *Sums {
	if b[name] == nil {
		b[name] = &Sums{}
	}
	return b[name]
}

func (b byName) add(one found) { b.of(one.name).add(one) }

// rows answers a question that groups by name.
func (s *Store) rows(ctx context.Context, sel Selection, by grouping) ([]Row, error) {
	sums := byName{}
	err := s.look(ctx, sel, by, sums.add)
	if err != nil {
		return nil, err
	}
	return s.ranked(ctx, sel, by, sums)
}

// ranked returns sums as rows, those that most installs used first.
func (s *Store) ranked(ctx context.Context, sel Selection, by grouping, sums byName) ([]Row, error) {
	if err := s.earlier(ctx, sel, by, sums); err != nil {
		return nil, err
	}
	rows := make([]Row, 0, len(sums))
	for name, r := range sums {
		if r.Runs != 0 || r.Installs > 0 {
			rows = append(rows, Row{name, *r})
		}
	}
	slices.SortFunc(rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(b.Installs, a.Installs), cmp.Compare(b.Runs, a.Runs), strings.Compare(a.Name, b.Name))
	})
	return rows, nil
}

// earlier sets the installs of days that ended before the store's: from the
// picture that was kept of them, if there is one.
func (s *Store) earlier(ctx context.Context, sel Selection, by grouping, sums byName) error {
	today, err := s.today(ctx)
	if err != nil || day(sel.Until) >= today {
		return err
	}
	for _, r := range sums {
		r.Installs, r.InstallsFailed = -1, -1
	}
	at := slices.Index(windowDays[:], day(sel.Until)-day(sel.Since)+1)
	if at < 0 || sel.Version != "" || by.version {
		return nil
	}
	for _, r := range sums {
		r.Installs, r.InstallsFailed = 0, 0
	}
	name, system := `''`, sel.System
	where, args := `c.path = ?`, []any{sel.App, sel.Command, day(sel.Until)}
	if by.command {
		name, where, args = `c.path`, `c.path <> ''`, []any{sel.App, day(sel.Until)}
	}
	where += ` AND w.day = ? AND w.version = 0 AND w.operating_system`
	if by.system {
		name = `w.operating_system`
	}
	if by.system && system == "" {
		where += ` <> ''`
	} else {
		where, args = where+` = ?`, append(args, system)
	}
	used := []string{"7", "30", "90", "365"}[at]
	return s.query(ctx, `SELECT `+name+`, w.used`+used+`, w.failed`+used+` FROM commands c JOIN windows w ON w.command = c.id WHERE c.app = ? AND `+where, args, func(scan scan) error {
		var name string
		var installs, failed int64
		err := scan(&name, &installs, &failed)
		r := sums.of(name)
		r.Installs, r.InstallsFailed = installs, failed
		return err
	})
}

// Total returns the sums of everything that is selected.
func (s *Store) Total(ctx context.Context, sel Selection) (Sums, error) {
	sums := byName{"": {}}
	err := s.look(ctx, sel, grouping{}, sums.add)
	if err == nil {
		err = s.earlier(ctx, sel, grouping{}, sums)
	}
	return *sums[""], err
}

// ByCommand returns the sums of each command, those that most installs used first. It ignores
// the selection's command.
func (s *Store) ByCommand(ctx context.Context, sel Selection) ([]Row, error) {
	return s.rows(ctx, sel, grouping{command: true})
}

// ByCommandAndBefore is ByCommand for a selection and for as many days before it. It reads the
// commands once.
func (s *Store) ByCommandAndBefore(ctx context.Context, sel Selection) (now, before []Row, err error) {
	earlier := sel
	earlier.Until = sel.Since.AddDate(0, 0, -1)
	earlier.Since = date(2*day(sel.Since) - day(sel.Until) - 1)
	both := sel
	both.Since = earlier.Since
	sums, sumsBefore := byName{}, byName{}
	err = s.look(ctx, both, grouping{command: true, split: day(sel.Since)}, func(one found) {
		if one.day < day(sel.Since) {
			sumsBefore.add(one)
		} else {
			sums.add(one)
		}
	})
	if err != nil {
		return nil, nil, err
	}
	if now, err = s.ranked(ctx, sel, grouping{command: true}, sums); err != nil {
		return nil, nil, err
	}
	before, err = s.ranked(ctx, earlier, grouping{command: true}, sumsBefore)
	return now, before, err
}

// ByVersion returns the sums of each version, the newest first.
func (s *Store) ByVersion(ctx context.Context, sel Selection) ([]Row, error) {
	sel.Version = ""
	rows, err := s.rows(ctx, sel, grouping{version: true})
	slices.SortFunc(rows, func(a, b Row) int { return newestFirst(a.Name, b.Name) })
	return rows, err
}

// BySystem returns the sums of each operating system.
func (s *Store) BySystem(ctx context.Context, sel Selection) ([]Row, error) {
	return s.rows(ctx, sel, grouping{system: true})
}

// ByExitCode returns the runs of each exit code, the most frequent first.
func (s *Store) ByExitCode(ctx context.Context, sel Selection) ([]CodeRuns, error) {
	runs := map[int]int64{}
	err := s.look(ctx, sel, grouping{}, func(one found) {
		if one.measure < measureUsed {
			runs[one.measure] += one.n
		}
	})
	var codes []CodeRuns
	for code, n := range runs {
		codes = append(codes, CodeRuns{code, n})
	}
	slices.SortFunc(codes, func(a, b CodeRuns) int { return cmp.Or(cmp.Compare(b.Runs, a.Runs), cmp.Compare(a.Code, b.Code)) })
	return codes, err
}

// ByDay returns the sums of each day of the selection, also of days without any.
func (s *Store) ByDay(ctx context.Context, sel Selection) ([]Day, error) {
	since := day(sel.Since)
	days := make([]Day, max(0, day(sel.Until)-since+1))
	for i := range days {
		days[i].Date = date(since + int64(i))
	}
	err := s.look(ctx, sel, grouping{day: true}, func(one found) {
		d := &days[one.day-since]
		switch {
		case one.measure == measureDaily:
			d.Installs += one.n
		case one.measure < measureUsed:
			d.Runs += one.n
			if one.measure > 0 {
				d.Failures += one.n
			}
			if one.measure < 0 {
				d.NoExit += one.n
			}
		}
	})
	return days, err
}

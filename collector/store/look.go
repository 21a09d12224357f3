package store

import (
	"context"
	"database/sql"
)

// A grouping says by what sums are grouped. With a split, the days before it are a group of
// their own.
type grouping struct {
	command, version, system, day bool
	split                         int64
}

// A found is one sum that a question found: of a day, or of several days, of which it has the
// first and the last.
type found struct {
	name       string // of the command, version or system by which the question groups
	first, day int64
	measure    int
	n          int64
}

// look calls each with the sums of a selection.
func (s *Store) look(ctx context.Context, sel Selection, by grouping, each func(found)) error {
	for {
		kept, changes, err := s.changes(ctx)
		if err != nil {
			return err
		}
		sel := selected{sel.App, sel.Command, sel.Version, sel.System, max(day(sel.Since), kept), day(sel.Until), by}
		closed, err := s.lookClosed(ctx, sel, changes)
		if err != nil {
			return err
		}
		recent, err := s.lookRecent(ctx, sel)
		if err != nil {
			return err
		}
		_, now, err := s.changes(ctx)
		if err != nil {
			return err
		}
		if now != changes {
			continue // a day was closed meanwhile: its sums may be in both tables, or in neither
		}
		for _, one := range closed {
			each(one)
		}
		for _, one := range recent {
			each(one)
		}
		return nil
	}
}

// selected is a selection, limited to the days that can have sums, with its grouping.
type selected struct {
	app, command, version, system string
	since, until                  int64
	by                            grouping
}

// aCommand is the condition for commands c in a list: not the app as a whole, and none
// that gave way, of which strangers may have invented any number.
const aCommand = `c.path <> '' AND EXISTS (SELECT 1 FROM series WHERE series.command = c.path AND series.away = 0)`

// where is the part of a query that finds the sums: the name that they are told
// apart by, the tables, of which t has the sums, and the conditions. In history
// all systems together are a row of their own.
func (sel selected) where(table string) (name, from, where string, args []any) {
	name, from, where, args = `''`, `commands c JOIN `+table+` t ON t.command = c.id`, `c.app = ?`, []any{sel.app}
	add := func(condition string, values ...any) {
		where += " AND " + condition
		args = append(args, values...)
	}
	if sel.by.command {
		name = `c.path`
		add(aCommand)
	} else {
		add(`c.path = ?`, sel.command)
	}
	switch {
	case sel.by.version:
		name, from = shownVersion, from+` JOIN versions v ON v.id = t.version`
		add(`t.version <> 0`)
	case sel.version != "":
		add(`t.version = (SELECT id FROM versions WHERE app = ? AND name = ?)`, sel.app, sel.version)
	default:
		add(`t.version = 0`)
	}
	if sel.by.system {
		name = `t.operating_system`
	}
	switch {
	case sel.system != "":
		add(`t.operating_system = ?`, sel.system)
	case sel.by.system:
		add(`t.operating_system <> ''`)
	case table == "history":
		add(`t.operating_system = ''`)
	}
	return name, from, where, args
}

// lookClosed finds the sums of closed days.
func (s *Store) lookClosed(ctx context.Context, sel selected, changes int64) ([]found, error) {
	if all, ok := s.closed.get(changes, sel); ok {
		return all, nil
	}
	name, from, where, args := sel.where("history")
	all := []found{}
	err := s.query(ctx, `SELECT `+name+`, t.sums FROM `+from+` WHERE `+where+` AND t.last_day >= ?`, append(args, sel.since), func(scan scan) error {
		var name string
		var data sql.RawBytes
		if err := scan(&name, &data); err != nil {
			return err
		}
		return eachColumn(data, func(measure int, column []byte) error {
			if sel.by.passesOver(measure) {
				return nil
			}
			before, sum := found{name: name, measure: measure}, found{name: name, measure: measure}
			err := eachDay(column, sel.since, sel.until, func(day, n int64) {
				switch {
				case sel.by.day:
					all = append(all, found{name, day, day, measure, n})
				case day < sel.by.split:
					before.add(day, n)
				default:
					sum.add(day, n)
				}
			})
			for _, one := range []found{before, sum} {
				if one.first != 0 {
					all = append(all, one)
				}
			}
			return err
		})
	})
	if err == nil {
		s.closed.put(changes, sel, all)
	}
	return all, err
}

// add adds the sum of a later day.
func (f *found) add(day, n int64) {
	if f.first == 0 {
		f.first = day
	}
	f.day = day
	f.n += n
}

// passesOver reports whether a list of commands does not need a measure.
func (g grouping) passesOver(measure int) bool {
	return g.command && (measure == measureDaily || measure == measureLatest)
}

// lookRecent finds the sums that no closed day has yet. They are of one day and a
// few systems, which is faster added up here than sorted there, and a measure
// that is not asked for is passed over in the index.
func (s *Store) lookRecent(ctx context.Context, sel selected) (all []found, err error) {
	name, from, where, args := sel.where("recent")
	query := `SELECT ` + name + `, t.measure, t.day, t.n FROM ` + from + ` WHERE ` + where + ` AND t.day >= ? AND t.day <= ?`
	args = append(args, sel.since, sel.until)
	if sel.by.command {
		query += ` AND t.measure NOT IN (?, ?)`
		args = append(args, measureDaily, measureLatest)
	}
	err = s.query(ctx, query, args, func(scan scan) error {
		var one found
		err := scan(&one.name, &one.measure, &one.day, &one.n)
		one.first = one.day
		all = append(all, one)
		return err
	})
	return all, err
}

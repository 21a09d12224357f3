package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"
)

// A PurgeSelection says what was counted wrongly. Empty strings select everything; the app is
// required. A command is selected without those below it.
type PurgeSelection struct {
	App, Version, Command string
	Since, Until          time.Time // days of UTC, both included; zero: without a bound
	DryRun                bool      // change nothing, and return what would change
}

// Purged says what a purge removed.
type Purged struct {
	Runs     int64
	Series   int64 // series of which nothing is left
	Installs int64 // installs that count no more, because nothing else is known of them
}

var errDryRun = errors.New("nothing was meant to change")

// Purge takes what was counted wrongly out of the totals, out of the sums by day,
// and out of what installs used. The high-water marks stay, so that no later
// report brings it back; an install of which nothing is left counts as a new one
// when it raises a mark. Of one command, it cannot be told on which days an install
// did nothing else: the installs by day of the app as a whole stay. Pictures of
// windows that ended on the days are dropped; those of later days, in which the
// days are, stay. Collectors that have the store
// open follow at their next batch. A selection of nothing is a *Refusal.
func (s *Store) Purge(ctx context.Context, now time.Time, sel PurgeSelection) (purged Purged, err error) {
	err = s.write(ctx, s.dialect.lockRow, func(tx *sql.Tx, c clock) error { // no batch runs meanwhile
		p := &purge{store: s, tx: tx, clock: c, now: now, since: math.MinInt64, until: math.MaxInt64, PurgeSelection: sel, left: map[int64]int64{}, sums: sums{}, runs: map[Key]int64{}, weeks: weekSums{}}
		if !sel.Since.IsZero() {
			p.since = day(sel.Since)
		}
		if !sel.Until.IsZero() {
			p.until = day(sel.Until)
		}
		for _, step := range []func(context.Context) error{p.find, p.count, p.leave, p.write, p.lower} {
			if err := step(ctx); err != nil {
				return err
			}
		}
		purged = p.purged
		if sel.DryRun {
			return errDryRun
		}
		_, err := tx.ExecContext(ctx, `UPDATE clock SET names = names + 1, closed = closed + 1`)
		return err
	})
	if errors.Is(err, errDryRun) {
		err = nil
	}
	return purged, err
}

// A purge is the state of one.
type purge struct {
	store *Store
	tx    *sql.Tx
	clock clock
	now   time.Time
	PurgeSelection
	since, until int64
	app          int64            // the app as a whole among the commands
	commands     map[int64]string // the selected ones, by id
	versions     map[int64]string // all of the app, by id
	version      int64            // the selected one; 0: all

	left   map[int64]int64 // by version, installs that no longer count as having reported it
	sums   sums            // changes of the sums
	weeks  weekSums        // changes of the weeks
	runs   map[Key]int64   // runs to subtract from the totals
	purged Purged
}

// whole reports whether the days have no bound. Then nothing of the selection is left.
func (p *purge) whole() bool { return p.since == math.MinInt64 && p.until == math.MaxInt64 }

func (p *purge) meant(version int64) bool { return p.version == 0 || p.version == version }

func (p *purge) in(day int64) bool { return day >= p.since && day <= p.until }

func (p *purge) query(ctx context.Context, query string, args []any, each func(scan) error) error {
	return p.store.run(ctx, p.tx, query, args, each)
}

func (p *purge) exec(ctx context.Context, query string, args ...any) error {
	_, err := p.tx.ExecContext(ctx, p.store.dialect.bind(query), args...)
	return err
}

// find looks up the names.
func (p *purge) find(ctx context.Context) error {
	p.commands, p.versions = map[int64]string{}, map[int64]string{}
	err := p.query(ctx, `SELECT id, path FROM commands WHERE app = ?`, []any{p.App}, func(scan scan) error {
		var id int64
		var path string
		err := scan(&id, &path)
		if path == "" {
			p.app = id
		}
		if p.Command == "" || p.Command == path {
			p.commands[id] = path
		}
		return err
	})
	if err != nil {
		return err
	}
	err = p.query(ctx, `SELECT id, name FROM versions WHERE app = ?`, []any{p.App}, func(scan scan) error {
		var id int64
		var name string
		err := scan(&id, &name)
		p.versions[id] = name
		if name == p.Version {
			p.version = id
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case p.App == "" || len(p.versions) == 0:
		return &Refusal{fmt.Sprintf("no app %q was reported", p.App)}
	case p.Version != "" && p.version == 0:
		return &Refusal{fmt.Sprintf("no version %q of %s was reported", p.Version, p.App)}
	case len(p.commands) == 0:
		return &Refusal{fmt.Sprintf("no command %q of %s was reported", p.Command, p.App)}
	case p.since > p.until:
		return &Refusal{"the first day is after the last"}
	}
	return nil
}

type commandDay struct {
	command int64
	system  string
	day     int64
}

// dailies counts the distinct installs that ran a command on a day.
type dailies struct{ all, taken, rest, most int64 }

// count subtracts the runs of the days from the sums, and what else is stored by day. What
// installs did last is removed by leave.
func (p *purge) count(ctx context.Context) error {
	daily := map[commandDay]dailies{}
	each := func(key sumKey, n int64) {
		if !p.in(key.day) || key.measure == measureUsed || key.measure == measureFailed || key.measure == measureLatest {
			return
		}
		if at := (commandDay{key.command, key.system, key.day}); key.measure == measureDaily && p.version != 0 {
			d := daily[at]
			switch key.version {
			case 0:
				d.all += n
			case p.version:
				d.taken += n
			default:
				d.rest, d.most = d.rest+n, max(d.most, n)
			}
			daily[at] = d
		}
		if !p.meant(key.version) {
			return
		}
		p.sums[key] -= n
		if key.measure >= measureUsed || key.version == 0 {
			return
		}
		if path := p.commands[key.command]; path != "" {
			p.runs[Key{path, key.measure, p.versions[key.version], key.system}] += n
		}
		if p.version != 0 {
			key.version = 0
			p.sums[key] -= n
		}
	}
	commands := `SELECT c.id FROM commands c WHERE c.app = ? AND (? = '' OR c.path = ?)`
	args := []any{p.App, p.Command, p.Command}
	err := p.query(ctx, `SELECT command, version, operating_system, sums FROM history WHERE operating_system <> '' AND command IN (`+commands+`)`, args, func(scan scan) error {
		var key sumKey
		var data []byte
		if err := scan(&key.command, &key.version, &key.system, &data); err != nil {
			return err
		}
		return eachSum(data, p.since, func(day int64, measure int, n int64) {
			key.day, key.measure = day, measure
			each(key, n)
		})
	})
	if err != nil {
		return err
	}
	err = p.query(ctx, `SELECT command, version, operating_system, day, measure, n FROM recent WHERE command IN (`+commands+`)`, args, func(scan scan) error {
		var key sumKey
		var n int64
		err := scan(&key.command, &key.version, &key.system, &key.day, &key.measure, &n)
		each(key, n)
		return err
	})
	if err != nil {
		return err
	}
	for at, d := range daily { // an install may have run it in two versions that day
		left := max(min(d.all-d.taken, d.rest), d.most)
		p.sums[sumKey{at.command, 0, at.system, at.day, measureDaily}] += left - d.all
	}
	if p.Command != "" {
		for key, n := range maps.Clone(p.sums) { // the app as a whole, which a purge of all commands meets as one of them
			if key.measure < measureUsed {
				key.command = p.app
				p.sums[key] += n
			}
		}
	}
	return nil
}

// write changes the sums, and deletes what has none any more.
func (p *purge) write(ctx context.Context) error {
	if err := p.store.addSums(ctx, p.tx, p.sums); err != nil {
		return err
	}
	if err := p.store.addWeeks(ctx, p.tx, p.weeks); err != nil {
		return err
	}
	for _, version := range slices.Sorted(maps.Keys(p.left)) {
		if err := p.exec(ctx, `UPDATE versions SET installs = installs - ? WHERE id = ?`, p.left[version], version); err != nil {
			return err
		}
	}
	if err := p.exec(ctx, `DELETE FROM weeks WHERE app = ? AND installs = 0 AND stayed = 0`, p.App); err != nil {
		return err
	}
	changed := map[int64]bool{}
	for key := range p.sums {
		changed[key.command] = true
	}
	closed := &closing{}
	for _, command := range slices.Sorted(maps.Keys(changed)) { // into the sums that they change, without pictures of a day
		if err := p.store.closeCommand(ctx, p.tx, p.clock, p.clock.day, command, command == p.app, true, closed); err != nil {
			return err
		}
	}
	if err := p.store.writeClosed(ctx, p.tx, closed); err != nil {
		return err
	}
	which := `command IN (SELECT id FROM commands WHERE app = ? AND (? = '' OR path = ?)) AND (? = 0 OR version = ?)`
	args := []any{p.App, p.Command, p.Command, p.version, p.version}
	err := p.exec(ctx, `DELETE FROM windows WHERE `+which+` AND day >= ? AND day <= ?`, append(args, p.since, p.until)...)
	if err != nil || !p.whole() {
		return err
	}
	for _, table := range []string{"history", "recent"} {
		if err := p.exec(ctx, `DELETE FROM `+table+` WHERE `+which, args...); err != nil {
			return err
		}
	}
	if p.version == 0 {
		err = p.exec(ctx, `DELETE FROM commands WHERE app = ? AND (? = '' OR path = ?)`, p.App, p.Command, p.Command)
	}
	if err == nil && p.Command == "" {
		err = p.exec(ctx, `DELETE FROM versions WHERE app = ? AND (? = '' OR name = ?)`, p.App, p.Version, p.Version)
	}
	return err
}

// lower subtracts the runs from the totals. For readers that know start times, a lowered series
// starts anew at this time: its counter never falls.
func (p *purge) lower(ctx context.Context) error {
	which := `app = ? AND (? = '' OR command = ?) AND (? = '' OR cli_version = ?)`
	args := []any{p.App, p.Command, p.Command, p.Version, p.Version}
	runs := p.runs
	if p.whole() {
		err := p.query(ctx, `SELECT COALESCE(SUM(total), 0) FROM series WHERE `+which, args, func(scan scan) error { return scan(&p.purged.Runs) })
		if err != nil {
			return err
		}
		if err := p.exec(ctx, `UPDATE series SET total = 0 WHERE `+which, args...); err != nil {
			return err
		}
		runs = nil
	}
	for _, key := range slices.SortedFunc(maps.Keys(runs), compareKeys) {
		if runs[key] == 0 {
			continue
		}
		p.purged.Runs += runs[key]
		err := p.exec(ctx, `UPDATE series SET total = total - ?, created = ? WHERE command = ? AND exit_code = ? AND cli_version = ? AND operating_system = ?`,
			runs[key], p.now.UnixMilli(), key.Command, key.ExitCode, key.CLIVersion, key.OperatingSystem)
		if err != nil {
			return err
		}
	}
	if err := p.exec(ctx, `DELETE FROM shown WHERE series IN (SELECT id FROM series WHERE total <= 0 AND `+which+`)`, args...); err != nil {
		return err
	}
	gone, err := p.tx.ExecContext(ctx, p.store.dialect.bind(`DELETE FROM series WHERE total <= 0 AND `+which), args...)
	if err != nil {
		return err
	}
	if p.purged.Series, err = gone.RowsAffected(); err != nil || !p.whole() || p.version == 0 {
		return err
	}
	return p.exec(ctx, `DELETE FROM versions WHERE id = ? AND NOT EXISTS (SELECT 1 FROM series WHERE series.app = versions.app AND series.cli_version = versions.name)
		AND NOT EXISTS (SELECT 1 FROM installs WHERE installs.app = versions.app AND installs.cli_version = versions.name AND installs.first_day <> 0)`, p.version)
}

// latest returns the last of an install's uses of the app, or of anything if there is none.
func latest(uses []use, app int64) use {
	return slices.MaxFunc(uses, func(a, b use) int {
		whole := func(u use) int {
			if u.command == app {
				return 1
			}
			return 0
		}
		return cmp.Or(cmp.Compare(whole(a), whole(b)), cmp.Compare(a.used, b.used))
	})
}

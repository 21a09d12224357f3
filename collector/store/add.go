package store

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// An installRow is what is kept of one install. Its id is not: its key is a
// hash of app and id, so that one id in two apps cannot be told either.
type installRow struct {
	app, version, system string
	firstDay, lastDay    int64
	marks                []byte
}

// installKeys hash the id of an app's install to its key.
func (s *Store) installKeys() func(app string, id uuid.UUID) string {
	mac := hmac.New(sha256.New, s.pepper)
	var sum [sha256.Size]byte
	return func(app string, id uuid.UUID) string {
		mac.Reset()
		mac.Write(id[:])
		io.WriteString(mac, app)
		return string(mac.Sum(sum[:0])[:16])
	}
}

// Add counts reports in one transaction. The first result has, for each report,
// nil or the *Refusal for which it was left out; the second is an error that
// left out all of them.
func (s *Store) Add(ctx context.Context, now time.Time, reports []wire.Report) (refusals []error, err error) {
	keys := make([]string, len(reports)) // outside of the transaction: hashing takes time
	key := s.installKeys()
	for i, report := range reports {
		keys[i] = key(report.App, report.ID)
	}
	var b *batch
	err = s.transact(ctx, func(tx *sql.Tx) error {
		rows, err := s.claim(ctx, tx, keys)
		if err != nil {
			return err
		}
		b = &batch{today: day(now), known: s.known.view(), rows: rows, changed: map[string]bool{}, runs: map[Key]int64{}, moves: activity{}}
		refusals = make([]error, len(reports))
		for i, report := range reports {
			var refusal *Refusal
			if refusals[i] = b.add(keys[i], report); refusals[i] != nil && !errors.As(refusals[i], &refusal) {
				return refusals[i]
			}
		}
		return s.save(ctx, tx, b, now)
	})
	if err == nil {
		s.known.learn(b.known.added)
	}
	return refusals, err
}

// A batch is what the reports of one transaction amount to.
type batch struct {
	today   int64
	known   view
	rows    map[string]installRow
	changed map[string]bool
	runs    map[Key]int64
	moves   activity
}

func (b *batch) add(key string, report wire.Report) error {
	if len(report.Counters) == 0 {
		return nil // what an install sends before its first command
	}
	version, err := b.known.admitVersion(report.App, report.CLIVersion)
	if err != nil {
		return err
	}
	row, seen := b.rows[key]
	held, err := decodeMarks(row.marks)
	if err != nil {
		return err
	}
	increases, err := held.raise(report.Counters)
	if err != nil {
		return err
	}
	raised := false
	for i, increase := range increases {
		if increase > 0 {
			raised = true
			b.runs[b.known.admit(Key{report.Counters[i].Path, report.Counters[i].ExitCode, version, report.OperatingSystem})] += int64(increase)
		}
	}
	next := installRow{report.App, version, report.OperatingSystem, b.today, b.today, row.marks}
	if raised {
		next.marks = held.encode()
	}
	if seen {
		next.firstDay = row.firstDay
		next.lastDay = max(row.lastDay, b.today) // the clocks of two collectors differ
		b.moves.leave(row)
	}
	b.moves.enter(next)
	if !seen || row.lastDay != next.lastDay {
		b.moves.report(next)
	}
	if !seen || raised || row.lastDay != next.lastDay || row.version != next.version || row.system != next.system {
		b.rows[key], b.changed[key] = next, true
	}
	return nil
}

// activity counts installs by day, app, version and system.
type activity map[activityKey]activityCount

type activityKey struct {
	day                  int64
	app, version, system string
}

// An activityCount has the installs that reported on a day, and those of which
// that was the latest report: their sum over the last days are the active ones.
type activityCount struct{ installs, latest int64 }

func (a activity) change(row installRow, installs, latest int64) {
	key := activityKey{row.lastDay, row.app, row.version, row.system}
	count := a[key]
	a[key] = activityCount{count.installs + installs, count.latest + latest}
}

func (a activity) enter(row installRow)  { a.change(row, 0, 1) }
func (a activity) leave(row installRow)  { a.change(row, 0, -1) }
func (a activity) report(row installRow) { a.change(row, 1, 0) }

// save writes a batch. Every process writes the tables, and the rows of each,
// in the same order, so that none waits for one that waits for it.
func (s *Store) save(ctx context.Context, tx *sql.Tx, b *batch, now time.Time) error {
	var rows [][]any
	for _, key := range slices.Sorted(maps.Keys(b.changed)) {
		r := b.rows[key]
		rows = append(rows, []any{[]byte(key), r.app, r.version, r.system, r.firstDay, r.lastDay, r.marks})
	}
	err := s.insert(ctx, tx, `INSERT INTO installs (install, app, cli_version, operating_system, first_day, last_day, marks) VALUES `, rows,
		` ON CONFLICT (install) DO UPDATE SET app = excluded.app, first_day = excluded.first_day, cli_version = excluded.cli_version, operating_system = excluded.operating_system, last_day = excluded.last_day, marks = excluded.marks`, nil)
	if err != nil {
		return err
	}
	rows = nil
	for _, key := range slices.SortedFunc(maps.Keys(b.runs), compareKeys) {
		rows = append(rows, []any{key.App(), key.Command, key.ExitCode, key.CLIVersion, key.OperatingSystem, b.runs[key], now.UnixMilli()})
	}
	var daily [][]any
	err = s.insert(ctx, tx, `INSERT INTO series (app, command, exit_code, cli_version, operating_system, total, created) VALUES `, rows,
		` ON CONFLICT (command, exit_code, cli_version, operating_system) DO UPDATE SET total = series.total + excluded.total
		RETURNING id, command, exit_code, cli_version, operating_system`, func(scan scan) error {
			var id int64
			var key Key
			err := scan(&id, &key.Command, &key.ExitCode, &key.CLIVersion, &key.OperatingSystem)
			daily = append(daily, []any{b.today, id, b.runs[key]})
			return err
		})
	if err != nil {
		return err
	}
	slices.SortFunc(daily, func(a, b []any) int { return cmp.Compare(a[1].(int64), b[1].(int64)) })
	err = s.insert(ctx, tx, `INSERT INTO runs (day, series, runs) VALUES `, daily,
		` ON CONFLICT (day, series) DO UPDATE SET runs = runs.runs + excluded.runs`, nil)
	if err != nil {
		return err
	}
	return s.move(ctx, tx, b.moves)
}

// move writes changes of the activity, leaving out what came to nothing.
func (s *Store) move(ctx context.Context, tx *sql.Tx, moves activity) error {
	var rows [][]any
	for _, key := range slices.SortedFunc(maps.Keys(moves), func(a, b activityKey) int {
		return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.app, b.app), cmp.Compare(a.version, b.version), cmp.Compare(a.system, b.system))
	}) {
		if count := moves[key]; count != (activityCount{}) {
			rows = append(rows, []any{key.day, key.app, key.version, key.system, count.installs, count.latest})
		}
	}
	return s.insert(ctx, tx, `INSERT INTO activity (day, app, cli_version, operating_system, installs, latest) VALUES `, rows,
		` ON CONFLICT (day, app, cli_version, operating_system) DO UPDATE SET installs = activity.installs + excluded.installs, latest = activity.latest + excluded.latest`, nil)
}

func compareKeys(a, b Key) int {
	return cmp.Or(cmp.Compare(a.Command, b.Command), cmp.Compare(a.ExitCode, b.ExitCode),
		cmp.Compare(a.CLIVersion, b.CLIVersion), cmp.Compare(a.OperatingSystem, b.OperatingSystem))
}

// claim returns the installs of a batch and keeps them from all others until
// the transaction ends. Where rows are locked one by one, a missing one is made
// first, or two processes that see a new id at once would both count it; if its
// report is refused, Expire takes it out.
func (s *Store) claim(ctx context.Context, tx *sql.Tx, keys []string) (map[string]installRow, error) {
	keys = slices.Compact(slices.Sorted(slices.Values(keys)))
	rows, err := s.load(ctx, tx, keys)
	if err != nil || s.dialect.lockRow == "" {
		return rows, err
	}
	missing := slices.DeleteFunc(keys, func(key string) bool { _, ok := rows[key]; return ok })
	var empty [][]any
	for _, key := range missing {
		empty = append(empty, []any{[]byte(key), "", "", "", 0, 0, []byte{}})
	}
	err = s.insert(ctx, tx, `INSERT INTO installs (install, app, cli_version, operating_system, first_day, last_day, marks) VALUES `, empty, ` ON CONFLICT (install) DO NOTHING`, nil)
	if err != nil {
		return nil, err
	}
	made, err := s.load(ctx, tx, missing)
	maps.Copy(rows, made)
	return rows, err
}

// load reads and locks rows, in the order of their keys.
func (s *Store) load(ctx context.Context, tx *sql.Tx, keys []string) (map[string]installRow, error) {
	found := make(map[string]installRow, len(keys))
	for chunk := range s.chunks(len(keys)) {
		args := make([]any, chunk.n)
		for i, key := range keys[chunk.at : chunk.at+chunk.n] {
			args[i] = []byte(key)
		}
		query := `SELECT install, app, cli_version, operating_system, first_day, last_day, marks FROM installs WHERE install IN ` + row(chunk.n) + ` ORDER BY install` + s.dialect.lockRow
		err := s.run(ctx, tx, query, args, func(scan scan) error {
			var key []byte
			var r installRow
			err := scan(&key, &r.app, &r.version, &r.system, &r.firstDay, &r.lastDay, &r.marks)
			if r.app != "" { // it is an install, and not only locked for one
				found[string(key)] = r
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// insert writes many rows; each is called with what comes back, if anything does.
func (s *Store) insert(ctx context.Context, tx *sql.Tx, head string, rows [][]any, tail string, each func(scan) error) error {
	for chunk := range s.chunks(len(rows)) {
		var args []any
		for _, one := range rows[chunk.at : chunk.at+chunk.n] {
			args = append(args, one...)
		}
		values := strings.Repeat(row(len(args)/chunk.n)+",", chunk.n)
		if err := s.run(ctx, tx, head+strings.TrimSuffix(values, ",")+tail, args, each); err != nil {
			return err
		}
	}
	return nil
}

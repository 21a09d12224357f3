package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/wire"
)

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
	err = s.onDay(ctx, now, func(tx *sql.Tx, today int64) error {
		rows, claimed, err := s.claim(ctx, tx, keys)
		if err != nil {
			return err
		}
		b = &batch{today: today, known: s.known.view(), rows: rows, changed: map[string]bool{}, runs: map[Key]int64{}, sums: sums{}, weeks: weekSums{}}
		refusals = make([]error, len(reports))
		for i, report := range reports {
			var refusal *Refusal
			if refusals[i] = b.add(keys[i], report); refusals[i] != nil && !errors.As(refusals[i], &refusal) {
				return refusals[i]
			}
		}
		if err := s.save(ctx, tx, b, now); err != nil {
			return err
		}
		return s.release(ctx, tx, claimed, b.changed)
	})
	if err == nil {
		s.known.learn(b.known.added)
	}
	return refusals, err
}

// save writes a batch. Every process writes the tables, and the rows of each,
// in the same order, so that none waits for one that waits for it.
func (s *Store) save(ctx context.Context, tx *sql.Tx, b *batch, now time.Time) error {
	for key, n := range b.runs {
		b.sums.count(b.known.command(key.App(), ""), b.known.command(key.App(), key.Command), b.known.version(key.App(), key.CLIVersion), key.OperatingSystem, b.today, key.ExitCode, n)
	}
	if err := s.name(ctx, tx, b); err != nil {
		return err
	}
	var rows [][]any
	for _, key := range slices.Sorted(maps.Keys(b.changed)) {
		r := b.rows[key]
		rows = append(rows, []any{[]byte(key), r.app, r.version, r.system, r.firstDay, r.lastDay, r.marks, encodeUses(r.uses), int64(r.weeks), r.dayRuns})
	}
	err := s.insert(ctx, tx, insertInstall, rows, ` ON CONFLICT (install) DO UPDATE SET app = excluded.app, first_day = excluded.first_day,
		cli_version = excluded.cli_version, operating_system = excluded.operating_system, last_day = excluded.last_day,
		marks = excluded.marks, uses = excluded.uses, weeks = excluded.weeks, day_runs = excluded.day_runs`, nil)
	if err != nil {
		return err
	}
	rows = nil
	for _, key := range slices.SortedFunc(maps.Keys(b.runs), compareKeys) {
		rows = append(rows, []any{key.App(), key.Command, key.ExitCode, key.CLIVersion, key.OperatingSystem, b.runs[key], now.UnixMilli(), b.today})
	}
	err = s.insert(ctx, tx, `INSERT INTO series (app, command, exit_code, cli_version, operating_system, total, created, rose) VALUES `, rows,
		` ON CONFLICT (command, exit_code, cli_version, operating_system) DO UPDATE SET total = series.total + excluded.total, rose = excluded.rose`, nil)
	if err != nil {
		return err
	}
	if err := s.addSums(ctx, tx, b.sums); err != nil {
		return err
	}
	return s.addWeeks(ctx, tx, b.weeks)
}

func compareKeys(a, b Key) int {
	return cmp.Or(cmp.Compare(a.Command, b.Command), cmp.Compare(a.ExitCode, b.ExitCode),
		cmp.Compare(a.CLIVersion, b.CLIVersion), cmp.Compare(a.OperatingSystem, b.OperatingSystem))
}

package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"maps"
	"net/netip"
	"slices"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// A Submission is a report and the networks that it came from.
type Submission struct {
	wire.Report
	Site     netip.Prefix // a /24 or /48; if it is not valid, no limit of a network applies
	Provider netip.Prefix // an IPv6 /32, or not valid
}

// An Outcome is what became of reports.
type Outcome struct {
	Refusals []error // for each report nil, or the *Refusal for which it was left out
	Held     map[Reason]HeldCount
}

// Add counts reports whose networks are not known. It returns Outcome.Refusals and an error
// as Receive does.
func (s *Store) Add(ctx context.Context, now time.Time, reports []wire.Report) (refusals []error, err error) {
	all := make([]Submission, len(reports))
	for i, report := range reports {
		all[i].Report = report
	}
	outcome, err := s.Receive(ctx, now, all)
	return outcome.Refusals, err
}

// Enough returns how many reports are worth a transaction of their own: waiting for more makes
// none of them cheaper.
func (s *Store) Enough() int { return s.dialect.enough }

// Receive counts reports in one transaction, as far as the limits allow. After an error none of
// them is counted, and nothing is taken from the allowances of their networks.
func (s *Store) Receive(ctx context.Context, now time.Time, submissions []Submission) (Outcome, error) {
	s.receiving.Lock() // two batches must not take the same part of a network's allowance
	defer s.receiving.Unlock()
	s.networks.follow(now)
	reports := make([]named, len(submissions))
	key := s.installKeys() // outside of the transaction: hashing takes time
	for i, one := range submissions {
		reports[i] = named{Submission: one, key: key(one.App, one.ID)}
	}
	var b *batch
	var outcome Outcome
	madeRoom := false
	for {
		err := s.onDay(ctx, now, func(tx *sql.Tx, c clock) (err error) {
			known, err := s.catalog(ctx, tx, c)
			if err != nil {
				return err
			}
			list := s.listed.Load()
			if !madeRoom && s.full(known, list) {
				return errFull
			}
			outcome.Refusals = make([]error, len(reports))
			b, err = s.batch(ctx, tx, c.day, known, list, reports, outcome.Refusals)
			if err != nil {
				return err
			}
			for i := range reports {
				if outcome.Refusals[i] != nil || len(reports[i].Counters) == 0 { // an install sends none before its first command
					continue
				}
				purse := s.networks.purse(now, reports[i].Site, reports[i].Provider, b.debts)
				if err := b.add(&reports[i], purse); err != nil {
					return err
				}
			}
			return s.save(ctx, tx, b, now)
		})
		if errors.Is(err, errFull) {
			madeRoom = true
			if err := s.makeRoom(ctx); err != nil {
				return Outcome{}, err
			}
			continue
		}
		if err != nil {
			return Outcome{}, err
		}
		b.known.catalog.learn(b.known.added)
		s.networks.commit(now, b.debts)
		outcome.Held = b.held.byReason()
		return outcome, nil
	}
}

// batch begins a batch: it names the reports, refuses those that have no name,
// and reads and locks their installs.
func (s *Store) batch(ctx context.Context, tx *sql.Tx, today int64, known *catalog, list *wire.AllowList, reports []named, refusals []error) (*batch, error) {
	var keys []string
	for i := range reports {
		if len(reports[i].Counters) == 0 {
			continue
		}
		if refusals[i] = known.name(&reports[i], list); refusals[i] == nil {
			keys = append(keys, reports[i].key)
		}
	}
	rows, claimed, err := s.claim(ctx, tx, keys)
	if err != nil {
		return nil, err
	}
	commands, versions := map[name]bool{}, map[name]bool{}
	for i := range reports {
		report := &reports[i]
		if refusals[i] != nil || len(report.Counters) == 0 {
			continue
		}
		commands[name{report.App, ""}] = true
		versions[name{report.App, report.version}] = true
		if row := rows[report.key]; row != nil {
			versions[name{row.app, row.version}] = true
		}
		for _, path := range report.paths {
			commands[name{report.App, path}] = true
		}
		// What has no room counts under these.
		commands[name{report.App, report.App + " " + Overflow}] = true
		versions[name{report.App, Overflow}] = true
	}
	view := known.view()
	if err := s.recall(ctx, tx, view, commands, versions); err != nil {
		return nil, err
	}
	b := newBatch(today, s.limits, view, known.openApps(list), rows)
	b.claimed = claimed
	return b, nil
}

// save writes a batch. Every process writes the tables, and the rows of each, in the same
// order, which avoids deadlocks.
func (s *Store) save(ctx context.Context, tx *sql.Tx, b *batch, now time.Time) error {
	for key, n := range b.runs {
		b.sums.count(b.known.command(key.App(), ""), b.known.command(key.App(), key.Command), b.known.version(key.App(), key.CLIVersion), key.OperatingSystem, b.today, key.ExitCode, n)
	}
	if err := s.name(ctx, tx, b); err != nil {
		return err
	}
	rows := make([]any, 0, 10*len(b.changed))
	for _, key := range slices.Sorted(maps.Keys(b.changed)) {
		r := b.rows[key]
		rows = append(rows, []byte(key), r.app, r.version, r.system, r.firstDay, r.lastDay, r.marks, encodeUses(r.uses), int64(r.weeks), r.dayRuns)
	}
	err := s.insert(ctx, tx, insertInstall, 10, rows, ` ON CONFLICT (install) DO UPDATE SET app = excluded.app, first_day = excluded.first_day,
		cli_version = excluded.cli_version, operating_system = excluded.operating_system, last_day = excluded.last_day,
		marks = excluded.marks, uses = excluded.uses, weeks = excluded.weeks, day_runs = excluded.day_runs`, nil)
	if err != nil {
		return err
	}
	rows = nil
	for _, key := range slices.SortedFunc(maps.Keys(b.runs), compareKeys) {
		rows = append(rows, key.App(), key.Command, key.ExitCode, key.CLIVersion, key.OperatingSystem, b.runs[key], now.UnixMilli(), b.today, b.firsts[key])
	}
	err = s.insert(ctx, tx, `INSERT INTO series (app, command, exit_code, cli_version, operating_system, total, created, rose, installs) VALUES `, 9, rows,
		` ON CONFLICT (command, exit_code, cli_version, operating_system) DO UPDATE SET total = series.total + excluded.total, rose = excluded.rose,
		installs = series.installs + excluded.installs, away = 0`, nil)
	if err != nil {
		return err
	}
	if err := s.addSums(ctx, tx, b.sums); err != nil {
		return err
	}
	if err := s.addWeeks(ctx, tx, b.weeks); err != nil {
		return err
	}
	if err := s.addHeld(ctx, tx, b.today, b.held); err != nil {
		return err
	}
	return s.release(ctx, tx, b.claimed, b.changed)
}

func compareKeys(a, b Key) int {
	return cmp.Or(cmp.Compare(a.Command, b.Command), cmp.Compare(a.ExitCode, b.ExitCode),
		cmp.Compare(a.CLIVersion, b.CLIVersion), cmp.Compare(a.OperatingSystem, b.OperatingSystem))
}

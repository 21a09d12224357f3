// Package store keeps what installs reported and turns it into totals.
//
// Reports are cumulative and arrive twice, late, out of order or never. So the
// highest count that each install has reported for each command and exit code,
// its high-water mark, is kept, and what a report exceeds it by is added to the
// totals: in one transaction, which is durable when Add returns.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Bounds on what strangers can make the store keep.
const (
	MaxIncrease = 1_000_000 // runs of one command with one exit code between two reports
	MaxMarks    = 4_096     // commands and exit codes of one install
	MaxApps     = 100
	MaxVersions = 500 // of one app; later ones count as Overflow
	MaxSeries   = 100_000
)

// Overflow stands for the versions, and as the second word of a command for the
// commands, that came after the bounds were reached.
const Overflow = "(other)"

// ActiveDays is how long an install counts as active after its last report.
const ActiveDays = 30

// A Key names a series: runs of one command that ended with one exit code.
type Key struct {
	Command         string // the whole path, the app's name first
	ExitCode        int
	CLIVersion      string
	OperatingSystem string
}

// App is the first word of the command.
func (k Key) App() string {
	app, _, _ := strings.Cut(k.Command, " ")
	return app
}

// A Series is how often that happened, on all installs together, ever.
type Series struct {
	Key
	ID    int64
	Total int64
	Shown bool // to the reader of the snapshot before, who can then tell what is new in the total
}

// Active counts the installs that reported within ActiveDays.
type Active struct {
	App, CLIVersion, OperatingSystem string
	Installs                         int64
}

// A Snapshot is what the sinks and GET /metrics tell.
type Snapshot struct {
	Series []Series // in the order of their creation
	Active []Active
}

// A Refusal is an error that the sender of a report caused.
type Refusal struct{ Reason string }

func (r *Refusal) Error() string { return r.Reason }

// Store is a database. It is safe for concurrent use, and with PostgreSQL by
// any number of processes.
type Store struct {
	db       *sql.DB // writes
	read     *sql.DB // reads, next to a write
	dialect  dialect
	pepper   []byte
	known    *catalog
	compiled *compiled // nil where the driver keeps statements compiled
	lead     func(context.Context, func(context.Context) error) error
}

// Open opens or creates "sqlite:<file>" or "postgres://...". The pepper keys
// the hashes of ids; if empty, one is made and kept in the database.
func Open(ctx context.Context, url string, pepper []byte) (*Store, error) {
	var s *Store
	var err error
	switch {
	case strings.HasPrefix(url, "sqlite:"):
		s, err = openSQLite(strings.TrimPrefix(url, "sqlite:"))
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		s, err = openPostgres(url)
	default:
		return nil, errors.New("a store is sqlite:FILE or postgres://...")
	}
	if err == nil {
		if err = s.prepare(ctx, pepper); err != nil {
			s.Close()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	return s, nil
}

// Close ends all connections.
func (s *Store) Close() error { return errors.Join(s.read.Close(), s.db.Close()) }

// Ping says whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return s.db.PingContext(ctx) }

// Lead calls lead while this process is the one that writes to the sinks, until
// ctx is done; lead's context ends when that is no longer sure.
func (s *Store) Lead(ctx context.Context, lead func(context.Context) error) error {
	return s.lead(ctx, lead)
}

// Snapshot reads all totals for a reader: one that Begin made known, or Anyone.
func (s *Store) Snapshot(ctx context.Context, now time.Time, reader string) (Snapshot, error) {
	var shot Snapshot
	err := s.query(ctx, `SELECT id, command, exit_code, cli_version, operating_system, total, shown.series IS NOT NULL
		FROM series LEFT JOIN shown ON shown.reader = ? AND shown.series = series.id ORDER BY id`, []any{reader}, func(scan scan) error {
		var one Series
		err := scan(&one.ID, &one.Command, &one.ExitCode, &one.CLIVersion, &one.OperatingSystem, &one.Total, &one.Shown)
		one.Shown = one.Shown || reader == Anyone
		shot.Series = append(shot.Series, one)
		return err
	})
	if err != nil {
		return shot, err
	}
	err = s.query(ctx, `SELECT app, cli_version, operating_system, SUM(latest) FROM activity WHERE day > ? GROUP BY 1, 2, 3 HAVING SUM(latest) > 0 ORDER BY 1, 2, 3`,
		[]any{day(now) - ActiveDays}, func(scan scan) error {
			var one Active
			err := scan(&one.App, &one.CLIVersion, &one.OperatingSystem, &one.Installs)
			shot.Active = append(shot.Active, one)
			return err
		})
	return shot, err
}

// Forget erases what is kept of an id and reports whether there was anything.
// Totals, in which it cannot be told apart, stay.
func (s *Store) Forget(ctx context.Context, id uuid.UUID) (found bool, err error) {
	err = s.transact(ctx, func(tx *sql.Tx) error {
		found = false
		var keys []string
		key := s.installKeys()
		for _, app := range s.known.allApps() {
			keys = append(keys, key(app, id))
		}
		rows, err := s.load(ctx, tx, keys)
		if err != nil {
			return err
		}
		moves := activity{}
		for key, row := range rows {
			found = true
			moves.leave(row)
			if _, err := tx.ExecContext(ctx, s.dialect.bind(`DELETE FROM installs WHERE install = ?`), []byte(key)); err != nil {
				return err
			}
		}
		return s.move(ctx, tx, moves)
	})
	return found, err
}

// Expire erases installs that have not reported, and days that lie, more than
// retention ago. Totals stay.
func (s *Store) Expire(ctx context.Context, now time.Time, retention time.Duration) error {
	before := day(now.Add(-retention))
	return s.transact(ctx, func(tx *sql.Tx) error {
		for _, query := range []string{
			`DELETE FROM installs WHERE last_day < ?`,
			`DELETE FROM runs WHERE day < ?`,
			`DELETE FROM activity WHERE day < ?`,
		} {
			if _, err := tx.ExecContext(ctx, s.dialect.bind(query), before); err != nil {
				return err
			}
		}
		return nil
	})
}

// day numbers the days of UTC.
func day(t time.Time) int64 { return t.Unix() / 86_400 }

type scan func(...any) error

// query calls each with every row.
func (s *Store) query(ctx context.Context, query string, args []any, each func(scan) error) error {
	rows, err := s.read.QueryContext(ctx, s.dialect.bind(query), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

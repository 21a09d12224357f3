// Package store stores what installs reported and turns it into totals.
//
// Reports are cumulative and arrive twice, late, out of order or never. So the store has the
// high-water mark of each install, command and exit code: the highest count that was
// reported. What a report exceeds the mark by is added to the totals, in one transaction,
// which is durable when Add returns.
package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// Bounds on one install, besides Limits.
const (
	MaxIncrease = 1_000_000 // runs of one command with one exit code that one report can add
	MaxMarks    = 4_096     // commands and exit codes of one install
)

// Overflow stands for the versions for which there was no room, or which a network may not add.
// As the second word of a command it stands for such commands.
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

// App returns the first word of the command.
func (k Key) App() string {
	app, _, _ := strings.Cut(k.Command, " ")
	return app
}

// A Series has the number of such runs on all installs together, ever.
type Series struct {
	Key
	ID      int64
	Total   int64
	Created time.Time // until then the total was zero
	Shown   bool      // whether the snapshot's reader was shown the series before
}

// Active counts the installs that reported within ActiveDays.
type Active struct {
	App, CLIVersion, OperatingSystem string
	Installs                         int64
}

// A Snapshot has the values that the sinks and /metrics show.
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
	db      *sql.DB // writes
	read    *sql.DB // answers questions, next to a write
	tell    *sql.DB // reads for sinks and scrapers, which do not wait for questions
	dialect dialect
	pepper  []byte
	file    string    // of SQLite
	files   onDisk    // of a SQLite that is written to
	keeps   *sql.Conn // stays open: the last connection to close deletes the log
	known   atomic.Pointer[catalog]
	seen    atomic.Int64 // capacity of the next snapshot: to grow it takes several times its memory
	closed  closedDays
	listed  atomic.Pointer[wire.AllowList]
	limits  Limits

	receiving sync.Mutex
	networks  *networks

	jump     atomic.Int64 // how many days ahead the clock is believed
	stepped  time.Time    // when Expire last approached a clock that it does not believe
	compiled *compiled    // nil if the driver keeps compiled statements
	lead     func(context.Context, func(context.Context) error) error
	unlock   func() error
}

// Open opens or creates "sqlite:<file>" or "postgres://...", and brings its schema up to date.
// The pepper is the key of the hashes of ids; if it is empty, one is made and stored in the
// database. Only one process at a time can open a SQLite file so; the others get an error that
// says so.
func Open(ctx context.Context, url string, pepper []byte) (*Store, error) {
	return open(ctx, url, pepper, false)
}

// OpenBeside opens an existing database with the schema of this program. A collector may have
// it open.
func OpenBeside(ctx context.Context, url string) (*Store, error) {
	return open(ctx, url, nil, true)
}

func open(ctx context.Context, url string, pepper []byte, beside bool) (*Store, error) {
	var s *Store
	var err error
	switch {
	case strings.HasPrefix(url, "sqlite:"):
		s, err = openSQLite(strings.TrimPrefix(url, "sqlite:"), beside)
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		s, err = openPostgres(url)
	default:
		return nil, errors.New("a store is sqlite:FILE or postgres://...")
	}
	if err == nil {
		s.stepped = time.Now()
		s.jump.Store(maxJump) // until Expire tells the retention
		s.Limit(DefaultLimits())
		err = s.prepare(ctx, pepper, beside)
		if err == nil && s.file != "" {
			err = s.own(ctx, beside)
		}
		if err != nil && s.file != "" {
			err = fmt.Errorf("%s: %w", s.file, err)
		}
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	return s, nil
}

// own lets only its owner read a SQLite file that is known to be a collector's, and notes which
// files are open.
func (s *Store) own(ctx context.Context, beside bool) error {
	err := narrow(s.file)
	if err != nil || beside {
		return err
	}
	if s.keeps, err = s.tell.Conn(ctx); err != nil {
		return err
	}
	if _, err = s.keeps.ExecContext(ctx, `SELECT COUNT(*) FROM meta`); err != nil { // opens the log
		return err
	}
	s.files, err = lookAt(s.file)
	return err
}

// Close ends all connections.
func (s *Store) Close() error {
	if s.keeps != nil {
		s.keeps.Close()
	}
	return errors.Join(s.tell.Close(), s.read.Close(), s.db.Close(), s.unlock())
}

// Ping returns an error if the database does not answer.
func (s *Store) Ping(ctx context.Context) error {
	return errors.Join(s.files.there(), s.db.PingContext(ctx))
}

// Lead calls lead while this process is the one that writes to the sinks, until ctx is done.
// lead's context ends when that is not certain any more.
func (s *Store) Lead(ctx context.Context, lead func(context.Context) error) error {
	return s.lead(ctx, lead)
}

// Snapshot reads the totals of what did not give way for a reader: one that Begin made known, or Anyone.
func (s *Store) Snapshot(ctx context.Context, now time.Time, reader string) (Snapshot, error) {
	shot := Snapshot{Series: make([]Series, 0, s.seen.Load())}
	err := s.queryOn(ctx, s.tell, `SELECT id, command, exit_code, cli_version, operating_system, total, created, shown.series IS NOT NULL
		FROM series LEFT JOIN shown ON shown.reader = ? AND shown.series = series.id WHERE series.away = 0 ORDER BY id`, []any{reader}, func(scan scan) error {
		shot.Series = append(shot.Series, Series{})
		one := &shot.Series[len(shot.Series)-1]
		var created int64
		err := scan(&one.ID, &one.Command, &one.ExitCode, &one.CLIVersion, &one.OperatingSystem, &one.Total, &created, &one.Shown)
		one.Created = time.UnixMilli(created)
		one.Shown = one.Shown || reader == Anyone
		return err
	})
	if err != nil {
		return Snapshot{}, err
	}
	s.seen.Store(int64(len(shot.Series) + len(shot.Series)/16))
	shot.Active, err = s.active(ctx, now)
	return shot, err
}

// Installs of a version that gave way are added to those of Overflow. Those of an app that
// gave way are left out.
const (
	shownVersion = `CASE v.away WHEN 0 THEN v.name ELSE '` + Overflow + `' END`
	shownApp     = `EXISTS (SELECT 1 FROM versions AS other WHERE other.app = c.app AND other.away = 0)`
)

// maxActive is how many versions and systems are told apart, of all apps together. Those
// of fewer installs are together under Overflow: they may have been invented.
const maxActive = 10_000

// active counts the installs of each app, version and system.
func (s *Store) active(ctx context.Context, now time.Time) ([]Active, error) {
	since := day(now) - ActiveDays + 1
	counts := map[Active]int64{}
	err := s.queryOn(ctx, s.tell, `SELECT c.app, `+shownVersion+`, h.operating_system, h.sums FROM commands c JOIN history h ON h.command = c.id JOIN versions v ON v.id = h.version
		WHERE c.path = '' AND `+shownApp+` AND h.operating_system <> '' AND h.last_day >= ?`, []any{since}, func(scan scan) error {
		var one Active
		var data []byte
		if err := scan(&one.App, &one.CLIVersion, &one.OperatingSystem, &data); err != nil {
			return err
		}
		return eachSum(data, since, func(_ int64, measure int, n int64) {
			if measure == measureLatest {
				counts[one] += n
			}
		})
	})
	if err != nil {
		return nil, err
	}
	err = s.queryOn(ctx, s.tell, `SELECT c.app, `+shownVersion+`, r.operating_system, SUM(r.n) FROM commands c JOIN recent r ON r.command = c.id JOIN versions v ON v.id = r.version
		WHERE c.path = '' AND `+shownApp+` AND r.measure = ? AND r.day >= ? GROUP BY 1, 2, 3`, []any{measureLatest, since}, func(scan scan) error {
		var one Active
		var n int64
		err := scan(&one.App, &one.CLIVersion, &one.OperatingSystem, &n)
		counts[one] += n
		return err
	})
	if err != nil {
		return nil, err
	}
	byName := func(a, b Active) int {
		return cmp.Or(cmp.Compare(a.App, b.App), cmp.Compare(a.CLIVersion, b.CLIVersion), cmp.Compare(a.OperatingSystem, b.OperatingSystem))
	}
	all := slices.Collect(maps.Keys(counts))
	if len(all) > maxActive {
		slices.SortFunc(all, func(a, b Active) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), byName(a, b)) })
		for _, few := range all[maxActive:] {
			n := counts[few]
			delete(counts, few)
			few.CLIVersion = Overflow
			counts[few] += n
		}
		all = slices.Collect(maps.Keys(counts))
	}
	slices.SortFunc(all, byName)
	for i := range all {
		all[i].Installs = counts[all[i]]
	}
	return slices.DeleteFunc(all, func(one Active) bool { return one.Installs <= 0 }), nil
}

type scan func(...any) error

// query calls each with every row.
func (s *Store) query(ctx context.Context, query string, args []any, each func(scan) error) error {
	return s.queryOn(ctx, s.read, query, args, each)
}

func (s *Store) queryOn(ctx context.Context, db *sql.DB, query string, args []any, each func(scan) error) error {
	rows, err := s.rowsOf(ctx, db, query, args)
	if err != nil {
		return err
	}
	return eachRow(rows, each)
}

func eachRow(rows *sql.Rows, each func(scan) error) error {
	defer rows.Close()
	for rows.Next() {
		if err := each(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (s *Store) rowsOf(ctx context.Context, db *sql.DB, query string, args []any) (*sql.Rows, error) {
	if s.compiled == nil {
		return db.QueryContext(ctx, s.dialect.bind(query), args...)
	}
	statement, err := s.compiled.question(ctx, db, query)
	if err != nil {
		return nil, err
	}
	return statement.QueryContext(ctx, args...)
}

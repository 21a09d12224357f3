package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"time"
)

// day numbers the days of UTC.
func day(t time.Time) int64 {
	seconds := t.Unix()
	if seconds < 0 {
		seconds -= 86_399
	}
	return seconds / 86_400
}

// date returns the midnight with which a day begins.
func date(day int64) time.Time { return time.Unix(day*86_400, 0).UTC() }

// maxJump is how many days the clock may be ahead of the newest day that was counted. Beyond
// that it does not decide what is too old: a collector may have been off for a season, but not
// for longer. It is a quarter of the retention at most, or a clock that is ahead by the whole of
// it would erase all.
const maxJump = 90

// stale reports whether the store's day has to change. A clock that is one day behind does not
// change it: around midnight, another collector's is ahead.
func stale(stored, now int64) bool { return now > stored || now < stored-1 }

var errStale = errors.New("the day of the store has to change")

// onDay runs do in a transaction, with the day on which it counts. All collectors of a store
// count on the same day: the first one that gets a report on a new day closes the last day for
// all.
func (s *Store) onDay(ctx context.Context, now time.Time, do func(tx *sql.Tx, c clock) error) error {
	for {
		err := s.write(ctx, s.dialect.shareRow, func(tx *sql.Tx, c clock) error {
			if stale(c.day, day(now)) {
				return errStale
			}
			return do(tx, c)
		})
		if !errors.Is(err, errStale) {
			return err
		}
		if err := s.advance(ctx, now); err != nil {
			return err
		}
	}
}

type clock struct{ day, trusted, kept, names int64 }

// write runs do in a transaction that has locked the clock, alone or shared with others
// (lock). Everything is written to an existing database in this way, except a new schema.
func (s *Store) write(ctx context.Context, lock string, do func(tx *sql.Tx, c clock) error) error {
	return s.transact(ctx, func(tx *sql.Tx) error {
		c, err := s.readClock(ctx, tx, lock)
		if err != nil {
			return err
		}
		return do(tx, c)
	})
}

// readClock fails if a newer collector has changed the schema meanwhile. That collector waits
// for the row which is locked here before it does so.
func (s *Store) readClock(ctx context.Context, tx *sql.Tx, lock string) (c clock, err error) {
	err = s.run(ctx, tx, `SELECT day, trusted, kept, names FROM clock`+lock, nil, func(scan scan) error {
		return scan(&c.day, &c.trusted, &c.kept, &c.names)
	})
	if err != nil || s.dialect.lockRow == "" { // a SQLite file has one collector
		return c, err
	}
	return c, s.run(ctx, tx, `SELECT value FROM meta WHERE name = 'schema'`, nil, func(scan scan) error {
		var text []byte
		err := scan(&text)
		if at, _ := strconv.Atoi(string(text)); err == nil && at != newestSchema {
			err = tooNew(at)
		}
		return err
	})
}

// advance moves the store's day to that of now, and closes the day before. It is not cancelled
// with the request that causes it.
func (s *Store) advance(ctx context.Context, now time.Time) error {
	ctx = context.WithoutCancel(ctx)
	return s.write(ctx, s.dialect.lockRow, func(tx *sql.Tx, c clock) error {
		if !stale(c.day, day(now)) { // another collector did
			return nil
		}
		if c.day != 0 {
			if err := s.closeDay(ctx, tx, c, day(now)); err != nil {
				return err
			}
		}
		return s.setClock(ctx, tx, day(now), s.believe(c.trusted, day(now)))
	})
}

func (s *Store) setClock(ctx context.Context, tx *sql.Tx, day, trusted int64) error {
	_, err := tx.ExecContext(ctx, s.dialect.bind(`UPDATE clock SET day = ?, trusted = ?, closed = closed + 1`), day, trusted)
	return err
}

// believe returns the newest day that the clock can be trusted to have reached.
func (s *Store) believe(trusted, now int64) int64 {
	if trusted == 0 || now-trusted <= s.jump.Load() {
		return max(trusted, now)
	}
	return trusted
}

// Today returns the day that reports are counted on: the clock's, once the first report of the
// day has come.
func (s *Store) Today(ctx context.Context) (time.Time, error) {
	today, err := s.today(ctx)
	return date(today), err
}

// Kept returns the first day that is not forgotten.
func (s *Store) Kept(ctx context.Context) (time.Time, error) {
	kept, _, err := s.changes(ctx)
	return date(kept), err
}

func (s *Store) today(ctx context.Context) (today int64, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT day FROM clock`).Scan(&today)
	return today, err
}

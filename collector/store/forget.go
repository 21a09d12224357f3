package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/google/uuid"
)

// Forget erases what is kept of an id and reports whether there was anything.
// It leaves the installs of all windows that end today, and the weeks. The
// totals, the installs by day, and the pictures of windows that have ended stay:
// it cannot be told apart in them.
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
		moved, weeks, known := sums{}, weekSums{}, s.known.view()
		for key, row := range rows {
			found = true
			row.take(moved, known.command(row.app, ""), known.version(row.app, row.version), -1)
			weeks.take(row, -1)
			if _, err := tx.ExecContext(ctx, s.dialect.bind(`DELETE FROM installs WHERE install = ?`), []byte(key)); err != nil {
				return err
			}
		}
		if err := s.addSums(ctx, tx, moved); err != nil {
			return err
		}
		return s.addWeeks(ctx, tx, weeks)
	})
	return found, err
}

// forgetting is how many days a running collector comes nearer to a clock that
// it does not believe, in one day.
const forgetting = 2

// Expire erases installs that have not reported, and days that lie, more than
// retention ago. Totals stay. A clock that is far ahead of the newest day that
// was counted erases nothing at first: the days until then are gone through at
// two a day.
func (s *Store) Expire(ctx context.Context, now time.Time, retention time.Duration) error {
	return s.transact(ctx, func(tx *sql.Tx) error {
		c, err := s.readClock(ctx, tx, s.dialect.lockRow)
		if err != nil {
			return err
		}
		trusted := believe(c.trusted, day(now))
		if since := time.Since(s.stepped); trusted < day(now) && since > 24*time.Hour {
			trusted += forgetting
			s.stepped = time.Now()
		}
		kept := trusted - int64(retention/(24*time.Hour))
		if _, err := tx.ExecContext(ctx, s.dialect.bind(`UPDATE clock SET trusted = ?, kept = ?`), trusted, kept); err != nil {
			return err
		}
		for _, query := range []string{
			`DELETE FROM installs WHERE last_day < ?`,
			`DELETE FROM recent WHERE day < ?`,
			`DELETE FROM history WHERE last_day < ?`,
			`DELETE FROM windows WHERE day < ?`,
			`DELETE FROM held WHERE day < ?`,
		} {
			if _, err := tx.ExecContext(ctx, s.dialect.bind(query), kept); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, s.dialect.bind(`DELETE FROM weeks WHERE week < ?`), week(kept))
		return err
	})
}

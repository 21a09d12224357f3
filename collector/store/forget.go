package store

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Forget erases what is stored of an id, and reports whether there was anything. The install
// no longer counts in windows that end today, nor in the weeks. The totals, the installs by
// day, and the pictures of windows that have ended stay: they do not tell installs apart.
func (s *Store) Forget(ctx context.Context, id uuid.UUID) (found bool, err error) {
	keys, err := s.kept(ctx, id)
	if err != nil || len(keys) == 0 { // without a transaction that writes: reports would wait for a flood of invented ids
		return false, err
	}
	// The sums of a day that is being closed, or purged, are read and written as a whole.
	err = s.write(ctx, s.dialect.shareRow, func(tx *sql.Tx, _ clock) error {
		found = false
		rows, err := s.load(ctx, tx, keys)
		if err != nil {
			return err
		}
		moved, weeks, known := sums{}, weekSums{}, newCatalog().view()
		commands, versions := map[name]bool{}, map[name]bool{}
		for _, row := range rows {
			commands[name{row.app, ""}], versions[name{row.app, row.version}] = true, true
		}
		if err := s.recall(ctx, tx, known, commands, versions); err != nil {
			return err
		}
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

// kept returns the sorted keys under which an id is stored, one for each app.
func (s *Store) kept(ctx context.Context, id uuid.UUID) (keys []string, err error) {
	var all []any
	key := s.installKeys()
	err = s.query(ctx, `SELECT app FROM commands WHERE path = ''`, nil, func(scan scan) error {
		var app string
		err := scan(&app)
		all = append(all, []byte(key(app, id)))
		return err
	})
	if err != nil {
		return nil, err
	}
	for chunk := range s.chunks(len(all)) {
		err := s.query(ctx, `SELECT install FROM installs WHERE install IN `+row(chunk.n)+` ORDER BY install`, all[chunk.at:chunk.at+chunk.n], func(scan scan) error {
			var key []byte
			err := scan(&key)
			keys = append(keys, string(key))
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(keys)
	return keys, nil
}

// forgetting is by how many days a running collector approaches, in one day, a clock that it
// does not believe.
const forgetting = 2

// Expire erases the days that are older than retention, and the installs that have not
// reported since. Totals stay, but those that have not risen since leave memory and sinks
// until they do. If the clock is far ahead of the newest day that was counted, nothing is
// erased at first: the days until then pass at two a day.
func (s *Store) Expire(ctx context.Context, now time.Time, retention time.Duration) error {
	days := int64(retention / (24 * time.Hour))
	s.jump.Store(min(maxJump, max(1, days/4)))
	return s.write(ctx, s.dialect.lockRow, func(tx *sql.Tx, c clock) error {
		trusted := s.believe(c.trusted, day(now))
		if since := time.Since(s.stepped); trusted < day(now) && since > 24*time.Hour {
			trusted += forgetting
			s.stepped = time.Now()
		}
		kept := max(c.kept, min(trusted, day(now))-days) // a longer retention brings nothing back
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
		// Of the week before the first, who was lost is told in the first.
		if _, err := tx.ExecContext(ctx, s.dialect.bind(`DELETE FROM weeks WHERE week < ?`), week(kept)-1); err != nil {
			return err
		}
		return s.expireSilent(ctx, tx, kept)
	})
}

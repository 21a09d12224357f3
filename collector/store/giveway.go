package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// There are limits on what is kept in memory and sent to sinks. At a limit, what the fewest
// installs ever reported gives way, of equals what was not reported for longest: what a
// stranger invents has one install, and a release has many. Nothing is erased. What gave way
// keeps its total in the database and comes back with it at its next run, as does what is
// silent. So a sink sees a series end, and continue.

var errFull = errors.New("something has to give way")

// full reports whether there is no room for one more of something.
func (s *Store) full(c *catalog, list *wire.AllowList) bool {
	l := s.limits
	if l.Series > 0 && len(c.series) >= l.Series || l.Apps > 0 && c.openApps(list) >= l.Apps {
		return true
	}
	for app := range c.apps {
		if l.Versions > 0 && c.registered[app] == nil && c.apps[app] >= l.Versions {
			return true
		}
	}
	return false
}

// openApps counts the apps that nobody listed or registered.
func (c *catalog) openApps(list *wire.AllowList) (n int) {
	for app := range c.apps {
		if c.registered[app] == nil && !list.Has(app) {
			n++
		}
	}
	return n
}

// overBy returns how many have to give way until a hundredth is free. To look for one costs as
// much as for many.
func overBy(count, limit int) int {
	if limit == 0 || count < limit {
		return 0
	}
	return count - limit + max(1, limit/100)
}

// makeRoom makes entries give way where a limit is reached, for all collectors.
func (s *Store) makeRoom(ctx context.Context) error {
	return s.write(ctx, s.dialect.lockRow, func(tx *sql.Tx, c clock) error {
		known, err := s.loadCatalog(ctx, tx, c) // includes what other collectors made
		if err != nil {
			return err
		}
		if err := s.appsGiveWay(ctx, tx, known); err != nil {
			return err
		}
		for app, count := range known.apps {
			if n := overBy(count, s.limits.Versions); n > 0 && known.registered[app] == nil {
				if err := s.versionsGiveWay(ctx, tx, app, n); err != nil {
					return err
				}
			}
		}
		if n := overBy(len(known.series), s.limits.Series); n > 0 {
			if err := s.seriesGiveWay(ctx, tx, known, n); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, `UPDATE clock SET names = names + 1, closed = closed + 1`) // questions told it apart
		return err
	})
}

func (s *Store) appsGiveWay(ctx context.Context, tx *sql.Tx, known *catalog) error {
	list := s.listed.Load()
	n := overBy(known.openApps(list), s.limits.Apps)
	if n == 0 {
		return nil
	}
	var going []string
	err := s.run(ctx, tx, `SELECT app FROM versions WHERE away = 0 GROUP BY app ORDER BY SUM(installs), MAX(last_day), app`, nil, func(scan scan) error {
		var app string
		err := scan(&app)
		if known.registered[app] == nil && !list.Has(app) && len(going) < n {
			going = append(going, app)
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, app := range going {
		if err := s.away(ctx, tx, `app = ?`, `app = ?`, app); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) versionsGiveWay(ctx context.Context, tx *sql.Tx, app string, n int) error {
	var going []string
	err := s.run(ctx, tx, s.dialect.bind(`SELECT name FROM versions WHERE away = 0 AND app = ? AND name <> ? ORDER BY installs, last_day, id LIMIT ?`), []any{app, Overflow, n}, func(scan scan) error {
		var version string
		err := scan(&version)
		going = append(going, version)
		return err
	})
	if err != nil {
		return err
	}
	for _, version := range going {
		if err := s.away(ctx, tx, `app = ? AND name = ?`, `app = ? AND cli_version = ?`, app, version); err != nil {
			return err
		}
	}
	return nil
}

// away makes versions, and their series, give way.
func (s *Store) away(ctx context.Context, tx *sql.Tx, versions, series string, args ...any) error {
	if _, err := tx.ExecContext(ctx, s.dialect.bind(`UPDATE versions SET away = 1 WHERE away = 0 AND `+versions), args...); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, s.dialect.bind(`UPDATE series SET away = 1 WHERE away = 0 AND `+series), args...)
	return err
}

// seriesGiveWay takes those of registered releases last, and the last one of a command that a
// release lists: without it the command would be told among those that nobody uses.
func (s *Store) seriesGiveWay(ctx context.Context, tx *sql.Tx, known *catalog, n int) error {
	var going, registered []any
	left := map[string]int{} // series of each command
	for key := range known.series {
		left[key.Command]++
	}
	err := s.run(ctx, tx, `SELECT id, app, command, cli_version FROM series WHERE away = 0 ORDER BY installs, rose, id`, nil, func(scan scan) error {
		var id int64
		var app, command, version string
		err := scan(&id, &app, &command, &version)
		listing := known.registered[app]
		switch {
		case listing != nil && (listing.has(version) || left[command] == 1 && listing.all.Lists(command)):
			registered = append(registered, id)
		case len(going) < n:
			going = append(going, id)
			left[command]--
		}
		return err
	})
	if err != nil {
		return err
	}
	going = append(going, registered[:min(len(registered), n-len(going))]...)
	for chunk := range s.chunks(len(going)) {
		if _, err := tx.ExecContext(ctx, s.dialect.bind(`UPDATE series SET away = 1 WHERE id IN `+row(chunk.n)), going[chunk.at:chunk.at+chunk.n]...); err != nil {
			return err
		}
	}
	return nil
}

// expireSilent removes from memory what has not been reported since a day.
func (s *Store) expireSilent(ctx context.Context, tx *sql.Tx, since int64) error {
	gone := int64(0)
	for _, query := range []string{
		`UPDATE series SET away = 1 WHERE away = 0 AND rose < ?`,
		`UPDATE versions SET away = 1 WHERE away = 0 AND last_day < ?`,
	} {
		made, err := tx.ExecContext(ctx, s.dialect.bind(query), since)
		if err != nil {
			return err
		}
		n, err := made.RowsAffected()
		if err != nil {
			return err
		}
		gone += n
	}
	if gone == 0 {
		return nil
	}
	_, err := tx.ExecContext(ctx, `UPDATE clock SET names = names + 1`)
	return err
}

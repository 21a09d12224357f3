package store

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"strings"
)

// A view is the catalog with what one batch adds to it, which counts once the batch is
// committed. Until then the ids of these additions are negative.
type view struct {
	catalog *catalog
	added   *catalog
	away    map[name]int64 // versions of the batch that gave way before
}

func (c *catalog) view() view { return view{c, newCatalog(), map[name]int64{}} }

// recall looks up names that the catalog does not have, because they gave way or another
// collector made them.
func (s *Store) recall(ctx context.Context, tx *sql.Tx, v view, commands, versions map[name]bool) error {
	v.catalog.mu.RLock()
	maps.DeleteFunc(commands, func(n name, _ bool) bool { return v.catalog.commands[n] != 0 })
	maps.DeleteFunc(versions, func(n name, _ bool) bool { return v.catalog.versions[n].id != 0 })
	v.catalog.mu.RUnlock()
	err := s.lookUp(ctx, tx, `SELECT app, path, id, 0, 0 FROM commands WHERE (app, path) IN (VALUES `, commands, func(n name, id, _, _ int64) {
		v.added.commands[n] = id
	})
	if err != nil {
		return err
	}
	return s.lookUp(ctx, tx, `SELECT app, name, id, last_day, away FROM versions WHERE (app, name) IN (VALUES `, versions, func(n name, id, lastDay, away int64) {
		if away == 0 {
			v.added.addVersion(n, version{id, lastDay})
		} else {
			v.away[n] = id
		}
	})
}

func (s *Store) lookUp(ctx context.Context, tx *sql.Tx, query string, names map[name]bool, each func(n name, id, lastDay, away int64)) error {
	var rows []any
	for _, n := range slices.SortedFunc(maps.Keys(names), compareNames) {
		rows = append(rows, n.app, n.text)
	}
	return s.insert(ctx, tx, query, 2, rows, `)`, func(scan scan) error {
		var n name
		var id, lastDay, away int64
		err := scan(&n.app, &n.text, &id, &lastDay, &away)
		each(n, id, lastDay, away)
		return err
	})
}

func compareNames(a, b name) int { return strings.Compare(a.app+"\x00"+a.text, b.app+"\x00"+b.text) }

// hasApp reports whether the app has a version.
func (v view) hasApp(app string) bool {
	v.catalog.mu.RLock()
	defer v.catalog.mu.RUnlock()
	return v.catalog.apps[app]+v.added.apps[app] > 0
}

func (v view) hasVersion(n name) bool {
	v.catalog.mu.RLock()
	defer v.catalog.mu.RUnlock()
	return v.catalog.versions[n].id != 0 || v.added.versions[n].id != 0
}

func (v view) hasCommand(n name) bool {
	v.catalog.mu.RLock()
	defer v.catalog.mu.RUnlock()
	return v.catalog.commands[n] != 0 || v.added.commands[n] != 0
}

func (v view) hasSeries(key Key) bool {
	v.catalog.mu.RLock()
	defer v.catalog.mu.RUnlock()
	return v.catalog.series[key] || v.added.series[key]
}

// counts returns the number of versions of an app, and the number of all series.
func (v view) counts(app string) (versions, series int) {
	v.catalog.mu.RLock()
	defer v.catalog.mu.RUnlock()
	return v.catalog.apps[app] + v.added.apps[app], len(v.catalog.series) + len(v.added.series)
}

// command returns the id of a path; the app as a whole has an empty one.
func (v view) command(app, path string) int64 {
	v.catalog.mu.RLock()
	defer v.catalog.mu.RUnlock()
	n := name{app, path}
	if id := v.catalog.commands[n]; id != 0 {
		return id
	}
	if v.added.commands[n] == 0 {
		v.added.commands[n] = -int64(len(v.added.commands) + 1)
	}
	return v.added.commands[n]
}

// admit adds a version, unless it is known.
func (v view) admit(n name) {
	if v.hasVersion(n) {
		return
	}
	id := v.away[n]
	if id == 0 {
		id = -int64(len(v.added.versions) + 1)
	}
	v.added.addVersion(n, version{id: id})
}

// version returns the id of a version that is or was known.
func (v view) version(app, text string) int64 {
	v.catalog.mu.RLock()
	defer v.catalog.mu.RUnlock()
	n := name{app, text}
	for _, id := range [3]int64{v.catalog.versions[n].id, v.added.versions[n].id, v.away[n]} {
		if id != 0 {
			return id
		}
	}
	return 0
}

// reported reports whether a version was reported on a day already.
func (v view) reported(n name, day int64) bool {
	v.catalog.mu.RLock()
	defer v.catalog.mu.RUnlock()
	return v.catalog.versions[n].lastDay == day || v.added.versions[n].lastDay == day
}

// name writes the commands that a batch adds, and the versions that it adds or
// that were reported otherwise than before, and gives the batch their ids.
func (s *Store) name(ctx context.Context, tx *sql.Tx, b *batch) error {
	added := b.known.added
	var rows []any
	for _, n := range slices.SortedFunc(maps.Keys(added.commands), compareNames) {
		if added.commands[n] < 0 {
			rows = append(rows, n.app, n.text)
		}
	}
	ids := map[int64]int64{}
	err := s.insert(ctx, tx, `INSERT INTO commands (app, path) VALUES `, 2, rows, ` ON CONFLICT (app, path) DO UPDATE SET path = excluded.path RETURNING app, path, id`,
		func(scan scan) error {
			var n name
			var id int64
			err := scan(&n.app, &n.text, &id)
			ids[added.commands[n]] = id
			added.commands[n] = id
			return err
		})
	if err != nil {
		return err
	}
	rows = nil
	for _, n := range slices.SortedFunc(maps.Keys(b.versions), compareNames) {
		rows = append(rows, n.app, n.text, b.today, b.today, b.versions[n])
	}
	versions := map[int64]int64{}
	err = s.insert(ctx, tx, `INSERT INTO versions (app, name, first_day, last_day, installs) VALUES `, 5, rows,
		` ON CONFLICT (app, name) DO UPDATE SET last_day = excluded.last_day, installs = versions.installs + excluded.installs, away = 0 RETURNING app, name, id`,
		func(scan scan) error {
			var n name
			one := version{lastDay: b.today}
			err := scan(&n.app, &n.text, &one.id)
			if old := added.versions[n].id; old < 0 {
				versions[old] = one.id
			}
			added.addVersion(n, one)
			return err
		})
	if err != nil {
		return err
	}
	if len(ids)+len(versions) == 0 {
		return nil
	}
	id := func(ids map[int64]int64, old int64) int64 {
		if old < 0 {
			return ids[old]
		}
		return old
	}
	sums := sums{}
	for key, n := range b.sums {
		key.command, key.version = id(ids, key.command), id(versions, key.version)
		sums[key] += n
	}
	b.sums = sums
	for key := range b.changed {
		for i, one := range b.rows[key].uses {
			b.rows[key].uses[i].command, b.rows[key].uses[i].version = id(ids, one.command), id(versions, one.version)
		}
	}
	return nil
}

package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// A name is a command or a version of an app. An app as a whole is the command
// with an empty path.
type name struct{ app, text string }

// A catalog knows what there is: series, commands and versions, and so what a
// report would add.
type catalog struct {
	mu       sync.RWMutex
	series   map[Key]bool
	commands map[name]int64 // ids
	versions map[name]int64
	apps     map[string]int // versions of each
}

func newCatalog() *catalog {
	return &catalog{series: map[Key]bool{}, commands: map[name]int64{}, versions: map[name]int64{}, apps: map[string]int{}}
}

// loadCatalog reads what is there.
func (s *Store) loadCatalog(ctx context.Context) (*catalog, error) {
	c := newCatalog()
	err := s.query(ctx, `SELECT app, path, id FROM commands`, nil, func(scan scan) error {
		var n name
		var id int64
		err := scan(&n.app, &n.text, &id)
		c.commands[n] = id
		return err
	})
	if err != nil {
		return nil, err
	}
	err = s.query(ctx, `SELECT app, name, id FROM versions`, nil, func(scan scan) error {
		var n name
		var id int64
		err := scan(&n.app, &n.text, &id)
		c.addVersion(n, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	err = s.query(ctx, `SELECT command, exit_code, cli_version, operating_system FROM series`, nil, func(scan scan) error {
		var key Key
		err := scan(&key.Command, &key.ExitCode, &key.CLIVersion, &key.OperatingSystem)
		c.series[key] = true
		return err
	})
	return c, err
}

func (c *catalog) addVersion(n name, id int64) {
	if _, ok := c.versions[n]; !ok {
		c.apps[n.app]++
	}
	c.versions[n] = id
}

// learn adds what a batch has committed.
func (c *catalog) learn(added *catalog) {
	c.mu.Lock()
	defer c.mu.Unlock()
	maps.Copy(c.series, added.series)
	maps.Copy(c.commands, added.commands)
	for n, id := range added.versions {
		c.addVersion(n, id)
	}
}

func (c *catalog) allApps() []string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return slices.Sorted(maps.Keys(c.apps))
}

// A view is the catalog and what one batch adds, which only counts once it is
// committed. Until then the ids of what it adds are negative.
type view struct {
	catalog *catalog
	added   *catalog
}

func (c *catalog) view() view { return view{c, newCatalog()} }

// admitVersion returns the version to count a report under, which is Overflow
// for one too many, and refuses a new app when there are too many.
func (v view) admitVersion(app, version string) (string, error) {
	v.catalog.mu.RLock()
	defer v.catalog.mu.RUnlock()
	n := name{app, version}
	if v.catalog.versions[n] != 0 || v.added.versions[n] != 0 {
		return version, nil
	}
	known := v.catalog.apps[app] + v.added.apps[app]
	switch {
	case known == 0 && len(v.catalog.apps)+len(v.added.apps) >= MaxApps:
		return "", &Refusal{fmt.Sprintf("more than %d apps report here", MaxApps)}
	case known >= MaxVersions:
		return Overflow, nil
	}
	return version, nil
}

// admit returns the series to count under: the one that is asked for, or where
// there are too many one that all further ones of the app share.
func (v view) admit(key Key) Key {
	v.catalog.mu.RLock()
	defer v.catalog.mu.RUnlock()
	if v.catalog.series[key] || v.added.series[key] {
		return key
	}
	if len(v.catalog.series)+len(v.added.series) >= MaxSeries {
		key.Command, key.CLIVersion = key.App()+" "+Overflow, Overflow
	}
	v.added.series[key] = true
	return key
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

func (v view) version(app, version string) int64 {
	v.catalog.mu.RLock()
	defer v.catalog.mu.RUnlock()
	n := name{app, version}
	if id := v.catalog.versions[n]; id != 0 {
		return id
	}
	if v.added.versions[n] == 0 {
		v.added.addVersion(n, -int64(len(v.added.versions)+1))
	}
	return v.added.versions[n]
}

// name writes the commands and versions that a batch adds, and gives the batch
// their ids.
func (s *Store) name(ctx context.Context, tx *sql.Tx, b *batch) error {
	added := b.known.added
	commands, err := s.insertNames(ctx, tx, added.commands, `INSERT INTO commands (app, path) VALUES `,
		` ON CONFLICT (app, path) DO UPDATE SET path = excluded.path RETURNING app, path, id`)
	if err != nil {
		return err
	}
	versions, err := s.insertNames(ctx, tx, added.versions, `INSERT INTO versions (app, name, first_day, last_day, installs) VALUES `,
		` ON CONFLICT (app, name) DO UPDATE SET name = excluded.name RETURNING app, name, id`, b.today, b.today, 0)
	if err != nil {
		return err
	}
	id := func(ids map[int64]int64, old int64) int64 {
		if old < 0 {
			return ids[old]
		}
		return old
	}
	if len(commands)+len(versions) == 0 {
		return nil
	}
	sums := sums{}
	for key, n := range b.sums {
		key.command, key.version = id(commands, key.command), id(versions, key.version)
		sums[key] += n
	}
	b.sums = sums
	for key := range b.changed {
		for i, one := range b.rows[key].uses {
			b.rows[key].uses[i].command, b.rows[key].uses[i].version = id(commands, one.command), id(versions, one.version)
		}
	}
	return nil
}

// insertNames returns the new ids by the old.
func (s *Store) insertNames(ctx context.Context, tx *sql.Tx, names map[name]int64, head, tail string, more ...any) (map[int64]int64, error) {
	var rows [][]any
	for _, n := range slices.SortedFunc(maps.Keys(names), func(a, b name) int {
		return strings.Compare(a.app+"\x00"+a.text, b.app+"\x00"+b.text)
	}) {
		rows = append(rows, append([]any{n.app, n.text}, more...))
	}
	ids := map[int64]int64{}
	err := s.insert(ctx, tx, head, rows, tail, func(scan scan) error {
		var n name
		var id int64
		err := scan(&n.app, &n.text, &id)
		ids[names[n]] = id
		names[n] = id
		return err
	})
	return ids, err
}

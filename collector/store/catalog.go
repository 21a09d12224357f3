package store

import (
	"context"
	"database/sql"
	"maps"
	"sync"
)

// A name is a command or a version of an app. An app as a whole is the command
// with an empty path.
type name struct{ app, text string }

// A catalog has in memory which series, commands, versions and registrations exist. It lacks
// what gave way or is silent, and what other collectors made since it was read.
type catalog struct {
	names      int64 // of the clock, when it was read
	registered map[string]*listing

	mu       sync.RWMutex
	series   map[Key]bool
	commands map[name]int64 // ids
	versions map[name]version
	apps     map[string]int // versions of each
}

type version struct{ id, lastDay int64 }

func newCatalog() *catalog {
	return &catalog{series: map[Key]bool{}, commands: map[name]int64{}, versions: map[name]version{}, apps: map[string]int{}}
}

// catalog returns the catalog, read again if something other than a report has changed it. As
// long as the transaction has the clock locked, no other can change it.
func (s *Store) catalog(ctx context.Context, tx *sql.Tx, c clock) (*catalog, error) {
	if known := s.known.Load(); known != nil && known.names == c.names {
		return known, nil
	}
	known, err := s.loadCatalog(ctx, tx, c)
	if err == nil {
		s.known.Store(known)
	}
	return known, err
}

// there is the condition for the commands that did not give way, and for the apps of
// which a version did not.
const there = `(EXISTS (SELECT 1 FROM series WHERE series.command = commands.path AND series.away = 0)
	OR path IN ('', app || ' ` + Overflow + `') AND EXISTS (SELECT 1 FROM versions WHERE versions.app = commands.app AND versions.away = 0))`

// loadCatalog reads everything that did not give way.
func (s *Store) loadCatalog(ctx context.Context, tx *sql.Tx, at clock) (*catalog, error) {
	c := newCatalog()
	c.names = at.names
	err := s.run(ctx, tx, `SELECT app, path, id FROM commands WHERE `+there, nil, func(scan scan) error {
		var n name
		var id int64
		err := scan(&n.app, &n.text, &id)
		c.commands[n] = id
		return err
	})
	if err != nil {
		return nil, err
	}
	err = s.run(ctx, tx, `SELECT app, name, id, last_day FROM versions WHERE away = 0`, nil, func(scan scan) error {
		var n name
		var one version
		err := scan(&n.app, &n.text, &one.id, &one.lastDay)
		c.addVersion(n, one)
		return err
	})
	if err != nil {
		return nil, err
	}
	err = s.run(ctx, tx, `SELECT command, exit_code, cli_version, operating_system FROM series WHERE away = 0`, nil, func(scan scan) error {
		var key Key
		err := scan(&key.Command, &key.ExitCode, &key.CLIVersion, &key.OperatingSystem)
		c.series[key] = true
		return err
	})
	if err != nil {
		return nil, err
	}
	c.registered, err = s.loadListings(ctx, tx)
	return c, err
}

func (c *catalog) addVersion(n name, one version) {
	if _, ok := c.versions[n]; !ok {
		c.apps[n.app]++
	}
	c.versions[n] = one
}

// learn adds what a batch has committed.
func (c *catalog) learn(added *catalog) {
	c.mu.Lock()
	defer c.mu.Unlock()
	maps.Copy(c.series, added.series)
	maps.Copy(c.commands, added.commands)
	for n, one := range added.versions {
		c.addVersion(n, one)
	}
}

package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// A Release is what a CLI's author registers of a version: its commands, and the names of its
// exit codes.
type Release struct {
	App, Version string
	Registered   time.Time // set by Register
	Commands     []wire.Command
	ExitCodes    []wire.ExitCode
}

// Register registers a release, or replaces its registration. What was counted stays as it is.
// An error that the caller caused is a *Refusal.
func (s *Store) Register(ctx context.Context, now time.Time, r Release) error {
	if err := wire.CheckVersion(r.Version); err != nil {
		return &Refusal{err.Error()}
	}
	if r.Version == Unregistered || r.Version == Overflow {
		return &Refusal{fmt.Sprintf("%s stands for versions that are none of a release", r.Version)}
	}
	if len(r.Commands) == 0 {
		return &Refusal{"a release has at least one command"}
	}
	for _, one := range r.Commands {
		if app, _, _ := strings.Cut(one.Path, " "); app != r.App {
			return &Refusal{fmt.Sprintf("%q is not a command of %s", one.Path, r.App)}
		}
	}
	return s.write(ctx, s.dialect.lockRow, func(tx *sql.Tx, _ clock) error {
		if _, err := tx.ExecContext(ctx, `UPDATE clock SET names = names + 1`); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, s.dialect.bind(`INSERT INTO releases (app, version, registered, commands, exit_codes) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (app, version) DO UPDATE SET commands = excluded.commands, exit_codes = excluded.exit_codes`),
			r.App, r.Version, now.UnixMilli(), wire.FormatCommands(r.Commands), wire.FormatExitCodes(r.ExitCodes))
		return err
	})
}

// Unregister deletes a registration, and reports whether there was one. What was counted stays
// as it is.
func (s *Store) Unregister(ctx context.Context, app, version string) (found bool, err error) {
	err = s.write(ctx, s.dialect.lockRow, func(tx *sql.Tx, _ clock) error {
		if _, err := tx.ExecContext(ctx, `UPDATE clock SET names = names + 1`); err != nil {
			return err
		}
		gone, err := tx.ExecContext(ctx, s.dialect.bind(`DELETE FROM releases WHERE app = ? AND version = ?`), app, version)
		if err != nil {
			return err
		}
		rows, err := gone.RowsAffected()
		found = rows > 0
		return err
	})
	return found, err
}

// Releases returns what is registered of an app, the newest version first. Releases may
// share a list of commands.
func (s *Store) Releases(ctx context.Context, app string) ([]Release, error) {
	var all []Release
	parsed := map[string][]wire.Command{} // most releases have the commands of the one before
	err := s.query(ctx, `SELECT version, registered, commands, exit_codes FROM releases WHERE app = ?`, []any{app}, func(scan scan) error {
		one := Release{App: app}
		var registered int64
		var commands, codes []byte
		err := scan(&one.Version, &registered, &commands, &codes)
		// A release that cannot be read does not keep the others from being read.
		if _, known := parsed[string(commands)]; !known {
			parsed[string(commands)], _ = wire.ParseCommands(commands)
		}
		one.Commands = parsed[string(commands)]
		one.ExitCodes, _ = wire.ParseExitCodes(codes)
		one.Registered = time.UnixMilli(registered).UTC()
		all = append(all, one)
		return err
	})
	slices.SortFunc(all, func(a, b Release) int { return newestFirst(a.Version, b.Version) })
	return all, err
}

// A Version is a version of an app that was reported and did not give way, or was registered.
type Version struct {
	Name       string
	Installs   int64     // how many ever reported it
	First      time.Time // the day of its first report; zero if there was none
	Registered time.Time // zero: it was not
}

// Versions returns the versions of an app, the newest first.
func (s *Store) Versions(ctx context.Context, app string) ([]Version, error) {
	found := map[string]Version{}
	err := s.query(ctx, `SELECT name, first_day, installs, 0 FROM versions WHERE app = ? AND away = 0 UNION ALL SELECT version, 0, 0, registered FROM releases WHERE app = ?`, []any{app, app}, func(scan scan) error {
		var name string
		var first, installs, registered int64
		err := scan(&name, &first, &installs, &registered)
		one := found[name]
		one.Name = name
		one.Installs += installs
		if first != 0 {
			one.First = date(first)
		}
		if registered != 0 {
			one.Registered = time.UnixMilli(registered).UTC()
		}
		found[name] = one
		return err
	})
	var all []Version
	for _, one := range found {
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b Version) int { return newestFirst(a.Name, b.Name) })
	return all, err
}

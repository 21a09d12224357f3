package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// Unregistered stands for the versions of an app that nobody registered, if any is registered.
const Unregistered = "(unregistered)"

// A listing has what is registered of one app.
type listing struct {
	releases map[string]*wire.AllowList // by version; nil for one whose commands cannot be read
	all      *wire.AllowList            // of all releases together
	codes    map[int]bool               // exit codes with a name in one of the releases
}

func (l *listing) has(version string) bool {
	_, ok := l.releases[version]
	return ok
}

// registered returns the name under which a version is registered, if it is: a tag begins with
// a v that builds often leave out.
func (l *listing) registered(version string) string {
	other, cut := strings.CutPrefix(version, "v")
	if !cut {
		other = "v" + version
	}
	for _, name := range []string{version, other} {
		if l.has(name) {
			return name
		}
	}
	return Unregistered
}

// loadListings reads what is registered, by app. If the commands of a release cannot be read,
// its version still counts, under the commands of the other releases.
func (s *Store) loadListings(ctx context.Context, tx *sql.Tx) (map[string]*listing, error) {
	found := map[string]*listing{}
	lists := map[string]*wire.AllowList{} // most releases have the commands of the one before
	err := s.run(ctx, tx, `SELECT app, version, commands, exit_codes FROM releases`, nil, func(scan scan) error {
		var app, version string
		var text, codes []byte
		if err := scan(&app, &version, &text, &codes); err != nil {
			return err
		}
		one := found[app]
		if one == nil {
			one = &listing{map[string]*wire.AllowList{}, &wire.AllowList{}, map[int]bool{}}
			found[app] = one
		}
		if _, known := lists[string(text)]; !known {
			lists[string(text)] = nil
			if commands, err := wire.ParseCommands(text); err == nil {
				lists[string(text)] = &wire.AllowList{}
				lists[string(text)].Add(commands)
				one.all.Add(commands) // a list is of one app
			}
		}
		one.releases[version] = lists[string(text)]
		if named, err := wire.ParseExitCodes(codes); err == nil {
			for _, code := range named {
				one.codes[code.Code] = true
			}
		}
		return nil
	})
	return found, err
}

// A named report has the names that it counts under.
type named struct {
	Submission
	key        string // of the install
	version    string
	paths      []string // one for each counter
	registered *listing // nil: the app has no registered release
	bounded    bool     // somebody listed the commands of the app, or registered a release
}

// free reports whether a series may be made whoever reports it: it is of a registered release,
// with a usual exit code or one that has a name.
func (n *named) free(code int) bool {
	if n.registered == nil || n.version == Unregistered {
		return false
	}
	return code >= wire.NoExit && code <= 1 || n.registered.codes[code]
}

// name finds the names that a report counts under, or refuses it. A command counts under its
// own name if it is listed: by its release, by any release of the app if its own is not
// registered, or by the collector's allow-list. If nobody listed any command of the app, names
// in ASCII count; other letters can look like these.
func (c *catalog) name(report *named, list *wire.AllowList) error {
	app := report.App
	report.registered = c.registered[app]
	report.bounded = report.registered != nil || list.Has(app)
	switch {
	case report.bounded:
	case list != nil:
		return &Refusal{fmt.Sprintf("no CLI named %q reports here", app)}
	case !wire.ASCII(app):
		return &Refusal{"a CLI whose name is not in ASCII has to be listed (--commands) or registered"}
	}
	report.version = report.CLIVersion
	var own *wire.AllowList
	if report.registered != nil {
		report.version = report.registered.registered(report.version)
		own = report.registered.releases[report.version]
		if own == nil {
			own = report.registered.all
		}
	} else if !wire.ASCII(report.version) {
		report.version = Overflow
	}
	listed := func(path string) bool { return list.Lists(path) || own.Lists(path) }
	if !report.bounded {
		listed = wire.ASCII
	}
	report.paths = make([]string, len(report.Counters))
	for i, counter := range report.Counters {
		report.paths[i] = counter.Path
		if !listed(counter.Path) {
			report.paths[i] = wire.Under(counter.Path, listed)
		}
	}
	return nil
}

package answers

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// Releases are the registered releases.
type Releases struct {
	App      string    `json:"app"`
	Releases []Release `json:"releases"` // newest first
}

// A Release has what was registered of one.
type Release struct {
	Version    string      `json:"version"`
	Registered Day         `json:"registered"`
	Commands   int         `json:"commands"`
	Added      []string    `json:"added"`   // commands that the release before does not list
	Removed    []string    `json:"removed"` // commands that only the release before lists
	ExitCodes  []CodeNames `json:"exit_codes"`
}

// CodeNames are the names of an exit code in the source of a release.
type CodeNames struct {
	Code  int      `json:"exit_code"`
	Names []string `json:"names"`
}

// AskReleases lists the registered releases of q.App.
func AskReleases(ctx context.Context, s Store, q Question) (Releases, error) {
	a := Releases{App: q.App, Releases: []Release{}}
	releases, err := s.Releases(ctx, q.App)
	if err != nil {
		return a, err
	}
	for i, r := range releases {
		one := Release{Version: r.Version, Registered: dayOf(r.Registered), Commands: len(r.Commands), Added: []string{}, Removed: []string{}, ExitCodes: []CodeNames{}}
		if i+1 < len(releases) {
			one.Added, one.Removed = without(r, releases[i+1]), without(releases[i+1], r)
		}
		for _, code := range r.ExitCodes {
			one.ExitCodes = append(one.ExitCodes, CodeNames{code.Code, code.Names})
		}
		a.Releases = append(a.Releases, one)
	}
	return a, nil
}

// without returns the commands of r that other does not list.
func without(r, other store.Release) []string {
	paths, listed := []string{}, map[string]bool{}
	if slices.Equal(r.Commands, other.Commands) { // the usual case
		return paths
	}
	for _, c := range other.Commands {
		listed[c.Path] = true
	}
	for _, c := range r.Commands {
		if !listed[c.Path] {
			paths = append(paths, c.Path)
		}
	}
	return paths
}

// Unused has the commands that a release lists and nobody uses.
type Unused struct {
	Period
	Release  string          `json:"release"`  // whose list it is; empty: none is registered
	Listed   int             `json:"listed"`   // commands in the list
	Commands []UnusedCommand `json:"commands"` // the longest unused first
}

// An UnusedCommand had no run in the period.
type UnusedCommand struct {
	Path       string `json:"command"`
	Hidden     bool   `json:"hidden"`
	Deprecated bool   `json:"deprecated"`
	Group      bool   `json:"group"` // it has commands below it, and may only print its help, which is never counted
	Listed     Day    `json:"listed"`
	Last       Day    `json:"last"` // the last day of which a run was reported; null: none is remembered
	Days       int    `json:"days"` // since that day, or since the first release that lists it
}

// AskUnused lists the commands of a release, by default the newest, that no
// install has used in the period; with q.Version, none in that version.
func AskUnused(ctx context.Context, s Store, q Question) (Unused, error) {
	q.Command = ""
	a := Unused{Period: q.about(), Commands: []UnusedCommand{}}
	releases, err := s.Releases(ctx, q.App)
	if err != nil {
		return a, err
	}
	at := 0
	if q.Version != "" {
		at = slices.IndexFunc(releases, func(r store.Release) bool { return r.Version == q.Version })
	}
	if at < 0 {
		return a, refuse("%s %s is not registered, so what it lists is not known.", q.App, q.Version)
	}
	if len(releases) == 0 {
		return a, nil
	}
	release := releases[at]
	a.Release, a.Listed = release.Version, len(release.Commands)
	last, err := lastUse(ctx, s, q)
	if err != nil {
		return a, err
	}
	below, listed := groups(release.Commands), listedSince(releases)
	for _, c := range release.Commands {
		if used := last[c.Path]; !used.IsZero() && !used.Before(q.Since) {
			continue
		}
		one := UnusedCommand{Path: c.Path, Hidden: c.Hidden, Deprecated: c.Deprecated, Listed: listed[c.Path], Last: Day{last[c.Path]}}
		one.Group = below[c.Path]
		from := one.Last.Time
		if from.IsZero() {
			from = one.Listed.Time
		}
		one.Days = max(0, int(q.Until.Sub(from).Hours()/24))
		a.Commands = append(a.Commands, one)
	}
	slices.SortFunc(a.Commands, func(a, b UnusedCommand) int {
		return cmp.Or(cmp.Compare(b.Days, a.Days), cmp.Compare(a.Path, b.Path))
	})
	return a, nil
}

// groups returns the commands that have others below them.
func groups(commands []wire.Command) map[string]bool {
	groups := map[string]bool{}
	for _, c := range commands {
		for at := range c.Path {
			if c.Path[at] == ' ' {
				groups[c.Path[:at]] = true
			}
		}
	}
	return groups
}

// lastUse returns, for each command that was used, the last day on which it was, up to the end
// of the period.
func lastUse(ctx context.Context, s Store, q Question) (map[string]time.Time, error) {
	last := map[string]time.Time{}
	if q.Current() {
		spans, err := s.Spans(ctx, q.selection())
		for path, span := range spans {
			last[path] = span.Last
		}
		return last, err
	}
	q.Since = q.Until.AddDate(0, 0, 1-MostDays)
	rows, err := s.ByCommand(ctx, q.selection())
	for _, row := range rows {
		if row.Runs > 0 {
			last[row.Name] = row.Last
		}
	}
	return last, err
}

// listedSince returns, for each command, when the first release that lists it was registered.
func listedSince(releases []store.Release) map[string]Day {
	since := map[string]Day{}
	var before store.Release
	for _, r := range slices.Backward(releases) {
		if at := dayOf(r.Registered); !slices.Equal(r.Commands, before.Commands) || at.Before(dayOf(before.Registered).Time) {
			for _, c := range r.Commands {
				if first, known := since[c.Path]; !known || at.Before(first.Time) {
					since[c.Path] = at
				}
			}
		}
		before = r
	}
	return since
}

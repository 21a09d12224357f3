package store

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"strings"
	"time"
)

// A Reason is the limit because of which something of a report was held back.
type Reason string

// Runs over the first two are not counted, and will not be: their marks have
// risen. Runs over the third have no mark. A report over the next two is left out for now; as
// counts are cumulative, the install's next one that is let in brings all. Runs over the
// others do count, under Overflow.
const (
	InstallRuns     Reason = "install_runs"
	NetworkRuns     Reason = "network_runs"
	InstallMarks    Reason = "install_marks"
	NetworkInstalls Reason = "network_installs"
	NetworkApps     Reason = "network_apps"
	NetworkVersions Reason = "network_versions"
	NetworkCommands Reason = "network_commands"
	NetworkSeries   Reason = "network_series"
	Room            Reason = "room"
)

// Reasons has all of them.
var Reasons = []Reason{InstallRuns, NetworkRuns, InstallMarks, NetworkInstalls, NetworkApps, NetworkVersions, NetworkCommands, NetworkSeries, Room}

// Text returns the reason in words.
func (r Reason) Text() string {
	switch r {
	case InstallRuns:
		return "more runs of one install than it may add in a day"
	case NetworkRuns:
		return "more runs from one network than it may add"
	case InstallMarks:
		return "more commands and exit codes of one install than are kept"
	case NetworkInstalls:
		return "more new installs from one network than it may add in a day"
	case NetworkApps:
		return "more new apps from one network than it may add in a day"
	case NetworkVersions:
		return "more new versions from one network than it may add in a day"
	case NetworkCommands:
		return "more new commands from one network than it may add in a day"
	case NetworkSeries:
		return "more new series from one network than it may add in a day"
	case Room:
		return "more new names at once than there was room for"
	}
	return string(r)
}

// HeldCount says of how many reports something was held back, and how many runs are not
// counted because of that. These runs and the counted ones add up to the sum of all
// high-water marks.
type HeldCount struct{ Reports, Runs int64 }

// Held says what was held back on a day.
type Held struct {
	Date   time.Time
	App    string // Overflow if it is not known
	Reason Reason
	HeldCount
}

// HeldBack returns what was held back from one day to another, by day, app and
// reason.
func (s *Store) HeldBack(ctx context.Context, since, until time.Time) ([]Held, error) {
	var all []Held
	err := s.query(ctx, `SELECT day, app, reason, reports, runs FROM held WHERE day >= ? AND day <= ? ORDER BY day, app, reason`, []any{day(since), day(until)}, func(scan scan) error {
		var one Held
		var at int64
		err := scan(&at, &one.App, &one.Reason, &one.Reports, &one.Runs)
		one.Date = date(at)
		all = append(all, one)
		return err
	})
	return all, err
}

type heldKey struct {
	app    string
	reason Reason
}

// held counts what a batch holds back.
type held map[heldKey]HeldCount

func (h held) add(app string, reason Reason, runs int64) {
	count := h[heldKey{app, reason}]
	h[heldKey{app, reason}] = HeldCount{count.Reports + 1, count.Runs + runs}
}

// byReason adds up the apps.
func (h held) byReason() map[Reason]HeldCount {
	sums := map[Reason]HeldCount{}
	for key, count := range h {
		sums[key.reason] = HeldCount{sums[key.reason].Reports + count.Reports, sums[key.reason].Runs + count.Runs}
	}
	return sums
}

// addHeld writes what a batch held back.
func (s *Store) addHeld(ctx context.Context, tx *sql.Tx, today int64, h held) error {
	var rows []any
	for _, key := range slices.SortedFunc(maps.Keys(h), func(a, b heldKey) int {
		return strings.Compare(a.app+"\x00"+string(a.reason), b.app+"\x00"+string(b.reason))
	}) {
		rows = append(rows, today, key.app, string(key.reason), h[key].Reports, h[key].Runs)
	}
	return s.insert(ctx, tx, `INSERT INTO held (day, app, reason, reports, runs) VALUES `, 5, rows,
		` ON CONFLICT (day, app, reason) DO UPDATE SET reports = held.reports + excluded.reports, runs = held.runs + excluded.runs`, nil)
}

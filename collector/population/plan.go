// Package population is a CLI's users for a year: installs come and go, take up
// releases, run commands that sometimes fail, and report, while reports are lost,
// repeated and late. It remembers what arrived, and counts from that what a
// collector should say: slowly, from every single event, as a collector may not.
package population

import (
	"time"

	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// App is the CLI's name.
const App = "pace"

// A Plan is what happens.
type Plan struct {
	Seed     uint64
	Installs int
	Days     int
	Start    time.Time // the first day, UTC midnight
	Releases []Release // oldest first
	Quiet    bool      // no release breaks anything and no script runs wild
}

// A Release comes out on a day and may break a command.
type Release struct {
	Version string
	Day     int // days after Start
	Broken  string
	Rate    float64 // at which runs of Broken fail
}

// A Command is one of the CLI, with how often it is run beside the others, and
// how often it fails.
type Command struct {
	Path       string
	Weight     float64
	Fails      float64
	Lost       float64 // ends without an exit
	Since      int     // the release that brought it
	Hidden     bool
	Deprecated bool
}

// Commands is the CLI. What has no weight nobody uses.
var Commands = []Command{
	{Path: "pace", Weight: .4, Fails: 1},
	{Path: "pace apply"},
	{Path: "pace apply data-policy", Weight: 10, Fails: .022, Lost: .004},
	{Path: "pace delete"},
	{Path: "pace delete data-policy", Weight: 1.2, Fails: .02},
	{Path: "pace disable app", Weight: .4, Fails: .01, Deprecated: true},
	{Path: "pace disable plugin", Deprecated: true},
	{Path: "pace evaluate", Weight: 6, Fails: .11, Lost: .006},
	{Path: "pace export metrics", Hidden: true},
	{Path: "pace get"},
	{Path: "pace get blueprint-policy", Weight: 4.2, Fails: .045},
	{Path: "pace get data-policies", Weight: 22, Fails: .012, Lost: .002},
	{Path: "pace get lineage", Weight: 2.4, Fails: .06, Lost: .01, Since: 3},
	{Path: "pace get processing-platforms", Weight: 8, Fails: .006},
	{Path: "pace list"},
	{Path: "pace list catalogs", Weight: 16, Fails: .008, Lost: .001},
	{Path: "pace list groups", Weight: 3, Fails: .004},
	{Path: "pace list schemas"},
	{Path: "pace list tables", Weight: 7.5, Fails: .031, Lost: .003},
	{Path: "pace login", Weight: 5, Fails: .14, Lost: .01},
	{Path: "pace plugins invoke", Since: 2},
	{Path: "pace transpile", Weight: 3.6, Fails: .063, Lost: .002, Since: 1},
	{Path: "pace upsert global-transform", Weight: 2.1, Fails: .118, Lost: .004},
	{Path: "pace version", Weight: 2.6},
}

// Year is 365 days with four releases, of which the last one breaks a command.
// Until is the last day.
func Year(seed uint64, installs int, until time.Time) Plan {
	return Plan{
		Seed: seed, Installs: installs, Days: 365, Start: until.AddDate(0, 0, -364),
		Releases: []Release{
			{Version: "v1.15.0"},
			{Version: "v1.16.0", Day: 96},
			{Version: "v1.17.0", Day: 215},
			{Version: "v1.18.0", Day: 341, Broken: "pace apply data-policy", Rate: .22},
		},
	}
}

// Listed is the list of commands of the nth release.
func Listed(release int) []wire.Command {
	var list []wire.Command
	for _, c := range Commands {
		if c.Since <= release {
			list = append(list, wire.Command{Path: c.Path, Hidden: c.Hidden, Deprecated: c.Deprecated})
		}
	}
	return list
}

// ExitCodes are the names that the CLI's source gives its exit codes.
var ExitCodes = []wire.ExitCode{{Code: 1, Names: []string{"exitFailed"}}, {Code: 2, Names: []string{"exitUsage"}}, {Code: 3, Names: []string{"exitNotFound"}}}

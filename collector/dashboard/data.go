// Package dashboard draws what the collector knows as one page of HTML.
package dashboard

import (
	"context"
	"time"
)

// A Filter selects what a page shows. Empty strings select everything.
type Filter struct {
	App     string
	Version string
	From    time.Time // the first day, UTC midnight
	To      time.Time // the last day, included, UTC midnight
}

// Data is what a page shows. All lists are complete; the page decides what to leave out.
type Data struct {
	Apps      []string  // every app, for the choice
	Versions  []string  // every version of the chosen app, newest first
	Installs  int64     // installs that reported in the period; of a version, those whose latest report was of it
	Days      []Day     // every day of the period, also those without a run
	Commands  []Command // by runs, most first
	ExitCodes []Count   // by runs, most first; "-1" is "no exit seen"
	Releases  []Count   // runs by CLI version
	Systems   []Count   // runs by operating system

	Comparison *Comparison // nil: there are no two releases of one app to compare
}

// A Comparison is what got worse from one release of the app to the next.
type Comparison struct {
	From, To string
	Commands int     // that installs of both have used
	Worse    []Worse // worst first
}

// Worse is a command at which more installs fail at their first use of it in a
// release than in the one before, beyond chance.
type Worse struct {
	Path                     string
	FromFailed, FromInstalls int64
	ToFailed, ToInstalls     int64
	Low, High                float64 // of the difference of the shares, at 95 %
}

// A Day is what was reported on one day. Runs are counted on the day their report arrived.
type Day struct {
	Date     time.Time
	Runs     int64
	Failures int64 // exit codes other than 0, -1 included
	Installs int64 // installs that reported on that day
}

// A Command is what is known of one command path.
type Command struct {
	Path     string
	Runs     int64
	Failures int64 // exit codes other than 0 and -1
	NoExit   int64 // runs of which no exit was seen (-1)
}

// A Count is the number of runs with one value of a dimension.
type Count struct {
	Value string
	Runs  int64
}

// A Source answers a page's question; the stores do.
type Source interface {
	Dashboard(ctx context.Context, f Filter) (Data, error)
}

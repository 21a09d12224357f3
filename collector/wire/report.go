// Package wire reads what CLIs send: their telemetry file as JSON, as docs/protocol.md
// describes it. A report that Decode returned obeys every rule of that document, and need not
// be checked again.
package wire

import (
	"github.com/google/uuid"
)

// A Report is the state of one install: how often each of its commands has
// ended with each exit code, ever.
type Report struct {
	App             string // first word of every path; empty if there is no counter
	Counters        []Counter
	CLIVersion      string
	OperatingSystem string // a GOOS, or Other
	ID              uuid.UUID
}

// A Counter is how often one command ended with one exit code.
type Counter struct {
	Path     string // words separated by one space, the app's name first
	ExitCode int    // 0 to 255, or NoExit
	Count    uint64 // at most MaxCount
	Under    string // the path to count it under, if it is not its own
}

// Counted returns the path that a counter counts under.
func (c Counter) Counted() string {
	if c.Under != "" {
		return c.Under
	}
	return c.Path
}

// NoExit stands for the exit code of a run whose end was not seen.
const NoExit = -1

// Limits of a report. A command tree is a few levels deep and its words are
// short; 64 KiB hold about 1,400 counters.
const (
	MaxBody    = 64 << 10 // bytes
	MaxPath    = 256      // bytes
	MaxWords   = 12
	MaxVersion = 64      // bytes
	MaxCount   = 1 << 62 // sums of these do not overflow
)

// Unlisted is the last word of the path of a command that is not listed. The words before it
// are the nearest command that is.
const Unlisted = "(unlisted)"

// Other stands for all values that are not listed.
const Other = "other"

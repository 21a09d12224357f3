//go:build !notelemetry

package telemetry

import (
	"os"
	"testing"
)

// shellCode is the exit code of a process.
func shellCode(state *os.ProcessState) int { return state.ExitCode() }

// pauses are the signals that stop a process and let it go on: there are none.
var pauses = []os.Signal{nil, nil}

// tempDir stays: wine cannot delete as Go wants it.
func tempDir(t testing.TB) string {
	dir, err := os.MkdirTemp("", "")
	must(t, err)
	return dir
}

const (
	dotConfig    = "" // %AppData% is the home folder
	killed       = 1
	parallelRuns = 50
)

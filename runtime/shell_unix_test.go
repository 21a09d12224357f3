//go:build !notelemetry && !windows

package telemetry

import (
	"os"
	"syscall"
	"testing"
)

// shellCode is $? after a process.
func shellCode(state *os.ProcessState) int {
	if status := state.Sys().(syscall.WaitStatus); status.Signaled() {
		return 128 + int(status.Signal())
	}
	return state.ExitCode()
}

// pauses are the signals that stop a process and let it go on.
var pauses = []os.Signal{syscall.SIGSTOP, syscall.SIGCONT}

func tempDir(t testing.TB) string { return t.TempDir() }

const (
	dotConfig    = ".config"
	killed       = 137
	parallelRuns = 500
)

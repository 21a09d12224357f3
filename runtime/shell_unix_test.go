//go:build !notelemetry && !windows

package telemetry

import (
	"os"
	"syscall"
)

// shellCode is $? after a process.
func shellCode(state *os.ProcessState) int {
	if status := state.Sys().(syscall.WaitStatus); status.Signaled() {
		return 128 + int(status.Signal())
	}
	return state.ExitCode()
}

const (
	sigstop = syscall.SIGSTOP
	sigcont = syscall.SIGCONT
)

//go:build !notelemetry

package telemetry

import "os"

// shellCode is the exit code of a process.
func shellCode(state *os.ProcessState) int { return state.ExitCode() }

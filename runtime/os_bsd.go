//go:build !notelemetry && (darwin || freebsd || netbsd || openbsd || dragonfly)

package telemetry

import (
	"os"
	"syscall"
)

const getTermios = syscall.TIOCGETA

// self is the path of this program.
func self() (string, error) { return os.Executable() }

//go:build !notelemetry && !(linux || darwin || freebsd || netbsd || openbsd || dragonfly || windows)

package telemetry

import (
	"errors"
	"os"
	"syscall"
)

// Without a lock of the kernel's nothing can be counted: here telemetry is off.

const exclusive, unlocked = 1, 0

var rename = os.Rename

var errUnsupported = errors.New("no telemetry on this system")

func openFile(path string, flags int) (*os.File, error)    { return nil, errUnsupported }
func setLock(f *os.File, kind int16, at, size int64) error { return errUnsupported }
func owned(path string) bool                               { return false }
func detached() *syscall.SysProcAttr                       { return nil }
func adminFile() string                                    { return "/etc/" + app + "/telemetry" }
func closeInherited()                                      {}

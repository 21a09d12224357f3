//go:build !notelemetry && (darwin || freebsd || netbsd)

package telemetry

import "syscall"

// modified is when a file was last written to, in nanoseconds.
func modified(stat *syscall.Stat_t) int64 { return stat.Mtimespec.Nano() }

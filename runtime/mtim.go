//go:build !notelemetry && (linux || openbsd || dragonfly)

package telemetry

import "syscall"

// modified is when a file was last written to, in nanoseconds.
func modified(stat *syscall.Stat_t) int64 { return stat.Mtim.Nano() }

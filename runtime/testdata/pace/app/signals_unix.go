//go:build !windows

package app

import (
	"os"
	"os/signal"
	"syscall"
)

// addSignals adds the ends that only Unix has.
func addSignals(h Hooks, add func(string, func([]string) error)) {
	add("kill", func([]string) error { return syscall.Kill(os.Getpid(), syscall.SIGKILL) })
	add("term", func([]string) error { _ = syscall.Kill(os.Getpid(), syscall.SIGTERM); select {} })
	add("exec", func([]string) error { return syscall.Exec("/bin/true", []string{"true"}, nil) })
	add("signal", func([]string) error {
		c := make(chan os.Signal, 1)
		signal.Notify(c, syscall.SIGTERM)
		go func() { <-c; h.Exit(143) }()
		_ = syscall.Kill(os.Getpid(), syscall.SIGTERM)
		select {}
	})
}

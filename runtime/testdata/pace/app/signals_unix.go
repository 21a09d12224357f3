//go:build !windows

package app

import (
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// addSignals adds the ends that only Unix has.
func addSignals(h Hooks, add func(string, func([]string) error)) {
	add("kill", func([]string) error { return syscall.Kill(os.Getpid(), syscall.SIGKILL) })
	add("term", func([]string) error {
		_ = syscall.Kill(os.Getpid(), syscall.SIGTERM)
		time.Sleep(time.Minute) // until it arrives; select {} would be a deadlock
		return nil
	})
	add("exec", func([]string) error { return syscall.Exec("/bin/true", []string{"true"}, nil) })
	add("signal", func([]string) error {
		c := make(chan os.Signal, 1)
		signal.Notify(c, syscall.SIGTERM)
		go func() { <-c; h.Exit(143) }()
		_ = syscall.Kill(os.Getpid(), syscall.SIGTERM)
		select {}
	})
	add("closes-files", func([]string) error { // as a daemon does, and then opens its own
		for fd := 3; fd < 64; fd++ {
			_ = syscall.Close(fd)
		}
		for n := 0; n < 8; n++ {
			fd, err := syscall.Open("file"+strconv.Itoa(n), syscall.O_RDWR|syscall.O_CREAT, 0o600)
			if err != nil {
				return err
			}
			if _, err = syscall.Write(fd, []byte(strings.Repeat("x", 20_000))); err != nil {
				return err
			}
		}
		return nil
	})
	add("removes", func(args []string) error { return os.RemoveAll(args[0]) })
}

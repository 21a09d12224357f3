package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/telemetrygen/telemetrygen/collector"
	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// hangups has the process live on at SIGHUP, to its end, and returns a channel that
// has one signal from the first to come until it is read.
func hangups() <-chan os.Signal {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGHUP)
	return signals
}

// reloadOn reads what may have changed on the disk at each hangup, until ctx is
// done. What cannot be read stays as it was.
func (s settings) reloadOn(ctx context.Context, hangups <-chan os.Signal, server *collector.Server, secure encryption, log *slog.Logger) {
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-hangups:
			}
			if list, err := wire.ReadAllowList(s.commands); err != nil {
				log.Error("the commands stay as they were", "error", err)
			} else {
				server.Allow(list)
				log.Info("the commands were read again")
			}
			if secure.reload == nil {
				continue
			}
			if err := secure.reload(); err != nil {
				log.Error("the certificate stays as it was", "error", err)
			} else {
				log.Info("the certificate was read again")
			}
		}
	}()
}

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

// reloadOnHangup reads what may have changed on the disk at each SIGHUP, until
// ctx is done. What cannot be read stays as it was.
func (s settings) reloadOnHangup(ctx context.Context, server *collector.Server, secure encryption, log *slog.Logger) {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	go func() {
		defer signal.Stop(hangups)
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

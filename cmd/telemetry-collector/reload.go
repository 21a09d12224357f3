package main

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/telemetrygen/telemetrygen/collector"
	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// exitCodes is the name of the list that stands beside commands.txt.
const exitCodes = "exitcodes.txt"

// readCommands reads the lists that --commands names: files, and in folders, at
// any depth, every .txt but the lists of exit codes.
func readCommands(paths []string) (*wire.AllowList, error) {
	var files []string
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			files = append(files, path)
			continue
		}
		before := len(files)
		err = filepath.WalkDir(path, func(file string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() && filepath.Ext(file) == ".txt" && entry.Name() != exitCodes {
				files = append(files, file)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		if len(files) == before {
			return nil, &fs.PathError{Op: "read", Path: path, Err: errNoLists}
		}
	}
	return wire.ReadAllowList(files)
}

var errNoLists = errors.New("no .txt file in this folder")

// reloadOnHangup reads what may have changed on the disk at each SIGHUP, until
// ctx is done. What cannot be read stays as it was.
func (s settings) reloadOnHangup(ctx context.Context, server *collector.Server, log *slog.Logger) {
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
			list, err := readCommands(s.commands)
			if err != nil {
				log.Error("the commands stay as they were", "error", err)
				continue
			}
			server.Allow(list)
			log.Info("the commands were read again")
		}
	}()
}

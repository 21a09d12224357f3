package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/telemetrygen/telemetrygen/collector/store"
)

const backupLong = `Backup copies the SQLite file of --store to a new file, as it is at one moment,
also while a collector works on it. The copy can be used as a --store. It has mode
0600, because it has the key of the hashes under which installs are kept. With - for
its name the copy is made in the folder for temporary files, and written to the
standard output.

A PostgreSQL has tools of its own: pg_dump, or the backups of who runs it.

Exit status: 0 when the copy is complete and on the disk, 2 for errors; then there
is no file.`

const backupExamples = `  telemetry-collector backup telemetry-$(date +%F).db

  telemetry-collector backup --store sqlite:/var/lib/telemetry-collector/telemetry.db /backup/telemetry.db

  telemetry-collector backup - | gzip >telemetry.db.gz`

func backup(s *settings, _ environment) *cobra.Command {
	return &cobra.Command{
		Use:     "backup FILE",
		Short:   "Copy the SQLite file, also while a collector runs",
		Long:    backupLong,
		Example: backupExamples,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if args[0] == "-" {
				return s.backupTo(cmd.Context(), cmd.OutOrStdout())
			}
			if err := store.Backup(cmd.Context(), s.store, args[0]); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s is a copy of %s\n", args[0], storeName(s.store))
			return nil
		},
	}
}

// backupTo writes a copy to a stream. It is made whole first: what is an error then
// has written nothing.
func (s *settings) backupTo(ctx context.Context, to io.Writer) error {
	folder, err := os.MkdirTemp("", "telemetry-backup-") // mode 0700
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	copied := filepath.Join(folder, "copy.db")
	if err := store.Backup(ctx, s.store, copied); err != nil {
		return err
	}
	file, err := os.Open(copied)
	if err != nil {
		return err
	}
	os.RemoveAll(folder) // or it would stay where a reader that ends early ends this process; not on Windows
	_, err = io.Copy(to, file)
	return errors.Join(err, file.Close())
}

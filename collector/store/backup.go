package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// Backup copies the SQLite database at a URL, as Open takes it, to a new file with mode 0600.
// The copy is consistent. Backup only reads, so another process may have the store open. The
// file appears when it is complete and on the disk.
func Backup(ctx context.Context, from, to string) (err error) {
	file, ok := strings.CutPrefix(from, "sqlite:")
	if !ok {
		return errors.New("only a SQLite file is copied; use pg_dump for PostgreSQL")
	}
	if err := exists(file); err != nil {
		return err
	}
	if _, err := os.Lstat(to); err == nil {
		return fmt.Errorf("%s is there already", to)
	}
	folder, err := os.MkdirTemp(filepath.Dir(to), ".telemetry-backup-") // mode 0700
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	copied := filepath.Join(folder, "copy.db")
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: file}).EscapedPath()+"?mode=rw&_pragma=busy_timeout(10000)")
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, `VACUUM INTO ?`, copied); err != nil {
		return fmt.Errorf("%s could not be copied to %s: %w", file, to, err)
	}
	if err := os.Chmod(copied, 0o600); err != nil {
		return err
	}
	if err := syncFile(copied); err != nil {
		return err
	}
	if err := os.Link(copied, to); err != nil { // a rename would replace an existing file
		return err
	}
	return syncFile(filepath.Dir(to))
}

func syncFile(name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}

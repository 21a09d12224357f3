package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"sync"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// openSQLite opens a file that one process has for itself. What is committed is on the disk
// (synchronous=FULL). Readers see the last commit, and nobody waits for them (WAL). Beside a
// collector, the file must exist and is not locked.
func openSQLite(name string, beside bool) (s *Store, err error) {
	file, err := resolved(name)
	if err != nil {
		return nil, err
	}
	unlock := func() error { return nil }
	if beside {
		err = exists(file)
	} else if err = makeFile(file); err == nil {
		unlock, err = lockSQLite(file)
	}
	if err != nil {
		return nil, err
	}
	if err := checkSQLite(file); err != nil {
		return nil, errors.Join(err, unlock())
	}
	return &Store{
		file: file,
		db:   sqliteHandle(file, 1, 16, url.Values{"_txlock": {"immediate"}}), // there is one writer anyway
		// The next commit invalidates what readers have cached of a file, and to free it costs
		// them more than to read it again.
		read:     sqliteHandle(file, 2, 1, url.Values{}),
		tell:     sqliteHandle(file, 3, 1, url.Values{}),
		unlock:   unlock,
		compiled: &compiled{statements: map[string]*sql.Stmt{}},
		dialect: dialect{
			bind:    func(query string) string { return query },
			bytes:   "BLOB",
			rows:    32, // the driver searches all arguments for each of them
			enough:  128,
			serial:  "INTEGER PRIMARY KEY AUTOINCREMENT", // a purged number is not given again
			inKey:   "WITHOUT ROWID",
			hasMeta: `SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'meta'`,
			retry:   isBusy,
		},
		lead: func(ctx context.Context, lead func(context.Context) error) error { return lead(ctx) },
	}, nil
}

// sqliteHandle returns a pool of connections to a file, each with a cache of so many MB. The
// first use of a connection opens the file.
func sqliteHandle(file string, connections, cache int, mode url.Values) *sql.DB {
	mode["mode"] = []string{"rw"}
	mode["_pragma"] = []string{"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", fmt.Sprintf("cache_size(%d)", -cache<<10), "temp_store(memory)", "wal_autocheckpoint(10000)"}
	db, err := sql.Open("sqlite", sqliteURI(file)+"?"+mode.Encode())
	if err != nil {
		panic(err) // the driver is not registered
	}
	db.SetMaxOpenConns(connections)
	return db
}

// checkSQLite returns an error for a file that is not SQLite's, or is another program's, before
// anything in it is changed.
func checkSQLite(file string) error {
	db, err := sql.Open("sqlite", sqliteURI(file)+"?mode=rw&_pragma=busy_timeout(10000)")
	if err != nil {
		return err
	}
	var tables, ours int
	err = db.QueryRow(`SELECT COUNT(*), COUNT(CASE name WHEN 'meta' THEN 1 END) FROM sqlite_master`).Scan(&tables, &ours)
	if err == nil && tables > 0 && ours == 0 {
		err = errors.New("it is the database of another program")
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", file, err)
	}
	return errors.Join(err, db.Close())
}

func sqliteURI(file string) string {
	return "file:" + (&url.URL{Path: filepath.ToSlash(file)}).EscapedPath()
}

func isBusy(err error) bool {
	var failure *sqlite.Error
	return errors.As(err, &failure) && failure.Code()&0xff == sqlite3.SQLITE_BUSY
}

// lockSQLite keeps a second collector away from a file: each has a catalog of it in memory, and
// each would write to the sinks. The lock is SQLite's own, on an empty database beside the
// file. So it works wherever SQLite does, and is released when the process ends, however that
// happens.
func lockSQLite(file string) (unlock func() error, err error) {
	name := file + ".lock"
	if err := makeFile(name); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", sqliteURI(name)+"?_pragma=journal_mode(MEMORY)") // which makes no other file
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	ctx := context.Background() // the lock outlasts the caller's context
	held, err := db.Conn(ctx)
	if err == nil {
		_, err = held.ExecContext(ctx, `BEGIN EXCLUSIVE`)
	}
	if isBusy(err) {
		err = fmt.Errorf("another collector works on %s: stop it first, or give this one a file of its own", file)
	} else if err != nil {
		err = fmt.Errorf("%s: %w", name, err)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if err := narrow(name); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return sync.OnceValue(func() error {
		_, err := held.ExecContext(ctx, `ROLLBACK`)
		return errors.Join(err, held.Close(), db.Close())
	}), nil
}

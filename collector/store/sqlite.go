package store

import (
	"context"
	"database/sql"
	"errors"
	"net/url"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// openSQLite opens a file of its own. What is committed is on the disk
// (synchronous=FULL); readers see the last commit and hold up nobody (WAL).
func openSQLite(file string) (*Store, error) {
	if file == "" {
		return nil, errors.New("sqlite: has to be followed by the name of a file")
	}
	open := func(mode url.Values) (*sql.DB, error) {
		mode["_pragma"] = []string{"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "cache_size(-65536)", "temp_store(memory)", "wal_autocheckpoint(10000)"}
		return sql.Open("sqlite", "file:"+(&url.URL{Path: file}).EscapedPath()+"?"+mode.Encode())
	}
	db, err := open(url.Values{"_txlock": {"immediate"}})
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // there is one writer anyway
	read, err := open(url.Values{"mode": {"rw"}})
	if err != nil {
		db.Close()
		return nil, err
	}
	read.SetMaxOpenConns(4)
	return &Store{
		db:       db,
		read:     read,
		compiled: &compiled{statements: map[string]*sql.Stmt{}},
		dialect: dialect{
			bind:    func(query string) string { return query },
			bytes:   "BLOB",
			rows:    32, // the driver looks for each argument among all of them
			serial:  "INTEGER PRIMARY KEY",
			hasMeta: `SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'meta'`,
			retry: func(err error) bool {
				var failure *sqlite.Error
				return errors.As(err, &failure) && failure.Code()&0xff == sqlite3.SQLITE_BUSY
			},
		},
		lead: func(ctx context.Context, lead func(context.Context) error) error { return lead(ctx) },
	}, nil
}

package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net"
	"slices"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Unavailable reports whether an error is about the database itself, which is gone, locked or
// full, and not about what it was asked to store. Then nothing else can be stored either.
func Unavailable(err error) bool {
	var network net.Error
	var connect *pgconn.ConnectError
	if errors.Is(err, errGone) || errors.Is(err, errTooNew) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, net.ErrClosed) || errors.As(err, &network) || errors.As(err, &connect) {
		return true
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return slices.Contains([]int{sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR,
			sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOTADB}, lite.Code()&0xff)
	}
	var postgres *pgconn.PgError
	if errors.As(err, &postgres) && len(postgres.Code) == 5 {
		// Connection exceptions, transactions that lost against others, tables or rights that
		// are gone, insufficient resources, locks, an operator, the system, the configuration.
		return slices.Contains([]string{"08", "25", "28", "3D", "3F", "40", "42", "53", "55", "57", "58", "F0", "XX"}, postgres.Code[:2])
	}
	return errors.Is(err, sql.ErrTxDone) || pgconn.SafeToRetry(err) || pgconn.Timeout(err)
}

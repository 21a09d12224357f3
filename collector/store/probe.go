package store

import (
	"context"
	"crypto/rand"
	"database/sql"
)

// probeSize is what a probe writes, in bytes: as much as a small batch of
// reports, so that a disk without room for one is noticed.
const probeSize = 32 << 10

// Probe writes durably, as a batch of reports does, and returns why that fails, if it does.
func (s *Store) Probe(ctx context.Context) error {
	value := make([]byte, probeSize)
	rand.Read(value) // PostgreSQL would compress anything else
	return s.exec(ctx, `INSERT INTO meta (name, value) VALUES ('probe', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, value)
}

// exec runs one statement in a transaction.
func (s *Store) exec(ctx context.Context, query string, args ...any) error {
	return s.write(ctx, s.dialect.shareRow, func(tx *sql.Tx, _ clock) error {
		_, err := tx.ExecContext(ctx, s.dialect.bind(query), args...)
		return err
	})
}

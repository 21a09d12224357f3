package store

import (
	"context"
	"crypto/rand"
	"database/sql"
)

// probeSize is what a probe writes, in bytes: as much as a small batch of
// reports, so that a disk without room for one is noticed.
const probeSize = 32 << 10

// Probe writes as a batch of reports would, durably, and returns why that
// cannot be done.
func (s *Store) Probe(ctx context.Context) error {
	value := make([]byte, probeSize)
	rand.Read(value) // PostgreSQL would compress anything else
	return s.transact(ctx, func(tx *sql.Tx) error {
		if _, err := s.readClock(ctx, tx, s.dialect.shareRow); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, s.dialect.bind(`INSERT INTO meta (name, value) VALUES ('probe', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`), value)
		return err
	})
}

// exec runs one statement in a transaction.
func (s *Store) exec(ctx context.Context, query string, args ...any) error {
	return s.transact(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, s.dialect.bind(query), args...)
		return err
	})
}

package store

import (
	"context"
	"database/sql"
	"errors"

	"golang.org/x/crypto/acme/autocert"
)

// Certificates stores what the ACME client needs, private keys included, in the database, so
// that all collectors of one PostgreSQL share it.
func (s *Store) Certificates() autocert.Cache { return certificates{s} }

type certificates struct{ store *Store }

// certificateName is the name of an entry among the store's other settings.
func certificateName(key string) string { return "tls:" + key }

func (c certificates) Get(ctx context.Context, key string) ([]byte, error) {
	var value []byte
	err := c.store.db.QueryRowContext(ctx, c.store.dialect.bind(`SELECT value FROM meta WHERE name = ?`), certificateName(key)).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, autocert.ErrCacheMiss
	}
	return value, err
}

func (c certificates) Put(ctx context.Context, key string, value []byte) error {
	return c.store.exec(ctx, `INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, certificateName(key), value)
}

func (c certificates) Delete(ctx context.Context, key string) error {
	return c.store.exec(ctx, `DELETE FROM meta WHERE name = ?`, certificateName(key))
}

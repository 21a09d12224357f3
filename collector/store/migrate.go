package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// These files, in the order of their numbers, make the schema in an empty database. A file
// that was released is never changed: a database stores the number of the last one that ran.
//
//go:embed schema/*.sql
var schemas embed.FS

// newestSchema is the number of the last file.
const newestSchema = 5

// migrate brings the database to the newest schema in one transaction. If that fails, nothing
// has changed.
func (s *Store) migrate(ctx context.Context) error {
	return s.transact(ctx, func(tx *sql.Tx) error {
		if s.dialect.lockRow != "" { // CREATE TABLE IF NOT EXISTS fails if two processes do it at once
			if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1), set_config('idle_in_transaction_session_timeout', '0', true)`, schemaLock); err != nil {
				return err
			}
		}
		at, err := s.schemaVersion(ctx, tx)
		if err != nil {
			return err
		}
		if at > newestSchema {
			return tooNew(at)
		}
		if at >= 2 && at < newestSchema { // running collectors end their transactions, and then see the new schema
			if _, err := tx.ExecContext(ctx, `UPDATE clock SET names = names + 1`); err != nil {
				return err
			}
		}
		for ; at < newestSchema; at++ {
			if err := s.apply(ctx, tx, at+1); err != nil {
				return fmt.Errorf("schema %d: %w", at+1, err)
			}
			if at+1 == 5 {
				if err := s.turnDays(ctx, tx); err != nil {
					return fmt.Errorf("schema 5: %w", err)
				}
			}
		}
		set := `INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO `
		if _, err := tx.ExecContext(ctx, s.dialect.bind(set+`UPDATE SET value = excluded.value`), "schema", []byte(strconv.Itoa(at))); err != nil {
			return err
		}
		pepper := make([]byte, 32)
		rand.Read(pepper)
		_, err = tx.ExecContext(ctx, s.dialect.bind(set+`NOTHING`), "pepper", pepper)
		return err
	})
}

var errTooNew = errors.New("the database is from a newer collector")

func tooNew(schema int) error {
	return fmt.Errorf("%w: its schema is %d, this collector knows up to %d", errTooNew, schema, newestSchema)
}

// checkSchema returns an error unless the schema is the newest. Programs that work beside a
// collector, which may be an older one, do not change it.
func (s *Store) checkSchema(ctx context.Context) error {
	return s.transact(ctx, func(tx *sql.Tx) error {
		switch at, err := s.schemaVersion(ctx, tx); {
		case err != nil:
			return err
		case at > newestSchema:
			return tooNew(at)
		case at < newestSchema:
			return fmt.Errorf("the schema of the database is %d, this program needs %d: start a collector of this version on it first", at, newestSchema)
		}
		return nil
	})
}

// schemaVersion returns the number of the schema: 0 for an empty database, and 1 for one from
// before there was a number.
func (s *Store) schemaVersion(ctx context.Context, tx *sql.Tx) (int, error) {
	var tables int
	if err := tx.QueryRowContext(ctx, s.dialect.hasMeta).Scan(&tables); err != nil || tables == 0 {
		return 0, err
	}
	var text []byte
	err := tx.QueryRowContext(ctx, `SELECT value FROM meta WHERE name = 'schema'`).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return 1, nil
	}
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(string(text))
}

// apply runs one file.
func (s *Store) apply(ctx context.Context, tx *sql.Tx, number int) error {
	text, err := schemas.ReadFile(fmt.Sprintf("schema/%d.sql", number))
	if err != nil {
		return err
	}
	statements := strings.NewReplacer("BYTES", s.dialect.bytes, "SERIAL_KEY", s.dialect.serial, "ROWS_IN_KEY", s.dialect.inKey).Replace(string(text))
	for statement := range strings.SplitSeq(statements, ";") {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

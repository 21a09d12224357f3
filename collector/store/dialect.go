package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	_ "embed"
	"strconv"
	"strings"
	"time"
)

// A dialect is what the two databases say differently.
type dialect struct {
	bind    func(query string) string // from ? for each argument
	bytes   string                    // the type of byte strings
	serial  string                    // the type of a key that counts itself
	lockRow string                    // ends a SELECT that locks what it reads; empty where a write locks everything
	retry   func(error) bool          // the transaction did nothing and may succeed if run again
}

//go:embed schema.sql
var schema string

// rowsPerStatement keeps statements below the number of arguments that both
// databases take (32,766 and 65,535).
const rowsPerStatement = 500

// placeholders is "?,?,?" for n arguments.
func placeholders(n int) string {
	return strings.TrimSuffix(strings.Repeat("?,", n), ",")
}

// dollars numbers arguments as PostgreSQL does.
func dollars(query string) string {
	var b strings.Builder
	n := 0
	for part := range strings.SplitSeq(query, "?") {
		if n > 0 {
			b.WriteString("$" + strconv.Itoa(n))
		}
		b.WriteString(part)
		n++
	}
	return b.String()
}

// prepare makes what is missing in the database, and learns what is there.
func (s *Store) prepare(ctx context.Context, pepper []byte) error {
	err := s.transact(ctx, func(tx *sql.Tx) error {
		if s.dialect.lockRow != "" { // CREATE TABLE IF NOT EXISTS fails when two do it at once
			if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, schemaLock); err != nil {
				return err
			}
		}
		statements := strings.NewReplacer("BYTES", s.dialect.bytes, "SERIAL_KEY", s.dialect.serial).Replace(schema)
		for statement := range strings.SplitSeq(statements, ";") {
			if strings.TrimSpace(statement) == "" {
				continue
			}
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		made := make([]byte, 32)
		rand.Read(made)
		_, err := tx.ExecContext(ctx, s.dialect.bind(`INSERT INTO meta (name, value) VALUES ('pepper', ?) ON CONFLICT (name) DO NOTHING`), made)
		return err
	})
	if err != nil {
		return err
	}
	s.pepper = pepper
	if len(pepper) == 0 {
		err := s.query(ctx, `SELECT value FROM meta WHERE name = 'pepper'`, nil, func(scan scan) error { return scan(&s.pepper) })
		if err != nil {
			return err
		}
	}
	s.known = newCatalog()
	err = s.query(ctx, `SELECT app, cli_version FROM activity UNION SELECT app, cli_version FROM series`, nil, func(scan scan) error {
		var app, version string
		err := scan(&app, &version)
		s.known.addVersion(app, version)
		return err
	})
	if err != nil {
		return err
	}
	return s.query(ctx, `SELECT command, exit_code, cli_version, operating_system FROM series`, nil, func(scan scan) error {
		var key Key
		err := scan(&key.Command, &key.ExitCode, &key.CLIVersion, &key.OperatingSystem)
		s.known.series[key] = true
		return err
	})
}

// transact runs do in a transaction, and again when it lost against another.
func (s *Store) transact(ctx context.Context, do func(*sql.Tx) error) error {
	for pause := 5 * time.Millisecond; ; pause *= 2 {
		err := s.once(ctx, do)
		if err == nil || !s.dialect.retry(err) || pause > time.Second {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
	}
}

func (s *Store) once(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		tx.Rollback()
		return err
	}
	return tx.Commit()
}

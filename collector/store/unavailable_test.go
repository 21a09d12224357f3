package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// TestWhatIsTheDatabasesAndWhatIsAReports: a batch is divided for the second only.
func TestWhatIsTheDatabasesAndWhatIsAReports(t *testing.T) {
	reports := []wire.Report{report(uuid.New(), "v1", counter("pace get", 0, 1))}
	fails := func(s *store.Store, patience time.Duration) error {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		_, err := s.Add(ctx, noon, reports)
		if err == nil {
			t.Fatal("it was kept")
		}
		return err
	}
	postgres := peertest.Postgres(t)
	gone := open(t, postgres.DSN)
	postgres.Kill()
	locked := open(t, "sqlite:"+filepath.Join(t.TempDir(), "telemetry.db"))
	for name, err := range map[string]error{
		"PostgreSQL was killed":   fails(gone, time.Minute),
		"no time was left":        fails(locked, 0),
		"the session was ended":   &pgconn.PgError{Code: "57P01"},
		"no room on the disk":     &pgconn.PgError{Code: "53100"},
		"a standby":               &pgconn.PgError{Code: "25006"},
		"a right was taken away":  &pgconn.PgError{Code: "42501"},
		"no lock in lock_timeout": &pgconn.PgError{Code: "55P03"},
		"lost against others":     fmt.Errorf("commit: %w", &pgconn.PgError{Code: "40001"}),
		"the connection is gone":  sql.ErrConnDone,
	} {
		if !store.Unavailable(err) {
			t.Errorf("%s: %v is taken for a report's fault", name, err)
		}
	}
	for _, code := range []string{"23502", "22001", "22021", "22003"} { // NOT NULL, too long, not UTF-8, out of range
		if store.Unavailable(&pgconn.PgError{Code: code}) {
			t.Errorf("%s is taken for the database's", code)
		}
	}
	if store.Unavailable(nil) {
		t.Error("nothing is taken for the database's")
	}
}

package store_test

import (
	"database/sql"
	neturl "net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// onEach runs a test on both databases, at the same time: it waits for the disk.
func onEach(t *testing.T, test func(t *testing.T, url string)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, "sqlite:"+filepath.Join(t.TempDir(), "a folder", "..", "telemetry?#%.db"))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, peertest.Database(t))
	})
}

// beside opens the database itself.
func beside(t *testing.T, url string) *sql.DB {
	t.Helper()
	driver, source := "pgx", url
	if file, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, source = "sqlite", "file:"+(&neturl.URL{Path: file}).EscapedPath()
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// execute runs a statement beside the store.
func execute(t *testing.T, url, statement string) {
	t.Helper()
	if _, err := beside(t, url).ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

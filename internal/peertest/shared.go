package peertest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// shared is what all tests of a package use: it is started by the first that
// asks for it, and ended by Run.
var shared struct {
	mu        sync.Mutex
	collector string // its program
	postgres  *PostgresPeer
	databases int
	cleanups  []func()
}

// Run runs the tests of a package, ends what they shared, and returns the exit
// status. TestMain calls it in the place of m.Run.
func Run(m *testing.M) int {
	status := m.Run()
	for i := len(shared.cleanups) - 1; i >= 0; i-- {
		shared.cleanups[i]()
	}
	return status
}

// Collector builds the collector, once for all tests of the package, and returns
// its file. The package's TestMain has to call Run.
func Collector(t testing.TB) string {
	t.Helper()
	Long(t, "builds the collector")
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if shared.collector == "" {
		file := filepath.Join(untilRunEnds{t}.TempDir(), "telemetry-collector")
		// Without debug information it links faster.
		build := exec.Command("go", "build", "-ldflags=-w", "-o", file, "github.com/telemetrygen/telemetrygen/cmd/telemetry-collector")
		if output, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, output)
		}
		shared.collector = file
	}
	return shared.collector
}

// Database makes an empty database and returns its DSN, as a superuser without a
// password. Its PostgreSQL is one for all tests of the package, so nobody may end
// it; it is as durable as that of Postgres. The package's TestMain has to call Run.
func Database(t testing.TB) string {
	t.Helper()
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if shared.postgres == nil {
		shared.postgres = Postgres(untilRunEnds{t})
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	connection, err := pgx.Connect(ctx, shared.postgres.DSN)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close(ctx)
	shared.databases++
	name := fmt.Sprint("test", shared.databases)
	if _, err := connection.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	dsn, err := url.Parse(shared.postgres.DSN)
	if err != nil {
		t.Fatal(err)
	}
	dsn.Path = "/" + name
	return dsn.String()
}

// untilRunEnds is a test whose cleanups are done when all tests have ended.
type untilRunEnds struct{ testing.TB }

func (untilRunEnds) Cleanup(cleanup func()) { shared.cleanups = append(shared.cleanups, cleanup) }

func (t untilRunEnds) TempDir() string {
	t.Helper()
	dir, err := os.MkdirTemp("", "telemetrygen-shared-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

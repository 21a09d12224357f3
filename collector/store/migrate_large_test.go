package store_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// TestALargeDatabaseIsMigratedSoon: 20,000 series of d66e027 that ended long ago,
// behind 20,000 that were reported each day since. To look for the last day of each
// among all days of all took minutes.
func TestALargeDatabaseIsMigratedSoon(t *testing.T) {
	peertest.Long(t, "fills a database")
	address := "sqlite:" + filepath.Join(t.TempDir(), "telemetry.db")
	oldDatabase(t, filepath.Join("testdata", "schema1.sql"), address)
	numbers := `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) `
	execute(t, address, numbers+`INSERT INTO series (id, app, command, exit_code, cli_version, operating_system, total, created)
		SELECT 1000000 * b + i, 'pace', 'pace c' || i, b, 'v1', 'linux', 10, 0 FROM n, (SELECT 1 AS b UNION ALL SELECT 2)`)
	execute(t, address, numbers+`INSERT INTO runs (day, series, runs) SELECT 20000, 1000000 + i, 10 FROM n`)
	for day := range 5 {
		execute(t, address, numbers+`INSERT INTO runs (day, series, runs) SELECT `+[]string{"20520", "20521", "20522", "20523", "20524"}[day]+`, 2000000 + i, 2 FROM n`)
	}
	start := time.Now()
	s, err := store.Open(t.Context(), address, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if took := time.Since(start); took > 40*time.Second {
		t.Errorf("it took %v", took)
	}
	for key, total := range totals(t, s, noon) {
		if key.App() == "pace" && key.ExitCode == 2 && total != 10 {
			t.Errorf("%v has %d runs, want 10", key, total)
		}
	}
}

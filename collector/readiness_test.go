package collector_test

import (
	"database/sql"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// readiness is the status of GET /readyz.
func (p *process) readiness() (int, error) {
	answer, err := http.Get("http://" + p.private + "/readyz")
	if err != nil {
		return 0, err
	}
	answer.Body.Close()
	return answer.StatusCode, nil
}

// losesAndFindsItsStore takes the store away, sees that the collector says so,
// gives it back, and sees that reports are kept again.
func losesAndFindsItsStore(t *testing.T, p *process, readable bool, lose, find func()) {
	report := func() int {
		status, _, _ := send(t, "POST", "http://"+p.address+"/telemetry", body(uuid.New(), "pace get", 1), "Content-Type", "application/json")
		return status
	}
	is := func(want int) func(int) bool { return func(got int) bool { return got == want } }
	if status := report(); status != 200 {
		t.Fatalf("a report: %d", status)
	}
	lose()
	if status := report(); status != 503 {
		t.Errorf("a report that cannot be kept: %d", status)
	}
	if status, err := p.readiness(); status != 503 {
		t.Errorf("readyz after a commit that failed: %d, %v", status, err)
	}
	metrics, err := fetch(t.Context(), "http://"+p.private+"/metrics")
	if err != nil {
		t.Fatal(err)
	}
	wants := []string{`telemetry_collector_reports_total{outcome="failed"} 1`, `telemetry_collector_reports_total{outcome="accepted"} 1`, "telemetry_collector_store_up 0"}
	if readable {
		wants[2] = "telemetry_collector_store_up 1"
	}
	for _, want := range wants {
		if !strings.Contains(metrics, want+"\n") {
			t.Errorf("no %s in\n%s", want, metrics)
		}
	}
	find()
	eventually(t, 60*time.Second, "readyz, with no report to try", is(200), p.readiness)
	if status := report(); status != 200 {
		t.Errorf("a report after that: %d", status)
	}
}

// Another program that writes to the file holds up commits, and no reader.
func TestReadyzFailsWhileSQLiteIsLocked(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "telemetry.db")
	p := newProcess(t, "--store", "sqlite:"+file)
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	run := func(statement string) func() {
		return func() {
			t.Helper()
			if _, err := db.ExecContext(t.Context(), "PRAGMA busy_timeout = 10000; "+statement); err != nil {
				t.Fatal(err)
			}
		}
	}
	losesAndFindsItsStore(t, p, true, run("BEGIN IMMEDIATE"), run("ROLLBACK"))
}

func TestReadyzFailsWhilePostgreSQLIsDown(t *testing.T) {
	t.Parallel()
	postgres := peertest.Postgres(t)
	p := newProcess(t, "--store", postgres.DSN)
	losesAndFindsItsStore(t, p, false, postgres.Kill, postgres.Start)
}

//go:build unix

package collector_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// TestSlowConnectionsAndNoFileDescriptors: strangers hold more connections than
// the collector has file descriptors, and send next to nothing. Their time runs
// out, a report is then taken, and the log says what was the matter.
func TestSlowConnectionsAndNoFileDescriptors(t *testing.T) {
	t.Parallel()
	p := newProcessUnder(t, []string{"sh", "-c", `ulimit -n 64 && exec "$0" "$@"`}, "--store", "sqlite:"+filepath.Join(t.TempDir(), "telemetry.db"))
	var held []net.Conn
	defer func() {
		for _, connection := range held {
			connection.Close()
		}
	}()
	for i := range 200 {
		connection, err := net.Dial("tcp", p.address)
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, connection)
		if i%2 == 0 { // a request that never ends, as slowloris sends it
			fmt.Fprintf(connection, "POST /telemetry HTTP/1.1\r\nHost: a\r\nX-A: ")
		}
	}
	client := http.Client{Timeout: 40 * time.Second}
	answer, err := client.Post("http://"+p.address+"/telemetry", "application/json", strings.NewReader(body(uuid.New(), "pace get", 1)))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if text, _ := io.ReadAll(answer.Body); answer.StatusCode != 200 {
		t.Errorf("%s %s", answer.Status, text)
	}
	if log := p.output.String(); !strings.Contains(log, "connections cannot be accepted") || !strings.Contains(log, "too many open files") || strings.Contains(log, held[0].LocalAddr().String()) {
		t.Errorf("the log says:\n%s", log)
	}
	for _, connection := range held[:2] { // each kind was ended by the collector
		connection.SetReadDeadline(time.Now().Add(40 * time.Second))
		if _, err := io.Copy(io.Discard, connection); err != nil && strings.Contains(err.Error(), "timeout") {
			t.Errorf("it is still open: %v", err)
		}
	}
}

// TestReadyzFailsWhileTheDiskIsFull has the store on a file system of its own,
// which is filled and then has room again.
func TestReadyzFailsWhileTheDiskIsFull(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	private := []string{"unshare", "--mount", "sh", "-c"}
	if os.Geteuid() != 0 {
		private = []string{"unshare", "--map-root-user", "--mount", "sh", "-c"}
	}
	mount := `mount -t tmpfs -o size=8m none ` + dir
	if output, err := exec.CommandContext(t.Context(), private[0], append(private[1:], mount)...).CombinedOutput(); err != nil {
		peertest.Missing(t, fmt.Sprintf("a file system of its own: %v %s", err, output))
	}
	p := newProcessUnder(t, append(private, mount+` && exec "$0" "$@"`), "--store", "sqlite:"+filepath.Join(dir, "telemetry.db"))
	lose, find := peertest.Filler(t, fmt.Sprintf("/proc/%d/root%s/filler", p.cmd.Process.Pid, dir))
	losesAndFindsItsStore(t, p, true, lose, find)
	if status, text, _ := send(t, "GET", "http://"+p.address+"/healthz", ""); status != 200 { // the process is alive
		t.Errorf("healthz: %d %s", status, text)
	}
}

// TestAFullDiskUnderPostgreSQL: reports get 503 until there is room again, and those that
// are sent again then are counted once.
func TestAFullDiskUnderPostgreSQL(t *testing.T) {
	t.Parallel()
	postgres, fill, free := peertest.PostgresOnSmallDisk(t)
	p := newProcess(t, "--store", postgres.DSN)
	var reports []string
	report := func(i int) int {
		status, _, _ := send(t, "POST", "http://"+p.address+"/telemetry", reports[i], "Content-Type", "application/json", "X-Forwarded-For", fmt.Sprintf("203.0.%d.7", i))
		return status
	}
	next := func() int {
		reports = append(reports, large(1_400))
		return report(len(reports) - 1)
	}
	if status := next(); status != 200 {
		t.Fatalf("a report: %d", status)
	}
	fill()
	status := next()
	for ; status == 200 && len(reports) < 100; status = next() { // there is room in what the files have already
	}
	if status != 503 {
		t.Fatalf("report %d while the disk is full: %d", len(reports), status)
	}
	if status, err := p.readiness(); status != 503 {
		t.Errorf("readyz after a commit that failed: %d, %v", status, err)
	}
	if status, text, _ := send(t, "GET", "http://"+p.address+"/healthz", ""); status != 200 {
		t.Errorf("healthz: %d %s", status, text)
	}
	free()
	eventually(t, 60*time.Second, "readyz, with no report to try", func(got int) bool { return got == 200 }, p.readiness)
	for i := range reports {
		if status := report(i); status != 200 {
			t.Errorf("report %d, sent again: %d", i, status)
		}
	}
	if got := p.series()["pace get 0"]; got != float64(len(reports)) {
		t.Errorf("%v runs are counted, want %d", got, len(reports))
	}
}

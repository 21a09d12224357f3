package collector_test

import (
	"bufio"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// TestASinkThatHangsHoldsUpNoEnd: a collector ends soon after SIGTERM, and what its sink
// did not get then it gets after the next start.
func TestASinkThatHangsHoldsUpNoEnd(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) { endWithASinkThatHangs(t, "sqlite:"+filepath.Join(t.TempDir(), "telemetry.db")) })
	t.Run("postgres", func(t *testing.T) { endWithASinkThatHangs(t, peertest.Database(t)) })
}

func endWithASinkThatHangs(t *testing.T, store string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") // nobody accepts
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	p := newProcess(t, "--store", store, "--interval", "1s", "--graphite-tcp", listener.Addr().String())
	if status, text := from("127.0.0.1").post(p.address, body(uuid.New(), "pace get", 1)); status != 200 {
		t.Fatal(status, text)
	}
	eventually(t, 20*time.Second, "samples wait", func(queued float64) bool { return queued > 0 }, func() (float64, error) {
		text, err := fetch(t.Context(), "http://"+p.private+"/metrics")
		return metric(text, `telemetry_collector_sink_queued_samples{sink="carbon"}`), err
	})
	begin := time.Now()
	if status := p.interrupt(); status != 0 {
		t.Errorf("exit status %d", status)
	}
	if took := time.Since(begin); took > 8*time.Second {
		t.Errorf("it ended after %v", took)
	}
	got := make(chan string)
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			lines := bufio.NewScanner(connection)
			for lines.Scan() {
				if strings.HasPrefix(lines.Text(), "cli_commands_total;") && strings.Contains(lines.Text(), " 1 ") {
					select {
					case got <- lines.Text():
					case <-t.Context().Done():
					}
				}
			}
			connection.Close()
		}
	}()
	p.start()
	select {
	case <-got:
	case <-time.After(30 * time.Second):
		t.Error("the sink did not get the total after the next start")
	}
}

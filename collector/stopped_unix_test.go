//go:build unix

package collector_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// TestALeaderThatWasStopped: another one leads meanwhile. What the first one writes when it
// goes on neither lowers a total nor sets one to zero.
func TestALeaderThatWasStopped(t *testing.T) {
	t.Parallel()
	written := peertest.Prometheus(t)
	args := []string{"--store", peertest.Database(t), "--interval", "1s", "--remote-write-url", written.URL + "/api/v1/write"}
	both := []*process{newProcess(t, args...), newProcess(t, args...)}
	leads := func(p *process) func() (bool, error) {
		return func() (bool, error) {
			text, err := fetch(t.Context(), "http://"+p.private+"/metrics")
			return metric(text, "telemetry_collector_leader") == 1, err
		}
	}
	is := func(want bool) func(bool) bool { return func(got bool) bool { return got == want } }
	eventually(t, 20*time.Second, "the first one leads", is(true), leads(both[0]))
	id := uuid.New()
	sent := 0.0
	report := func(to *process) {
		t.Helper()
		sent++
		if status, text, _ := send(t, "POST", "http://"+to.address+"/telemetry", body(id, "pace get", int(sent)), "Content-Type", "application/json"); status != 200 {
			t.Fatal(status, text)
		}
		eventually(t, 20*time.Second, "Prometheus", func(got map[string]float64) bool { return got["pace get 0"] == sent }, func() (map[string]float64, error) {
			return query(t.Context(), written.URL, "cli_commands_total")
		})
	}
	report(both[0])
	both[0].cmd.Process.Signal(syscall.SIGSTOP)
	eventually(t, time.Minute, "the second one leads", is(true), leads(both[1]))
	report(both[1])
	both[0].cmd.Process.Signal(syscall.SIGCONT)
	eventually(t, 20*time.Second, "the first one leads no more", is(false), leads(both[0]))
	report(both[1])
	report(both[0])
	for expression, want := range map[string]float64{"resets(cli_commands_total[1h])": 0, "max_over_time(cli_commands_total[1h]) - min_over_time(cli_commands_total[1h])": sent} {
		if got, err := query(t.Context(), written.URL, expression); err != nil || got["pace get 0"] != want {
			t.Errorf("%s: %v, %v", expression, got, err)
		}
	}
	for _, p := range both {
		text, err := fetch(t.Context(), "http://"+p.private+"/metrics")
		if err != nil || metric(text, `telemetry_collector_sink_refused_samples_total{sink="remote_write"}`) > 0 {
			t.Errorf("%s: samples of two leaders met at the sink, %v", p.address, err)
		}
	}
}

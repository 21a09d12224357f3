package collector_test

import (
	"maps"
	"sync/atomic"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// TestTwoCollectorsAndAKilledLeader has two collectors on one PostgreSQL. Each
// install reports now to one, now to the other; the one that writes to the sinks
// is killed, then started again, and then the other.
func TestTwoCollectorsAndAKilledLeader(t *testing.T) {
	t.Parallel()
	database := peertest.Database(t)
	written := peertest.Prometheus(t)
	args := []string{"--store", database, "--interval", "1s", "--remote-write-url", written.URL + "/api/v1/write"}
	both := []*process{newProcess(t, args...), newProcess(t, args...)}
	leads := func(p *process) bool {
		text, err := fetch(t.Context(), "http://"+p.private+"/metrics")
		return err == nil && metric(text, "telemetry_collector_leader") == 1
	}
	leader := func() *process {
		for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
			a, b := leads(both[0]), leads(both[1])
			if a && b {
				t.Fatal("both lead")
			}
			if a {
				return both[0]
			}
			if b {
				return both[1]
			}
		}
		t.Fatal("nobody leads")
		return nil
	}
	first := leader()
	var turn atomic.Int64
	kills := 0
	truth := simulate(t, 2_000, func() string { return both[turn.Add(1)%2].address }, func(done float64) {
		if done > float64(kills+1)/3 && kills < 2 {
			kills++
			victim := leader()
			victim.kill()
			if second := leaderOf(t, both, victim, leads); second == victim {
				t.Error("the one that was killed leads")
			}
			victim.start()
		}
	})
	t.Logf("%d leaders were killed, the first was %s", kills, first.address)
	isTruth := func(got map[string]float64) bool { return maps.Equal(got, truth) }
	for _, p := range both {
		if got := p.series(); !isTruth(got) {
			t.Errorf("%s says\n%v, the truth\n%v", p.address, got, truth)
		}
	}
	eventually(t, 30*time.Second, "Prometheus", isTruth, func() (map[string]float64, error) {
		return query(t.Context(), written.URL, "cli_commands_total")
	})
	eventually(t, time.Second, "Prometheus, from the first value on", isTruth, func() (map[string]float64, error) {
		return query(t.Context(), written.URL, "max_over_time(cli_commands_total[1h]) - min_over_time(cli_commands_total[1h])")
	})
	for _, p := range both {
		text, err := fetch(t.Context(), "http://"+p.private+"/metrics")
		if err != nil || metric(text, `telemetry_collector_sink_refused_samples_total{sink="remote_write"}`) > 0 {
			t.Errorf("%s: samples of two leaders met at the sink, %v", p.address, err)
		}
	}
}

// leaderOf waits until another than the victim leads.
func leaderOf(t *testing.T, all []*process, victim *process, leads func(*process) bool) *process {
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		for _, p := range all {
			if p != victim && leads(p) {
				return p
			}
		}
	}
	t.Error("after 10 seconds nobody else leads")
	return nil
}

//go:build !notelemetry && !windows

package telemetry

import (
	"fmt"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"
)

const parallelRuns = 500

// rounds of the big test: 20 by default, TELEMETRYGEN_TEST_ROUNDS for a quick look.
func rounds(t *testing.T) int {
	if text := os.Getenv("TELEMETRYGEN_TEST_ROUNDS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	return 20
}

// 500 processes at once, again and again, with a new folder every other round
// and uploads going on: every count is there, once, and no two uploads in one interval.
func TestFiveHundredAtOnce(t *testing.T) {
	server := newCollector(t, nil)
	var h *home
	expected := uint64(0)
	for round := 0; round < rounds(t); round++ {
		if round%2 == 0 {
			h, expected = newHome(t, "PACE_TELEMETRY=on", "PACE_TELEMETRY_ENDPOINT="+server.URL,
				"PACE_TELEMETRY_UPLOAD_INTERVAL_SECONDS=3600"), 0
		}
		var all sync.WaitGroup
		for i := 0; i < parallelRuns; i++ {
			all.Add(1)
			go func() {
				defer all.Done()
				if got := h.run("end", "three"); got.code != 3 || got.stderr != "" {
					t.Errorf("%+v", got)
				}
			}()
		}
		all.Wait()
		expected += parallelRuns
		if got := h.report().MetricPoints.count("pace end three", 3); got != expected {
			t.Fatalf("round %d: counted %d, want %d", round, got, expected)
		}
		h.want(fmt.Sprintf("pace end three 3 %d", expected))
		if left, _ := os.ReadDir(h.file(markerDir)); len(left) > 0 {
			t.Fatalf("round %d: markers left", round)
		}
		server.wait(t, round/2+1)
	}
	if got, want := len(server.bodies()), (rounds(t)+1)/2; got != want {
		t.Errorf("%d uploads for %d intervals", got, want)
	}
}

// A process that hangs with the lock in its hands holds nobody up for long, and
// what was not counted meanwhile is counted afterwards.
func TestLockHeldBySomebodyElse(t *testing.T) {
	h := newHome(t)
	h.run("end", "three")
	l, ok := folder(h.file("")).open(time.Second, false)
	if !ok {
		t.Fatal("no lock")
	}
	twin := h.runProgram(built.twin, "end", "three")
	for i := 0; i < 3; i++ {
		sameForUser(t, h.run("end", "three"), twin)
	}
	h.run("nope")
	h.want("pace end three 3 1")
	l.close()
	h.run("required")
	h.want("pace 1 1", "pace end three 3 4", "pace required 1 1")
}

// A living process is not taken for a dead one, however many runs look at it,
// also while it is stopped.
func TestLivingCommandIsNotCountedAsKilled(t *testing.T) {
	h := newHome(t)
	cmd := h.command(built.cli, "run", "wait")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := stdout.Read(make([]byte, 1)); err != nil { // it has begun
		t.Fatal(err)
	}
	for _, signal := range []os.Signal{sigstop, sigcont} {
		if err := cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		h.longAgo(t)
		h.run("required")
	}
	h.want("pace required 1 2")
	stdin.Close()
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	h.want("pace required 1 2", "pace run wait 0 1")
}

// longAgo makes the files of the running commands look ten days old.
func (h *home) longAgo(t *testing.T) {
	entries, err := os.ReadDir(h.file(markerDir))
	if err != nil || len(entries) == 0 {
		t.Fatalf("no marker of the running command: %v", err)
	}
	then := time.Now().AddDate(0, 0, -10)
	for _, entry := range entries {
		must(t, os.Chtimes(h.file(markerDir+"/"+entry.Name()), then, then))
	}
}

// The pid of a killed command now belongs to somebody else, here to this test:
// it is counted all the same, because only a kernel lock says that it lives.
func TestPidOfAKilledCommandIsReused(t *testing.T) {
	h := newHome(t)
	h.write(markerDir+"/"+strconv.Itoa(os.Getpid())+"-1", run{path: "pace run wait", code: noExitSeen}.line())
	h.run("required")
	h.want("pace required 1 1", "pace run wait -1 1")
}

//go:build !notelemetry

package telemetry

import (
	"fmt"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"
)

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
	long(t)
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
		if left := h.slots(); len(left) > 0 {
			t.Fatalf("round %d: %v left", round, left)
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
	s, err := folder(h.file("")).lockFile()
	if err != nil || s.lock(theFolder, time.Second) != nil {
		t.Fatal("no lock")
	}
	twin := h.runProgram(built.twin, "end", "three")
	for i := 0; i < 3; i++ {
		sameForUser(t, h.run("end", "three"), twin)
	}
	h.run("nope")
	h.want("pace end three 3 1")
	s.unlock(theFolder)
	h.run("required")
	h.want("pace 1 1", "pace end three 3 4", "pace required 1 1")
}

// A run that finds no free block, because somebody cuts the lock file, and then
// gets no lock either, tries again and is counted.
func TestRunWhileTheLockFileIsCut(t *testing.T) {
	h := newHome(t)
	h.run("required")
	s, err := folder(h.file("")).lockFile()
	if err != nil || s.lock(theFolder, time.Second) != nil || setLock(s.file, exclusive, lockOffset(0), blockLimit) != nil {
		t.Fatal("no lock")
	}
	time.AfterFunc(2*lockPatience+100*time.Millisecond, func() { _ = setLock(s.file, unlocked, lockOffset(0), blockLimit) })
	h.run("end", "three")
	s.unlock(theFolder)
	h.run("required")
	h.want("pace end three 3 1", "pace required 1 2")
}

// A living process is not taken for a dead one, however many runs look at it,
// also while it is stopped.
func TestLivingCommandIsNotCountedAsKilled(t *testing.T) {
	t.Parallel()
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
	for _, signal := range pauses {
		if signal != nil {
			must(t, cmd.Process.Signal(signal))
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

// Where kernel locks get lost, as on some network file systems, a living command
// may be taken for dead and be counted without an exit: at its end that is put right.
func TestTakenForDead(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	cmd := h.command(built.cli, "run", "wait")
	stdin, err := cmd.StdinPipe()
	must(t, err)
	stdout, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	if _, err := stdout.Read(make([]byte, 1)); err != nil { // it has begun
		t.Fatal(err)
	}
	h.write(reportFile, "metric_points:\n    pace run wait:\n        -1:\n            cumulative_count: 1\n") // as it would be counted
	lock, err := os.OpenFile(h.file(lockName), os.O_WRONLY, 0)
	must(t, err)
	_, err = lock.WriteAt([]byte{0}, 0)
	must(t, err)
	must(t, lock.Close())
	stdin.Close()
	must(t, cmd.Wait())
	h.want("pace run wait 0 1")
}

// longAgo makes the file with the running commands look ten days old.
func (h *home) longAgo(t *testing.T) {
	if len(h.slots()) == 0 {
		t.Fatal("no slot of the running command")
	}
	then := time.Now().AddDate(0, 0, -10)
	must(t, os.Chtimes(h.file(lockName), then, then))
}

// slots are the lines of the runs that began or were not counted yet.
func (h *home) slots() (lines []string) {
	data := h.read(lockName)
	for n := 0; n*blockSize < len(data); n++ {
		if one := parseBlock(n, []byte(data[n*blockSize:(n+1)*blockSize])); one.path != "" {
			lines = append(lines, fmt.Sprint(one))
		}
	}
	return lines
}

// What a killed command left is counted whoever has its pid by now: only a kernel
// lock says that it lives, and no pid is kept.
func TestPidOfAKilledCommandIsReused(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.write(lockName, "")
	f, err := openFile(h.file(lockName), os.O_RDWR)
	must(t, err)
	must(t, (&lockFile{file: f}).write(block{path: "pace run wait", code: noExitSeen, nonce: "1", was: none, before: none}))
	must(t, f.Close())
	h.run("required")
	h.want("pace required 1 1", "pace run wait -1 1")
}

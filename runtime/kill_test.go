//go:build !notelemetry && linux

package telemetry

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The system calls with which the runtime touches files. Hitting these, one
// after the other, visits every state that the disk can be left in.
var fileCalls = strings.Fields("openat mkdirat newfstatat fstat flock pread64 pwrite64 write read getdents64 close unlinkat renameat fcntl")

// sweep runs the CLI under strace again and again, with the fault injected into
// the first, second, ... call of each kind on the runtime's files, and checks the
// runs in which one was hit. strace counts the calls of each thread, and a busy
// machine makes Go change threads: so a run in which none was hit is repeated,
// and the calls after it are tried all the same.
func sweep(t *testing.T, fault string, prepare func() *home, check func(h *home, o outcome, call string), args ...string) {
	t.Helper()
	hits, want := 0, 0
	for _, name := range fileCalls {
		undisturbed, _ := straced(t, prepare(), name, args)
		made := strings.Count(undisturbed, " "+name+"(")
		want += made
		for n := 1; n <= made; n++ {
			for tries := 0; tries < 4; tries++ {
				h := prepare()
				trace, o := straced(t, h, name, args, "-e", fmt.Sprintf("inject=%s:%s:when=%d", name, fault, n))
				if call := injected(trace); call != "" {
					hits++
					check(h, o, fmt.Sprintf("%s %d: %s", name, n, call))
					break
				}
			}
		}
	}
	if t.Logf("%d calls were hit, %d are made", hits, want); want < 15 || hits < want*9/10 {
		t.Error("that is too few to be true")
	}
}

// straced runs the CLI, and returns what strace saw of the calls of a name on the
// runtime's files and their folders.
func straced(t *testing.T, h *home, name string, args []string, options ...string) (trace string, o outcome) {
	t.Helper()
	log := filepath.Join(t.TempDir(), "strace")
	cmd := h.command(needProgram(t, "strace"))
	cmd.Args = append([]string{"strace", "-f", "-y", "-o", log, "-e", "trace=" + name}, options...)
	for _, file := range []string{"", reportFile, reportFile + ".tmp", brokenFile, baselineFile, baselineFile + ".tmp", timestampFile,
		timestampFile + ".tmp", consentFile, consentFile + ".tmp", lockName} {
		cmd.Args = append(cmd.Args, "-P", strings.TrimSuffix(h.file(file), "/"))
	}
	cmd.Args = append(append(cmd.Args, "-P", filepath.Join(h.dir, dotConfig), built.cli), args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(log)
	must(t, err)
	return string(data), outcome{stdout.String(), stderr.String(), shellCode(cmd.ProcessState)}
}

// injected is the line of the call that was hit, "" if none was.
func injected(trace string) (call string) {
	begun := map[string]string{} // by thread
	for _, line := range strings.Split(trace, "\n") {
		thread := strings.SplitN(line, " ", 2)[0]
		if strings.Contains(line, "(") && !strings.Contains(line, "resumed>") {
			begun[thread] = line
		}
		if strings.Contains(line, "INJECTED") {
			return begun[thread]
		}
		if strings.HasSuffix(line, "= ?") || strings.HasSuffix(line, "<unfinished ...>") {
			call = begun[thread]
		}
	}
	if !strings.Contains(trace, "killed by SIGKILL") {
		return ""
	}
	return call
}

// A process that is killed at any system call leaves a readable file, and is
// counted once: as the code it had, as -1, or not at all if nothing had begun.
func TestKilledAtEverySystemCall(t *testing.T) {
	long(t)
	warm := "metric_points:\n    pace get data-policy:\n        0:\n            cumulative_count: 5\ncli_version: v1.16.0\noperating_system: linux\n"
	for _, state := range []struct{ name, report, env string }{
		{"cold", "", "X=1"}, {"warm", warm, "X=1"},
		{"one more digit", strings.Replace(warm, "5", "9", 1), "X=1"},
		{"the id is made", warm, "PACE_TELEMETRY=on"},
	} {
		t.Run(state.name, func(t *testing.T) {
			t.Parallel()
			sweep(t, "signal=KILL", func() *home {
				h := newHome(t, "PACE_TELEMETRY_UPLOAD_INTERVAL_SECONDS=100000", state.env)
				h.write(timestampFile, strconv.FormatInt(time.Now().Unix(), 10))
				if state.report != "" {
					h.write(reportFile, state.report)
					h.run("get", "data-policy") // so that the next one finds the file as it left it
				}
				return h
			}, func(h *home, o outcome, call string) {
				before := h.report().MetricPoints.count("pace get data-policy", 0)
				if o.code != 137 {
					t.Errorf("%s: exit code %d, not killed", call, o.code)
				}
				h.run("required")
				after := h.report().MetricPoints
				if after.count("pace required", 1) != 1 {
					t.Errorf("%s: the next run was not counted:\n%s", call, h.read(reportFile))
				}
				base := uint64(0)
				if state.report != "" {
					base = 6
					if strings.Contains(state.report, "9") {
						base = 10
					}
				}
				of := after.count("pace get data-policy", 0) - base + after.count("pace get data-policy", -1)
				began := strings.Contains(o.stdout, "policy")
				if of > 1 || of == 0 && began {
					t.Errorf("%s: counted %d times (began %v, %d before)\n%s", call, of, began, before, h.read(reportFile))
				}
				if left := h.slots(); len(left) > 0 {
					t.Errorf("%s: %v left", call, left)
				}
			}, "get", "data-policy")
		})
	}
}

// The next run, which counts what the dead one left, may be killed too.
func TestKilledWhileCountingTheDead(t *testing.T) {
	long(t)
	t.Parallel()
	sweep(t, "signal=KILL", func() *home {
		h := newHome(t)
		h.run("end", "kill")
		return h
	}, func(h *home, o outcome, call string) {
		h.run("required")
		if got := h.report().MetricPoints.count("pace end kill", -1); got != 1 {
			t.Errorf("%s: the killed run was counted %d times\n%s", call, got, h.read(reportFile))
		}
	}, "get", "data-policy")
}

// Where the environment says off, no file of the folder is even looked for: the home may be on a server that does not answer.
func TestOffTouchesNoFile(t *testing.T) {
	t.Parallel()
	for _, env := range []string{"DO_NOT_TRACK=1", "PACE_TELEMETRY=off"} {
		h := newHome(t, env)
		trace, o := straced(t, h, "file", []string{"end", "three"})
		sameForUser(t, o, h.runProgram(built.twin, "end", "three"))
		if trace = strings.ReplaceAll(trace, "+++ exited with 3 +++", ""); strings.Contains(trace, "(") {
			t.Errorf("%s:\n%s", env, trace)
		}
	}
}

// Where the file system has no locks nothing is counted, and nobody waits for one.
func TestFileSystemWithoutLocks(t *testing.T) {
	t.Parallel()
	args := []string{"end", "three"}
	for tries := 0; tries < 20; tries++ { // strace counts per thread, and Go may have changed threads: try again
		h := newHome(t)
		h.run(args...)
		trace, o := straced(t, h, "fcntl", args, "-e", "inject=fcntl:error=ENOLCK:when=4+") // the first three read and set flags of the file
		var locks []string
		for _, line := range strings.Split(trace, "\n") {
			if strings.Contains(line, "SETLK") {
				locks = append(locks, line)
			}
		}
		if len(locks) == 0 || !strings.Contains(locks[0], "INJECTED") {
			continue
		}
		sameForUser(t, o, h.runProgram(built.twin, args...))
		if len(locks) > 2 { // that of a block as the run begins, and again as it ends
			t.Errorf("%d tries to get a lock:\n%s", len(locks), trace)
		}
		h.want("pace end three 3 1")
		return
	}
	t.Error("no lock was hit")
}

// Whatever the disk answers, to whatever call, the command prints and returns
// what it did before, and the count is right or short by that run.
func TestErrorAtEverySystemCall(t *testing.T) {
	long(t)
	for _, errno := range []string{"ENOSPC", "EIO", "EROFS"} {
		t.Run(errno, func(t *testing.T) {
			t.Parallel()
			sweep(t, "error="+errno, func() *home {
				h := newHome(t)
				h.run("end", "three")
				h.run("end", "kill") // what it left is there once, too
				return h
			}, func(h *home, o outcome, call string) {
				// The CLI's own write to stdout is hit as well: that is not the telemetry's.
				if o.code != 3 || o.stderr != "" {
					t.Errorf("%s: %+v", call, o)
				}
				h.run("required")
				now := h.report().MetricPoints
				if got := now.count("pace end three", 3) + now.count("pace end three", -1); got < 1 || got > 2 || now.count("pace required", 1) != 1 || now.count("pace end kill", -1) != 1 {
					t.Errorf("%s: counted\n%s", call, h.counts())
				}
			}, "end", "three")
		})
	}
}

// The Go runtime still sees that all goroutines are asleep: no timer of ours will
// wake one. Programs with cgo, and their twins, hang.
func TestAllGoroutinesAreAsleep(t *testing.T) {
	long(t)
	t.Parallel()
	cli := built.cli
	if len(buildFlags) > 0 { // the race detector needs cgo
		cli = filepath.Join(t.TempDir(), "cli")
		must(t, build(cli, "./testdata/pace/instrumented"))
	}
	for _, level := range []string{"off", "local", "on"} {
		h := newHome(t, "PACE_TELEMETRY="+level)
		sameForUser(t, h.runProgram(cli, "end", "asleep"), h.runProgram(built.twin, "end", "asleep"))
		if h.run("required"); level != "off" {
			h.want("pace end asleep -1 1", "pace required 1 1")
		}
	}
}

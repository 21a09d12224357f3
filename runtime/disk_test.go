//go:build !notelemetry && linux

package telemetry

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Whatever is the matter with the folder, every kind of run stays its twin.
func TestFolderInAnyState(t *testing.T) {
	const healthy = "metric_points:\n    pace end three:\n        3:\n            cumulative_count: 5\ncli_version: v1.16.0\noperating_system: linux\n"
	states := map[string]struct {
		prepare func(t *testing.T, h *home)
		counted string // after one run of `end three`; "?" = not looked at
	}{
		"missing":   {func(*testing.T, *home) {}, "pace end three 3 1"},
		"HOME gone": {func(t *testing.T, h *home) { h.env = append(h.env, "HOME="+h.dir+"/none") }, ""},
		"HOME unset": {func(t *testing.T, h *home) {
			h.env = []string{"PATH=" + os.Getenv("PATH")}
		}, ""},
		"HOME relative": {func(t *testing.T, h *home) { h.env = append(h.env, "HOME=here") }, ""},
		"XDG": {func(t *testing.T, h *home) {
			h.env = append(h.env, "HOME=/nowhere", "XDG_CONFIG_HOME="+h.dir+"/.config")
		}, "pace end three 3 1"},
		"a file in place of .config":      {func(t *testing.T, h *home) { h.put(".config", "x") }, "?"},
		"a file in its place":             {func(t *testing.T, h *home) { h.put(".config/pace", "x") }, "?"},
		"a folder in place of the report": {func(t *testing.T, h *home) { h.put(".config/pace/telemetry.yaml/x/y", "x") }, "pace end three 3 1"},
		"a folder in place of the lock":   {func(t *testing.T, h *home) { h.put(".config/pace/telemetry.lock/x", "x") }, ""},
		"strange slots": {func(t *testing.T, h *home) {
			blocks := make([]byte, 40*blockSize)                    // more than are kept
			copy(blocks[1*blockSize:], "-1 -2 -2 false 1a pace en") // torn
			copy(blocks[2*blockSize:], "\xff garbage\n")
			copy(blocks[3*blockSize:], "x -2 y false 1a pace\n\n")
			copy(blocks[39*blockSize:], strings.Repeat("7", blockSize))
			h.put(".config/pace/telemetry.lock", string(blocks))
		}, "pace end three 3 1"},
		"strange record": {func(t *testing.T, h *home) { h.put(".config/pace/telemetry.lock", strings.Repeat("- \x00", 3000)) }, "pace end three 3 1"},
		"empty report":   {func(t *testing.T, h *home) { h.put(".config/pace/telemetry.yaml", "") }, "pace end three 3 1"},
		"no YAML":        {func(t *testing.T, h *home) { h.put(".config/pace/telemetry.yaml", "{{{ \x00") }, "pace end three 3 1"},
		"torn":           {func(t *testing.T, h *home) { h.put(".config/pace/telemetry.yaml", healthy[:len(healthy)/2]) }, "?"},
		"another shape":  {func(t *testing.T, h *home) { h.put(".config/pace/telemetry.yaml", "metric_points: [1, 2]\n") }, "pace end three 3 1"},
		"negative": {func(t *testing.T, h *home) {
			h.put(".config/pace/telemetry.yaml", strings.Replace(healthy, "5", "-5", 1))
		}, "pace end three 3 1"},
		"edited by hand": {func(t *testing.T, h *home) {
			h.put(".config/pace/telemetry.yaml", "# mine\n"+strings.ReplaceAll(healthy, "    ", "  "))
		}, "pace end three 3 6"},
		"other version": {func(t *testing.T, h *home) {
			h.put(".config/pace/telemetry.yaml", strings.Replace(healthy, "v1.16.0", "1.0", 1))
		}, "pace end three 3 6"},
		"Windows newline": {func(t *testing.T, h *home) {
			h.put(".config/pace/telemetry.yaml", strings.ReplaceAll(healthy, "\n", "\r\n"))
		}, "pace end three 3 6"},
		"a link": {func(t *testing.T, h *home) {
			h.put("dotfiles/pace.yaml", healthy)
			h.put(".config/pace/x", "")
			must(t, os.Symlink("../../dotfiles/pace.yaml", h.file(reportFile)))
		}, "pace end three 3 6"},
		"a pipe": {func(t *testing.T, h *home) {
			h.put(".config/pace/x", "")
			must(t, syscall.Mkfifo(h.file(reportFile), 0o600))
			must(t, syscall.Mkfifo(h.file(brokenFile), 0o600))
		}, "pace end three 3 1"},
		"a pipe for consent": {func(t *testing.T, h *home) {
			h.put(".config/pace/x", "")
			must(t, syscall.Mkfifo(h.file(consentFile), 0o600))
		}, ""},
		"owned by somebody else": {func(t *testing.T, h *home) {
			h.put(".config/pace/telemetry.yaml", healthy)
			must(t, os.Chown(h.file(reportFile), 12345, 12345))
		}, "pace end three 3 6"},
		"a user's folder, run by root": {func(t *testing.T, h *home) { must(t, os.Chown(h.dir, 12345, 12345)) }, ""},
	}
	for name, state := range states {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if strings.Contains(name, "somebody") || strings.Contains(name, "by root") {
				needRoot(t)
			}
			h := newHome(t)
			state.prepare(t, h)
			sameForUser(t, h.run("end", "three"), h.runProgram(built.twin, "end", "three"))
			if state.counted != "?" && h.counts() != state.counted {
				t.Errorf("counted %q, want %q", h.counts(), state.counted)
			}
			others := []string{"end panic", "get data-policy", "nope", "get", "--help", "--version", "hooked failing", "__complete get"}
			if testing.Short() {
				others = others[:1]
			}
			for _, args := range others {
				sameForUser(t, h.run(strings.Fields(args)...), h.runProgram(built.twin, strings.Fields(args)...))
			}
			if name == "a link" {
				if target, err := os.Readlink(h.file(reportFile)); err != nil || target != "../../dotfiles/pace.yaml" {
					t.Errorf("the link is gone: %v", err)
				}
			}
			if state.counted == "" && strings.Contains(name, "root") {
				h.nothingKept()
			}
		})
	}
}

// A link to /dev/null keeps nothing, and the device stays one, also for root, who may replace it.
func TestLinkToADevice(t *testing.T) {
	t.Parallel()
	for _, name := range []string{reportFile, baselineFile, timestampFile, consentFile} {
		h := newHome(t, "PACE_TELEMETRY=on", "PACE_TELEMETRY_ENDPOINT=http://127.0.0.1:9/")
		null := filepath.Join(t.TempDir(), "null")
		need(t, syscall.Mknod(null, syscall.S_IFCHR|0o666, 1<<8|3) == nil, "the right to make a device")
		h.write("x", "")
		must(t, os.Symlink(null, h.file(name)))
		for _, args := range []string{"end three", "telemetry on", "end three", "telemetry off"} {
			if got := h.run(strings.Fields(args)...); args == "end three" {
				sameForUser(t, got, h.runProgram(built.twin, "end", "three"))
			}
			info, err := os.Lstat(null)
			if target, broken := os.Readlink(h.file(name)); err != nil || info.Mode()&os.ModeCharDevice == 0 || args == "end three" && (target != null || broken != nil) {
				t.Fatalf("%s is a link to a device: after %s that is %v (%v), and the link one to %s (%v)", name, args, info, err, target, broken)
			}
		}
	}
}

// put writes a file below the home folder, with the folders that it needs.
func (h *home) put(name, text string) {
	h.t.Helper()
	must(h.t, os.MkdirAll(filepath.Dir(filepath.Join(h.dir, name)), 0o700))
	must(h.t, os.WriteFile(filepath.Join(h.dir, name), []byte(text), 0o600))
}

// What could not be parsed is kept beside the new report.
func TestUnreadableReportIsSetAside(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.write(reportFile, "{{{")
	h.run("end", "three")
	if h.read(brokenFile) != "{{{" {
		t.Errorf("set aside: %q", h.read(brokenFile))
	}
}

// A full disk costs at most the counts of the runs that met it.
func TestDiskFull(t *testing.T) {
	needRoot(t)
	for _, warm := range []bool{false, true} {
		h := newHome(t)
		must(t, os.MkdirAll(filepath.Join(h.dir, ".config"), 0o700))
		disk := filepath.Join(h.dir, ".config")
		need(t, syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=64k") == nil, "the right to mount a tmpfs")
		defer func() { must(t, syscall.Unmount(disk, 0)) }()
		before := uint64(0)
		if warm {
			h.run("end", "three")
			before = 1
		}
		full, err := os.Create(filepath.Join(disk, "full"))
		must(t, err)
		for err = nil; err == nil; {
			_, err = full.Write(make([]byte, 512))
		}
		full.Close()
		for i := 0; i < 3; i++ {
			sameForUser(t, h.run("end", "three"), h.runProgram(built.twin, "end", "three"))
			sameForUser(t, h.run("nope"), h.runProgram(built.twin, "nope"))
		}
		if got := h.report().MetricPoints.count("pace end three", 3); got < before || got > before+3 {
			t.Errorf("warm %v: counted %d on the full disk", warm, got)
		}
		must(t, os.Remove(full.Name()))
		got := h.report().MetricPoints.count("pace end three", 3)
		h.run("end", "three")
		if now := h.report().MetricPoints.count("pace end three", 3); now <= got || now > before+4 {
			t.Errorf("warm %v: counted %d after there was room again, %d before", warm, now, got)
		}
	}
}

// A disk that cannot be written changes nothing for the user.
func TestReadOnly(t *testing.T) {
	needRoot(t)
	h := newHome(t)
	h.run("end", "three")
	disk := filepath.Join(h.dir, ".config")
	need(t, syscall.Mount(disk, disk, "", syscall.MS_BIND, "") == nil, "the right to mount")
	defer func() { must(t, syscall.Unmount(disk, 0)) }()
	must(t, syscall.Mount("", disk, "", syscall.MS_REMOUNT|syscall.MS_BIND|syscall.MS_RDONLY, ""))
	for _, args := range []string{"end three", "nope", "end panic", "get data-policy"} {
		sameForUser(t, h.run(strings.Fields(args)...), h.runProgram(built.twin, strings.Fields(args)...))
	}
	h.want("pace end three 3 1")
}

// A user whose folder was made unreadable, or by root, has a working command.
func TestNotAllowed(t *testing.T) {
	t.Parallel()
	needRoot(t)
	setpriv := needProgram(t, "setpriv")
	for _, mode := range []os.FileMode{0, 0o500} {
		h := newHome(t)
		h.write("x", "")
		must(t, os.Chmod(h.file(""), mode))
		must(t, exec.Command("chmod", "-R", "a+rX", built.dir).Run())
		for dir := h.dir; dir != "/" && dir != "/tmp"; dir = filepath.Dir(dir) {
			must(t, os.Chmod(dir, 0o755))
		}
		as := func(program string) outcome {
			return h.runProgram(setpriv, "--reuid=12345", "--clear-groups", "--regid=12345", program, "end", "three")
		}
		got, want := as(built.cli), as(built.twin)
		if got.code != want.code || got.stderr != want.stderr || got.code != 3 {
			t.Errorf("%+v, twin %+v", got, want)
		}
	}
}

// Where the folder is another user's, as may be if HOME is /tmp, nothing is written: a name in it can be a link to any file.
func TestFolderOfAnotherUser(t *testing.T) {
	t.Parallel()
	needRoot(t)
	setpriv := needProgram(t, "setpriv")
	must(t, exec.Command("chmod", "-R", "a+rX", built.dir).Run())
	for _, name := range []string{lockName, reportFile, consentFile, timestampFile} {
		h := newHome(t, "PACE_TELEMETRY=on", "PACE_TELEMETRY_ENDPOINT=http://127.0.0.1:9/")
		own := filepath.Join(h.dir, "own")
		must(t, os.WriteFile(own, bytes.Repeat([]byte("x"), 20_000), 0o600))
		must(t, os.Chown(own, 12345, 12345))
		h.write("x", "")
		must(t, os.Symlink(own, h.file(name)))
		for dir := h.file(""); dir != "/" && dir != "/tmp"; dir = filepath.Dir(dir) {
			must(t, os.Chmod(dir, 0o777))
		}
		as := func(args ...string) outcome {
			return h.runProgram(setpriv, append([]string{"--reuid=12345", "--clear-groups", "--regid=12345"}, args...)...)
		}
		sameForUser(t, as(built.cli, "end", "three"), as(built.twin, "end", "three"))
		if got := as(built.cli, "telemetry", "off"); got.code != 1 || !strings.Contains(got.stderr, "cannot be changed: permission denied") {
			t.Errorf("telemetry off: %+v", got)
		}
		if data, err := os.ReadFile(own); err != nil || len(data) != 20_000 || strings.Trim(string(data), "x") != "" {
			t.Errorf("%s is a link, and the file behind it has %d bytes that begin with %.40q (%v)", name, len(data), data, err)
		}
	}
}

// A home folder of somebody else's that can be written to, as containers have it, is as good as one of the user's own.
func TestHomeOfAnotherUser(t *testing.T) {
	t.Parallel()
	needRoot(t)
	setpriv := needProgram(t, "setpriv")
	must(t, exec.Command("chmod", "-R", "a+rX", built.dir).Run())
	for _, theirs := range []string{".", dotConfig} {
		h := newHome(t)
		must(t, os.MkdirAll(filepath.Join(h.dir, theirs), 0o777))
		for dir := filepath.Join(h.dir, theirs); dir != "/" && dir != "/tmp"; dir = filepath.Dir(dir) {
			must(t, os.Chmod(dir, 0o777))
		}
		h.runProgram(setpriv, "--reuid=12345", "--clear-groups", "--regid=12345", built.cli, "end", "three")
		h.want("pace end three 3 1")
	}
}

// A lock file that is full, of runs that nobody could count or of living ones, costs a command no more than one wait. What
// can be counted is counted as soon as the report can be written again.
func TestLockFileIsFull(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	must(t, os.MkdirAll(h.file(reportFile+".tmp/x"), 0o700)) // in the way of every new report
	h.write(lockName, "")
	l, err := folder(h.file("")).lockFile()
	must(t, err)
	for n := 0; n < blockLimit; n++ {
		must(t, l.write(block{path: "pace end three", code: 3, n: n, nonce: "1", was: none, before: none}))
	}
	twin := h.runProgram(built.twin, "end", "three")
	timed := func(what string) {
		begun := time.Now()
		sameForUser(t, h.run("end", "three"), twin)
		if took := time.Since(begun); took > 2*time.Second {
			t.Errorf("%s: the command took %v", what, took)
		}
	}
	timed("nothing can be counted")
	must(t, os.RemoveAll(h.file(reportFile+".tmp")))
	timed("all can be counted")
	h.want(fmt.Sprintf("pace end three 3 %d", blockLimit+1))
	for n := 0; n < blockLimit; n++ { // one open file each: the kernel would merge the locks of one
		living, err := openFile(h.file(lockName), os.O_RDWR)
		must(t, err)
		defer living.Close()
		must(t, setLock(living, exclusive, lockOffset(n), 1))
	}
	timed("all blocks are of living commands")
}

// Whatever the process is given for its streams and its terminal, the command prints, returns and takes as long as its
// twin, also on the run that would show the notice.
func TestStreamsInAnyState(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
	need(t, err == nil, "/dev/full")
	defer full.Close()
	for _, args := range []string{"end three", "get data-policy", "nope", "--help", "telemetry"} {
		for name, set := range map[string]func(h *home, cmd *exec.Cmd){
			"stdout full":   func(_ *home, cmd *exec.Cmd) { cmd.Stdout = full },
			"stderr full":   func(_ *home, cmd *exec.Cmd) { cmd.Stderr = full },
			"all full":      func(_ *home, cmd *exec.Cmd) { cmd.Stdin, cmd.Stdout, cmd.Stderr = full, full, full },
			"stdin closed":  func(h *home, cmd *exec.Cmd) { closeInChild(h, cmd, "<&-") },
			"stdout closed": func(h *home, cmd *exec.Cmd) { closeInChild(h, cmd, ">&-") },
			"all closed":    func(h *home, cmd *exec.Cmd) { closeInChild(h, cmd, "<&- >&- 2>&-") },
			"dumb terminal": func(_ *home, cmd *exec.Cmd) { cmd.Env = append(cmd.Env, "TERM=dumb") },
			"no terminal":   func(_ *home, cmd *exec.Cmd) { cmd.Env = append(cmd.Env, "TERM=") },
			"no HOME, full": func(_ *home, cmd *exec.Cmd) { cmd.Env, cmd.Stdout = []string{"PATH=/bin"}, full },
			"nothing at all": func(h *home, cmd *exec.Cmd) {
				cmd.Env = []string{}
				closeInChild(h, cmd, "<&- >&- 2>&-")
			},
		} {
			if args == "telemetry" && name != "all full" && name != "all closed" {
				continue // the twin has no such command: it only must not hang
			}
			t.Run(args+" "+name, func(t *testing.T) {
				t.Parallel()
				h := newHome(t)
				run := func(program string) outcome {
					cmd := h.command(program, strings.Fields(args)...)
					var stdout, stderr bytes.Buffer
					cmd.Stdout, cmd.Stderr = &stdout, &stderr
					set(h, cmd)
					timer := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
					defer timer.Stop()
					if err := cmd.Run(); cmd.ProcessState == nil {
						t.Fatal(err)
					}
					return outcome{stdout.String(), stderr.String(), shellCode(cmd.ProcessState)}
				}
				got, want := run(built.cli), run(built.twin)
				if args == "telemetry" {
					if got.code != 0 {
						t.Errorf("%+v", got)
					}
					return
				}
				sameForUser(t, got, want)
			})
		}
	}
}

// TestFewFilesLeft: a command that can open hardly any more files ends as its twin does. Go ends a process that has not two
// for its poller, so nothing that is always done may start that.
func TestFewFilesLeft(t *testing.T) {
	for limit := 4; limit <= 9; limit++ {
		for _, args := range []string{"end three", "get data-policy"} {
			t.Run(fmt.Sprintf("%s with %d", args, limit), func(t *testing.T) {
				t.Parallel()
				h := newHome(t, "PACE_TELEMETRY=local")
				run := func(program string) outcome {
					cmd := h.command("/bin/sh", append([]string{"-c", fmt.Sprintf(`ulimit -n %d; exec "$0" "$@"`, limit), program}, strings.Fields(args)...)...)
					var stdout, stderr bytes.Buffer
					cmd.Stdout, cmd.Stderr = &stdout, &stderr
					if err := cmd.Run(); cmd.ProcessState == nil {
						t.Fatal(err)
					}
					return outcome{stdout.String(), stderr.String(), shellCode(cmd.ProcessState)}
				}
				sameForUser(t, run(built.cli), run(built.twin))
			})
		}
	}
}

// closeInChild has a shell start the program with streams closed. Both programs think they are called ./pace.
func closeInChild(h *home, cmd *exec.Cmd, closed string) {
	cmd.Dir = h.t.TempDir()
	must(h.t, os.Symlink(cmd.Path, filepath.Join(cmd.Dir, "pace")))
	cmd.Path, cmd.Args = "/bin/sh", append([]string{"sh", "-c", `exec ./pace "$@" ` + closed}, cmd.Args...)
}

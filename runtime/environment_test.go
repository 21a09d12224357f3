//go:build !notelemetry && linux

package telemetry

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// What is allowed depends on the environment in which the user ran the CLI, not on what the CLI made of it for itself or
// for its children.
func TestEnvironmentThatTheCLIChanges(t *testing.T) {
	long(t)
	t.Parallel()
	server := newCollector(t, nil)
	elsewhere := tempDir(t)
	for name, c := range map[string]struct {
		env  string   // the user's
		args []string // the CLI's: names and values, after it has cleared all
		sent bool
	}{
		"cleared":                     {"", nil, true},
		"cleared in a CI system":      {"CI=true", nil, false},
		"cleared where it was local":  {"PACE_TELEMETRY=local", nil, false},
		"cleared by a coding agent":   {"AI_AGENT=x", nil, false},
		"cleared without an endpoint": {"PACE_TELEMETRY_ENDPOINT=", nil, false},
		"CI for its children":         {"", []string{"CI", "true"}, true},
		"off for its children":        {"", []string{"DO_NOT_TRACK", "1", "PACE_TELEMETRY", "off"}, true},
		"another home":                {"", []string{"HOME", elsewhere, "XDG_CONFIG_HOME", elsewhere}, true},
		"another endpoint":            {"", []string{"PACE_TELEMETRY_ENDPOINT", "http://127.0.0.1:9/"}, true},
	} {
		h := newHome(t, "SHAPE=an environment of its own", "PACE_TELEMETRY_ENDPOINT="+server.URL)
		h.write(consentFile, "on 1\n")
		h.env = append(h.env, c.env)
		before := len(server.bodies())
		if got := h.runProgram(shapes(t), append([]string{"get"}, c.args...)...); got != (outcome{}) {
			t.Errorf("%s: %+v", name, got)
		}
		if h.want("pace get 0 1"); c.sent {
			server.wait(t, before+1)
		} else if h.read(timestampFile) != "" {
			t.Errorf("%s: the run is to be sent", name)
		}
		eventually(t, "the uploader ends", 10*time.Second, func() bool { return len(h.uploaders()) == 0 })
		if sent := len(server.bodies()) - before; sent > 1 || !c.sent && sent > 0 {
			t.Errorf("%s: %d uploads", name, sent)
		}
	}
	if left, err := os.ReadDir(elsewhere); err != nil || len(left) > 0 {
		t.Errorf("left in another home: %v %v", left, err)
	}
}

// A umask takes no right to the folders from their owner, who keeps other configuration in ~/.config.
func TestUmask(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	cmd := h.command("/bin/sh", "-c", `umask 0777; exec "$0" end three`, built.cli)
	cmd.Args[0] = "sh"
	if _ = cmd.Run(); cmd.ProcessState.ExitCode() != 3 {
		t.Fatal(cmd.ProcessState)
	}
	for _, dir := range []string{h.file(""), filepath.Dir(filepath.Clean(h.file("")))} {
		if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v (%v)", dir, info.Mode(), err)
		}
	}
}

// Without /proc and /dev, as in a small chroot, a program does not know its own file. The command is its twin's, the run is
// counted, and the telemetry command has a name for the program.
func TestWithoutProc(t *testing.T) {
	t.Parallel()
	needRoot(t)
	h := newHome(t)
	for program, name := range map[string]string{built.cli: "pace", built.twin: "twin"} {
		must(t, exec.Command("cp", program, filepath.Join(h.dir, name)).Run())
	}
	inside := func(program string, args ...string) outcome {
		cmd := h.command("/"+program, args...)
		cmd.Env, cmd.Dir, cmd.SysProcAttr = []string{"HOME=/", "PACE_TELEMETRY_ENDPOINT=http://127.0.0.1:9/"}, "/", &syscall.SysProcAttr{Chroot: h.dir}
		cmd.Args[0] = "/pace"
		var stdout, stderr strings.Builder
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		if err := cmd.Run(); cmd.ProcessState == nil {
			t.Fatal(err)
		}
		return outcome{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
	}
	if got := inside("pace", "telemetry", "on"); got.code != 0 {
		t.Fatalf("%+v", got)
	}
	sameForUser(t, inside("pace", "end", "three"), inside("twin", "end", "three"))
	h.want("pace end three 3 1")
	if got := inside("pace", "telemetry", "off"); !strings.Contains(got.stdout, "run `pace telemetry forget` instead") {
		t.Errorf("%+v", got)
	}
}

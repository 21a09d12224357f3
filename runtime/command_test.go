//go:build !notelemetry

package telemetry

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
)

// The instruction in the notice is for the way in which the process was started: by its own file, which may lie outside
// PATH, or by another CLI, whose plugin it is and which names it in the arguments.
func TestProgramName(t *testing.T) {
	defer func() { process.root, process.args = nil, nil }()
	bin := tempDir(t)
	self, err := os.Executable()
	must(t, err)
	self = strings.TrimSuffix(self, ".exe")
	for _, name := range []string{"pace", "pace.exe", "docker-pace", "docker-pace.exe"} {
		must(t, os.WriteFile(filepath.Join(bin, name), nil, 0o700))
	}
	t.Setenv("PATH", bin)
	plugin := &cobra.Command{Use: "pace"}
	(&cobra.Command{Use: "docker"}).AddCommand(plugin)
	for _, c := range []struct {
		args string
		root *cobra.Command
		want string
	}{
		{"/usr/bin/pace get", &cobra.Command{Use: "pace"}, "pace"},
		{"/usr/bin/pace pace", &cobra.Command{Use: "pace"}, "pace"},
		{"/usr/bin/pace get", nil, "pace"},
		{"pace get", nil, "pace"},
		{"pace-cli.exe get", nil, "pace-cli"},
		{"/home/ann/.local/share/gh/extensions/gh-pace/gh-pace get", nil, self},
		{"./pace-cli get", nil, self},
		{"/usr/lib/docker/cli-plugins/docker-pace pace get", plugin, "docker pace"},
		{"/usr/lib/docker/cli-plugins/docker-pace --context x pace get", plugin, "docker pace"},
		{"docker-pace get", plugin, "docker-pace"},
		{"docker-pace space pacemaker", plugin, "docker-pace"},
	} {
		process.args, process.root = strings.Fields(c.args), c.root
		if got := programName(); got != c.want {
			t.Errorf("%s: %q, want %q", c.args, got, c.want)
		}
	}
}

// On Windows no file is replaced while a program has it open, as a virus scanner does: the telemetry command waits for that.
func TestOffWhileTheDecisionIsRead(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.run("telemetry", "on")
	reader, err := os.Open(h.file(consentFile))
	must(t, err)
	defer reader.Close()
	off := h.command(built.cli, "telemetry", "off")
	var text bytes.Buffer
	off.Stderr = &text
	must(t, off.Start())
	ended := make(chan error, 1)
	go func() { ended <- off.Wait() }()
	for waits := 0; ; {
		select {
		case err := <-ended:
			if err != nil || !strings.HasPrefix(h.read(consentFile), "off ") {
				t.Errorf("%v: %s\nthe decision is %q", err, text.String(), h.read(consentFile))
			}
			return
		case <-time.After(time.Millisecond):
			if _, err := os.Stat(h.file(consentFile + ".tmp")); err == nil {
				if waits++; waits == 3 { // it is not the write that takes so long
					must(t, reader.Close())
				}
			}
		}
	}
}

// Where nothing can be kept, the telemetry command says why.
func TestTelemetryCommandWithoutFolder(t *testing.T) {
	t.Parallel()
	h := newHome(t, "HOME=", "AppData=")
	if got := h.run("telemetry", "off"); got.code != 1 || got.stderr != "Error: nothing is counted: there is no configuration folder (is HOME set?)\n" {
		t.Errorf("off: %+v", got)
	}
	if got := h.run("telemetry", "status"); got.code != 0 || !strings.Contains(got.stdout, "telemetry: off\n") || !strings.Contains(got.stdout, "\nfile: none\n") {
		t.Errorf("status: %+v", got)
	}
	h = newHome(t)
	h.write(lockName+"/a folder", "")
	if got := h.run("telemetry", "off"); got.code != 1 || !strings.Contains(got.stderr, "directory") {
		t.Errorf("off, with a folder in place of the lock: %+v", got)
	}
}

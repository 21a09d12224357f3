package main

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

func TestReportPrintsWhatTheStoreKnows(t *testing.T) {
	file := filepath.Join(t.TempDir(), "telemetry.db")
	collector := started(t, nil, "--store", "sqlite:"+file)
	if got := post(t, collector.public, report); got != "200 OK" {
		t.Fatal(got)
	}
	collector.stop()
	output, err := command(t, nil, "report", "--store", "sqlite:"+file, "--app", "pace").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	for _, want := range []string{"pace, 20", "Installs", `"pace get data-policy"`, `"v1.16.0"`, "100.0 %"} {
		if !strings.Contains(string(output), want) {
			t.Errorf("no %q in\n%s", want, output)
		}
	}
	for _, args := range [][]string{{"report", "--store", "sqlite:" + file, "--app", "nobody"}, {"report", "--store", "sqlite:" + file + ".none"}} {
		cmd := command(t, nil, args...)
		if output, _ := cmd.CombinedOutput(); cmd.ProcessState.ExitCode() != 2 {
			t.Errorf("%q: %v\n%s", args, cmd.ProcessState, output)
		}
	}
}

// TestWhatCannotBeWrittenIsNamed: on a file system that is read-only SQLite cannot write
// beside a collector's file, nor to a copy of it. The only line says which file it is.
func TestWhatCannotBeWrittenIsNamed(t *testing.T) {
	tools := peertest.Need(t, "unshare", "mount")
	dir := t.TempDir()
	file, copied := filepath.Join(dir, "telemetry.db"), filepath.Join(dir, "copy.db")
	collector := started(t, nil, "--store", "sqlite:"+file)
	post(t, collector.public, report)
	collector.stop()
	if output, err := command(t, nil, "backup", "--store", "sqlite:"+file, copied).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	readOnly := func(args ...string) *exec.Cmd {
		cmd := command(t, nil, args...)
		script := fmt.Sprintf(`mount --bind %[1]s %[1]s && mount -o remount,bind,ro %[1]s && exec "$@"`, dir)
		cmd.Path, cmd.Args = tools[0], append([]string{"unshare", "--mount", "sh", "-c", script, "sh"}, cmd.Args...)
		return cmd
	}
	if output, err := readOnly("--help").CombinedOutput(); err != nil {
		peertest.Missing(t, fmt.Sprintf("the right to mount a file system: %v %s", err, output))
	}
	for _, file := range []string{file, copied} {
		for _, args := range [][]string{{"report"}, {"purge", "--app", "pace", "--dry-run"}, {"purge", "--app", "pace"}, {"backup", file + "2"}, {}} {
			cmd := readOnly(append(args, "--store", "sqlite:"+file)...)
			if output, _ := cmd.CombinedOutput(); cmd.ProcessState.ExitCode() != 2 || !strings.Contains(string(output), dir) {
				t.Errorf("%s, %q: %v\n%s", file, args, cmd.ProcessState, output)
			}
		}
	}
}

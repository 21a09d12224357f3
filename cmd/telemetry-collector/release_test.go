package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAReleaseIsRegisteredWithACollectorThatRuns(t *testing.T) {
	const secret = "0123456789abcdef"
	folder := t.TempDir()
	for name, text := range map[string]string{"commands.txt": "pace\npace get\thidden\n", "exitcodes.txt": "3 exitNotFound\n"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	large, larger := t.TempDir(), t.TempDir()
	for folder, lines := range map[string]int{large: 20_001, larger: 900_000} {
		var list strings.Builder
		for i := range lines {
			fmt.Fprintf(&list, "pace c%d\n", i)
		}
		if err := os.WriteFile(filepath.Join(folder, "commands.txt"), []byte(list.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	server := started(t, []string{"PRIVATE_TOKEN=" + secret})
	for _, test := range []struct {
		name   string
		env    []string
		args   []string
		status int
		says   string
	}{
		{"without the token", nil, []string{"--app", "pace"}, 2, "401"},
		{"another app's commands", []string{"PRIVATE_TOKEN=" + secret}, []string{"--app", "kube"}, 2, "not a command of kube"},
		{"no list", []string{"PRIVATE_TOKEN=" + secret}, []string{"--app", "pace", "--folder", "/no/such"}, 2, "/no/such/commands.txt"},
		{"more than it takes", []string{"PRIVATE_TOKEN=" + secret}, []string{"--app", "pace", "--folder", large}, 2, "commands:20001: more than 20000 commands"},
		{"far more", []string{"PRIVATE_TOKEN=" + secret}, []string{"--app", "pace", "--folder", larger}, 2, "request body too large"},
		{"a store, which it does not know", nil, []string{"--app", "pace", "--store", "x"}, 2, "unknown flag: --store"},
		{"no app", []string{"PRIVATE_TOKEN=" + secret}, nil, 2, `"app" not set`},
		{"with it", []string{"TELEMETRY_PRIVATE_TOKEN=" + secret}, []string{"--app", "pace"}, 0, "pace v1.19.0 is registered"},
	} {
		args := append([]string{"release", "--url", server.private, "--version", "v1.19.0", "--folder", folder}, test.args...)
		cmd := command(t, test.env, args...)
		output, _ := cmd.CombinedOutput()
		if status := cmd.ProcessState.ExitCode(); status != test.status || !strings.Contains(string(output), test.says) {
			t.Errorf("%s: exit status %d, want %d and %q in:\n%s", test.name, status, test.status, test.says, output)
		}
	}
	if status, log := server.stop(); status != 0 || strings.Count(log, "a release was registered") != 1 {
		t.Errorf("%d\n%s", status, log)
	}
}

// TestABackupIsTakenWhileTheCollectorRuns starts another collector on the copy.
func TestABackupIsTakenWhileTheCollectorRuns(t *testing.T) {
	dir := t.TempDir()
	from, to := "sqlite:"+filepath.Join(dir, "telemetry.db"), filepath.Join(dir, "copy.db")
	server := started(t, nil, "--store", from)
	if got := post(t, server.public, report); got != "200 OK" {
		t.Fatal(got)
	}
	if output, err := command(t, nil, "backup", "--store", from, to).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	info, err := os.Stat(to)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	link := filepath.Join(dir, "link.db")
	if err := os.Symlink(filepath.Join(dir, "elsewhere"), link); err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{
		"through a link":  {"--store", from, link},
		"over a file":     {"--store", from, to},
		"of no file":      {"--store", from + "x", to + "2"},
		"to no folder":    {"--store", from, filepath.Join(dir, "no", "copy.db")},
		"of a PostgreSQL": {"--store", "postgres://localhost/x", to + "3"},
	} {
		cmd := command(t, nil, append([]string{"backup"}, args...)...)
		if output, _ := cmd.CombinedOutput(); cmd.ProcessState.ExitCode() != 2 {
			t.Errorf("%s: exit status %d\n%s", name, cmd.ProcessState.ExitCode(), output)
		}
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*copy.db*"))
	if elsewhere, _ := filepath.Glob(filepath.Join(dir, "elsewhere*")); len(files)+len(elsewhere) != 1 {
		t.Errorf("left behind: %v", files)
	}
	streamed := command(t, nil, "backup", "--store", from, "-")
	streamed.Env = append(streamed.Env, "TMPDIR="+streamed.Dir)
	data, err := streamed.Output()
	if err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(streamed.Dir, "*")); len(left) > 0 {
		t.Errorf("a copy to the standard output left %v", left)
	}
	early := command(t, []string{"TMPDIR=" + streamed.Dir}, "backup", "--store", from, "-")
	reader, err := early.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := early.Start(); err != nil {
		t.Fatal(err)
	}
	reader.Read(make([]byte, 1))
	reader.Close()
	if err := early.Wait(); err == nil {
		t.Error("a copy of which little was read is one")
	}
	if left, _ := filepath.Glob(filepath.Join(streamed.Dir, "*")); len(left) > 0 {
		t.Errorf("a reader that ended early left %v", left)
	}
	stream := filepath.Join(dir, "stream.db")
	if err := os.WriteFile(stream, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if output, err := command(t, nil, "report", "--store", "sqlite:"+stream).CombinedOutput(); err != nil || !strings.Contains(string(output), "pace get data-policy") {
		t.Errorf("a copy from the standard output: %v\n%s", err, output)
	}
	copied := started(t, nil, "--store", "sqlite:"+to)
	if got := fetch(t, copied.private+"/metrics"); !strings.Contains(got, `command="pace get data-policy"`) || !strings.Contains(got, "} 2\n") {
		t.Errorf("the copy has\n%s", got)
	}
}

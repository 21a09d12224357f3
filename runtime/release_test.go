//go:build !notelemetry && linux

package telemetry

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// another builds the CLI as another author or release would have it: with other
// files in the place of some.
func another(t *testing.T, changes map[string]func(string) string) string {
	t.Helper()
	dir := t.TempDir()
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	for name, change := range changes {
		source, err := filepath.Abs(name)
		must(t, err)
		text, err := os.ReadFile(source)
		must(t, err)
		changed := change(string(text))
		if changed == string(text) {
			t.Fatalf("nothing changed in %s", name)
		}
		overlay.Replace[source] = filepath.Join(dir, filepath.Base(name))
		must(t, os.WriteFile(overlay.Replace[source], []byte(changed), 0o600))
	}
	data, err := json.Marshal(overlay)
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "overlay.json"), data, 0o600))
	program := filepath.Join(dir, "pace")
	must(t, build(program, "./testdata/pace/instrumented", append([]string{"-overlay", filepath.Join(dir, "overlay.json")}, buildFlags...)...))
	return program
}

func replace(from, to string) func(string) string {
	return func(text string) string { return strings.Replace(text, from, to, 1) }
}

// In a CLI whose author asks first, nothing is sent and no notice comes before
// the user said on.
func TestOptIn(t *testing.T) {
	long(t)
	t.Parallel()
	program := another(t, map[string]func(string) string{"config.go": replace(`= "opt-out"`, `= "opt-in"`)})
	server := newCollector(t, nil)
	h := newHome(t, "PACE_TELEMETRY_ENDPOINT="+server.URL, "PACE_TELEMETRY_UPLOAD_INTERVAL_SECONDS=0")
	for i := 0; i < 3; i++ {
		if text := h.programOnTerminal(program, "required"); strings.Contains(text, "telemetry") {
			t.Errorf("the user is told:\n%s", text)
		}
	}
	h.write(consentFile, "noticed 1700000000\n") // left by a release that did not ask
	h.runProgram(program, "required")
	if h.report().ID != "" || len(server.bodies()) > 0 || len(h.uploaders()) > 0 {
		t.Errorf("sent without having asked: %v\n%s", server.bodies(), h.read(reportFile))
	}
	if got := h.runProgram(program, "telemetry", "status"); !strings.Contains(got.stdout, "telemetry: local") {
		t.Errorf("%+v", got)
	}
	if got := h.runProgram(program, "telemetry", "on"); got.code != 0 {
		t.Errorf("%+v", got)
	}
	h.runProgram(program, "end", "three")
	server.wait(t, 1)
	if body := server.bodies()[0].body; !strings.Contains(body, `{"pace end three":{"3":{"cumulative_count":1}}},`) {
		t.Errorf("sent %s", body)
	}
	h.want("pace end three 3 1", "pace required 1 4")
}

// Two releases with different commands and versions count into one file, in
// turns and at once.
func TestTwoReleasesSideBySide(t *testing.T) {
	long(t)
	t.Parallel()
	older := another(t, map[string]func(string) string{
		"commands.txt":             replace("pace end three\n", ""),
		"testdata/pace/app/app.go": replace("v1.16.0", "v1.15.0"),
	})
	h := newHome(t)
	for i := 0; i < 3; i++ {
		h.runProgram(older, "end", "three")
		h.run("end", "three")
	}
	var all sync.WaitGroup
	for i := 0; i < 20; i++ {
		for _, program := range []string{older, built.cli} {
			all.Add(1)
			go func(program string) {
				defer all.Done()
				if got := h.runProgram(program, "end", "three"); got.code != 3 || got.stderr != "" {
					t.Errorf("%+v", got)
				}
			}(program)
		}
	}
	all.Wait()
	h.want("pace end (unlisted) 3 23", "pace end three 3 23")
	for program, version := range map[string]string{older: "v1.15.0", built.cli: "v1.16.0"} {
		h.runProgram(program, "required")
		if got := h.report().CLIVersion; got != version {
			t.Errorf("version %s after a run of %s", got, version)
		}
	}
}

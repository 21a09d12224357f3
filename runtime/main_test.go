//go:build !notelemetry

package telemetry

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"syscall"
	"testing"
)

// The tests run real programs: a CLI with the telemetry, as the generator would
// inject it, and its twin without.
var built struct{ dir, cli, twin string }

func TestMain(m *testing.M) {
	code, err := buildAndRun(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func buildAndRun(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "telemetry-runtime-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	built.dir, built.cli, built.twin = dir, filepath.Join(dir, "pace"), filepath.Join(dir, "twin")
	if ready := os.Getenv("TELEMETRYGEN_TEST_PROGRAMS"); ready != "" { // there is no go command in wine
		built.cli, built.twin = filepath.Join(ready, "pace.exe"), filepath.Join(ready, "twin.exe")
		return m.Run(), nil
	}
	if err := build(built.cli, "./testdata/pace/instrumented", buildFlags...); err != nil {
		return 0, err
	}
	if err := build(built.twin, "./testdata/pace/twin"); err != nil {
		return 0, err
	}
	return m.Run(), nil
}

// build builds a program; flags may follow the package. It is linked as releases are, without cgo, unless it has the race
// detector: a dynamic loader takes a fifth of a short run, and hides from Go that all goroutines are asleep.
func build(out, pkg string, flags ...string) error {
	// Without debug information it links faster.
	cmd := exec.Command("go", append(append([]string{"build"}, flags...), "-ldflags=-w", "-o", out, pkg)...)
	if !slices.Contains(flags, "-race") {
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	}
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building %s: %v\n%s", pkg, err, text)
	}
	return nil
}

// home is a fresh home folder and what the program is run with.
type home struct {
	t   testing.TB
	dir string
	env []string
}

func newHome(t testing.TB, env ...string) *home {
	t.Helper()
	dir := tempDir(t)
	h := &home{t: t, dir: dir, env: append([]string{"HOME=" + dir, "AppData=" + dir, "PATH=" + os.Getenv("PATH"),
		"TMPDIR=" + os.TempDir(), "SystemRoot=" + os.Getenv("SystemRoot")}, env...)}
	t.Cleanup(h.stopUploaders)
	return h
}

// outcome is what somebody at a shell sees of a run.
type outcome struct {
	stdout, stderr string
	code           int // 128 + the signal's number when it was killed
}

// command is a run of program that was not started yet. Both programs think they are called pace.
func (h *home) command(program string, args ...string) *exec.Cmd {
	cmd := exec.Command(program)
	cmd.Args = append([]string{"pace"}, args...)
	cmd.Env, cmd.Dir = h.env, h.dir
	return cmd
}

func (h *home) run(args ...string) outcome { return h.runProgram(built.cli, args...) }

func (h *home) runProgram(program string, args ...string) outcome {
	h.t.Helper()
	cmd := h.command(program, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	const internalError = syscall.Errno(1359) // wine's, when it is busy: no process was started
	if errors.Is(err, internalError) {
		return h.runProgram(program, args...)
	}
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		h.t.Fatal(err)
	}
	return outcome{stdout.String(), stderr.String(), shellCode(cmd.ProcessState)}
}

func (h *home) file(name string) string { return filepath.Join(h.dir, dotConfig, app, name) }

func (h *home) read(name string) string {
	data, err := os.ReadFile(h.file(name))
	if err != nil && !os.IsNotExist(err) {
		h.t.Fatal(err)
	}
	return string(data)
}

func (h *home) write(name, text string) {
	h.t.Helper()
	if err := os.MkdirAll(filepath.Dir(h.file(name)), 0o700); err != nil {
		h.t.Fatal(err)
	}
	if err := os.WriteFile(h.file(name), []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

// report parses telemetry.yaml, which must be readable.
func (h *home) report() report {
	h.t.Helper()
	r, err := folder(h.file("")).read(reportFile)
	if err != nil && !missing(err) {
		h.t.Fatalf("%v:\n%s", err, h.read(reportFile))
	}
	return r
}

// counts is the report as lines "path code count".
func (h *home) counts() string {
	h.t.Helper()
	return flat(h.report().MetricPoints)
}

func flat(all points) string {
	var lines []string
	for path, codes := range all {
		for code, p := range codes {
			lines = append(lines, fmt.Sprintf("%s %d %d", path, code, p.CumulativeCount))
		}
	}
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}

func (h *home) want(counts ...string) {
	h.t.Helper()
	if got, want := h.counts(), strings.Join(counts, "\n"); got != want {
		h.t.Errorf("counted\n%s\nwant\n%s", got, want)
	}
}

// nothingKept fails if the home folder is not empty.
func (h *home) nothingKept() {
	h.t.Helper()
	if entries, err := os.ReadDir(h.dir); err != nil || len(entries) > 0 {
		h.t.Errorf("left in the home folder: %v %v", entries, err)
	}
}

// need skips a test that lacks something, but not where everything is required.
func need(t testing.TB, ok bool, what string) {
	t.Helper()
	if ok {
		return
	}
	if os.Getenv("TELEMETRYGEN_TEST_REQUIRE") == "all" {
		t.Fatal("missing: " + what)
	}
	t.Skip("SKIPPED, NOT TESTED HERE: needs " + what)
}

// long leaves a test that takes more than a second to `go test` without -short.
func long(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("not with -short")
	}
}

func needProgram(t testing.TB, name string) string {
	path, err := exec.LookPath(name)
	need(t, err == nil, name)
	return path
}

func needRoot(t testing.TB) { need(t, os.Geteuid() == 0, "root") }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// sameForUser compares all but the addresses and numbers in a traceback.
func sameForUser(t *testing.T, got, want outcome) {
	t.Helper()
	if i := strings.Index(got.stderr, "goroutine "); i >= 0 {
		got.stderr = got.stderr[:i]
	}
	if i := strings.Index(want.stderr, "goroutine "); i >= 0 {
		want.stderr = want.stderr[:i]
	}
	if got != want {
		t.Errorf("got  %+v\ntwin %+v", got, want)
	}
}

//go:build !notelemetry && !windows

package telemetry

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

var buildShapes sync.Once

// shapes is the program with the CLIs of all shapes.
func shapes(t *testing.T) string {
	t.Helper()
	cli := filepath.Join(built.dir, "shapes")
	buildShapes.Do(func() { must(t, build(cli, "./testdata/shapes", buildFlags...)) })
	return cli
}

// CLIs of all shapes print and return what they do without telemetry, and their runs are counted under the right path.
func TestShapes(t *testing.T) {
	long(t)
	t.Parallel()
	cli, twin := shapes(t), filepath.Join(t.TempDir(), "twin")
	must(t, build(twin, "./testdata/shapes", "-tags", "notelemetry"))
	for _, c := range []struct{ shape, args, stdout, counted string }{
		{"no hook", "get", "got", "pace get 0 1"},
		{"no hook", "required", "", "pace required 1 1"},
		{"no hook", "get x", "", "pace get 1 1"},
		{"no hook", "nope", "", "pace 1 1"},
		{"a hook", "get", "root\ngot", "pace get 0 1"},
		{"an E hook", "get", "root\ngot", "pace get 0 1"},
		{"both hooks", "get", "root\ngot", "pace get 0 1"},
		{"a hook after Track", "get", "root\ngot", "pace get 0 1"},
		{"an E hook after Track", "get", "root\ngot", "pace get 0 1"},
		{"a hook from an initializer", "get", "root\ngot", "pace get 0 1"},
		{"a failing hook", "get", "", "pace get 1 1"},
		{"a hook below that calls the root's", "get", "root\nget\ngot", "pace get 0 1"},
		{"an executor that sets a hook where there is none", "get", "the executor's\ngot", "pace get 0 1"},
		{"a plugin", "pace get", "docker\ngot", "pace get 0 1"},
		{"a plugin", "pace required", "docker", "pace required -1 1"},
		{"a plugin", "pace get --nope", "", "pace get -1 1"},
		{"a plugin", "docker-cli-plugin-metadata", "docker\n{}", ""},
		{"a plugin that also runs by its own name", "get", "docker\ngot", "pace get 0 1"},
		{"an execution inside a run", "get", "", "pace get 0 1"},
		{"only an execution inside a run", "get", "", ""},
		{"a command that was taken from a tree", "get", "got", "pace get 0 1"},
		{"a help flag without a letter", "get -h", "", ""},
		{"a help flag without a letter", "get -x", "", "pace get 1 1"},
		{"a help flag without a letter", "get --help", "", ""},
		{"an own telemetry argument", "telemetry", "any [telemetry]", "pace 0 1"},
		{"an own telemetry argument", "telemetry on x", "any [telemetry on x]", "pace 0 1"},
		{"a broken configuration", "get", "", "pace 78 1"},
		{"a copy of the root", "get", "got", "pace get 0 1"},
		{"a copy of the root", "required", "", "pace required 1 1"},
		{"a copy of the root", "get --nope", "", "pace get 1 1"},
		{"a copy of the root", "nope", "", "pace 1 1"},
		{"a copy that an executor makes", "get", "got", "pace get 0 1"},
		{"a tree that is built late", "get", "got", "pace get 0 1"},
		{"a tree that is built late", "nope", "", "pace 1 1"},
		{"arguments of its own", "x", "got", "pace get 0 1"},
		{"a main that is a function of its own", "get", "got", "pace get 0 1"},
		{"flags of package testing", "get", "got", "pace get 0 1"},
		{"main calls itself", "get", "got", "pace get 0 1"},
		{"main calls itself", "nope", "", "pace 1 1"},
		{"a command of two parents", "end three", "three", "pace (unlisted) 0 1"},
		{"a shell", "", "", "pace (unlisted) 0 1"},
		{"two with one name", "get", "z", "pace (unlisted) 0 1"},
		{"handed over before main", "get", "got", "pace get 0 1"},
		{"handed over before main", "get --help", "", ""},
		{"handed over before main", "get --nope", "", "pace get 1 1"},
		{"handed over before main", "required", "", "pace required 1 1"},
		{"handed over before main", "nope", "", "pace 1 1"},
		{"handed over before main, and once more", "get", "got", "pace get 0 1"},
		{"handed over before main, and once more", "nope", "", "pace 1 1"},
		{"handed over before main, another one is executed", "get", "got", "pace get 0 1"},
		{"handed over before main, another one is executed", "required", "", "pace required 1 1"},
		{"handed over before main, a foreign one is executed", "outer", "", ""},
	} {
		t.Run(c.shape+" "+c.args, func(t *testing.T) {
			h := newHome(t, "SHAPE="+c.shape)
			got := h.runProgram(cli, strings.Fields(c.args)...)
			sameForUser(t, got, h.runProgram(twin, strings.Fields(c.args)...))
			if c.stdout != "" && got.stdout != c.stdout+"\n" {
				t.Errorf("it prints %q, want %q", got.stdout, c.stdout)
			}
			if strings.Contains(c.counted, " -1 ") {
				h.env = append(h.env, "SHAPE=no hook")
				h.runProgram(cli, "get", "x")
				c.counted = strings.ReplaceAll(c.counted+"\npace get 1 1", "pace required -1 1\npace get 1 1", "pace get 1 1\npace required -1 1")
			}
			if h.want(strings.Split(c.counted, "\n")...); c.counted == "" {
				h.nothingKept()
			}
		})
	}
}

// A test binary that runs the CLI's main is no run of a user's.
func TestMainInATestBinaryIsInert(t *testing.T) {
	long(t)
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "pace")
	if out, err := exec.Command("go", "test", "-c", "-o", binary, "./testdata/shapes").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	h := newHome(t, "SHAPE=no hook")
	if got := h.runProgram(binary, "get"); got.code != 0 || got.stdout != "got\n" {
		t.Errorf("%+v", got)
	}
	h.nothingKept()
}

// The telemetry command works whatever the CLI does before it executes cobra, and in every shape.
func TestTelemetryCommandInEveryShape(t *testing.T) {
	long(t)
	t.Parallel()
	cli := shapes(t)
	for _, shape := range []string{"a broken configuration", "an own telemetry argument", "a failing hook", "no hook", "a plugin"} {
		h := newHome(t, "SHAPE="+shape, "PACE_TELEMETRY_ENDPOINT=http://127.0.0.1:9/")
		got := h.runProgram(cli, "telemetry", "off")
		if got.code != 0 || got.stderr != "" || !strings.Contains(got.stdout, "Telemetry is off.") || !strings.Contains(got.stdout, "To have that erased too, run `pace telemetry forget` instead.") {
			t.Errorf("%s: %+v", shape, got)
		}
		if h.read(reportFile)+h.read(timestampFile)+h.read(lockName) != "" {
			t.Errorf("%s: the run that says off was counted", shape)
		}
		got = h.runProgram(cli, "pace", "telemetry", "status") // as a plugin of another CLI
		if got.code != 0 || !strings.Contains(got.stdout, "telemetry: off\n") {
			t.Errorf("%s: %+v", shape, got)
		}
	}
}

// Built with the race detector, a CLI that executes cobra in goroutines has no race, and counts its one run.
func TestServerHasNoRace(t *testing.T) {
	long(t)
	t.Parallel()
	cli := filepath.Join(t.TempDir(), "cli")
	if err := build(cli, "./testdata/shapes", "-race"); err != nil {
		need(t, false, "a C compiler for the race detector: "+err.Error())
	}
	for shape, counted := range map[string]string{"a server": "pace get 0 1", "only a server": ""} {
		for i := 0; i < 10; i++ {
			h := newHome(t, "SHAPE="+shape, "GORACE=halt_on_error=0")
			got := h.runProgram(cli, "get")
			if strings.Contains(got.stderr, "DATA RACE") || got.code != 0 {
				t.Fatalf("%s: %+v", shape, got)
			}
			if shape == "a server" {
				h.want(counted)
			}
		}
	}
}

// The oldest versions of the three libraries that a CLI may have, and cobra since.
func TestOldVersionsOfTheLibraries(t *testing.T) {
	long(t)
	t.Parallel()
	for _, versions := range [][]string{
		{"github.com/spf13/cobra@v0.0.5", "github.com/google/uuid@v1.0.0"},
		{"github.com/spf13/cobra@v1.0.0", "github.com/google/uuid@v1.1.2"},
		{"github.com/spf13/cobra@v1.5.0", "github.com/google/uuid@v1.2.0"},
		{"github.com/spf13/cobra@v1.8.1", "github.com/google/uuid@v1.6.0"},
	} {
		t.Run(versions[0], func(t *testing.T) {
			dir := t.TempDir()
			mod := filepath.Join(dir, "go.mod")
			for from, to := range map[string]string{"../go.mod": mod, "../go.sum": filepath.Join(dir, "go.sum")} {
				data, err := os.ReadFile(from)
				must(t, err)
				must(t, os.WriteFile(to, data, 0o600))
			}
			for _, version := range versions {
				name := strings.SplitN(version, "@", 2)[0]
				must(t, exec.Command("go", "mod", "edit", "-replace", name+"="+version, mod).Run())
			}
			cli := filepath.Join(dir, "cli")
			if err := build(cli, "./testdata/shapes", "-modfile", mod, "-mod=mod"); err != nil {
				need(t, !strings.Contains(err.Error(), "dial tcp"), "the module proxy")
				t.Fatal(err)
			}
			for _, c := range []struct{ shape, args, counted string }{
				{"no hook", "get", "pace get 0 1"},
				{"no hook", "required", "pace required 1 1"},
				{"no hook", "get --nope", "pace get 1 1"},
				{"no hook", "nope", "pace 1 1"},
				{"no hook", "get --help", ""},
				{"no hook", "get -h", ""},
				{"a hook after Track", "get", "pace get 0 1"},
				{"a plugin", "pace get", "pace get 0 1"},
				{"a help flag without a letter", "get -h", ""},
			} {
				h := newHome(t, "SHAPE="+c.shape, "PACE_TELEMETRY=on", "PACE_TELEMETRY_ENDPOINT=http://127.0.0.1:9/")
				h.runProgram(cli, strings.Fields(c.args)...)
				if got := h.counts(); got != c.counted || (h.report().ID == "") != (c.counted == "") {
					t.Errorf("%s, %s: counted %q, want %q", c.shape, c.args, got, c.counted)
				}
			}
		})
	}
}

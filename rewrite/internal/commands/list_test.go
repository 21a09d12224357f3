package commands

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/go/packages"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/transaction"
)

// TestACLIThatDoesNotAnswerIsAskedOnce: every run of the generator would build it, and may have to wait for it.
func TestACLIThatDoesNotAnswerIsAskedOnce(t *testing.T) {
	peertest.Long(t, "builds programs")
	timeLimit = 2 * time.Second
	defer func() { timeLimit = 30 * time.Second }()
	goCache, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOCACHE", strings.TrimSpace(string(goCache)))
	cache := t.TempDir()
	for _, name := range []string{"XDG_CACHE_HOME", "HOME", "LocalAppData"} {
		t.Setenv(name, cache)
	}
	for _, c := range []struct{ ends, why, runs string }{ // --help twice, and help
		{"time.Sleep(time.Hour)", "had not executed its root command after 2s", "xx"},
		{"os.Exit(3)", "had not executed its root command when it ended (exit status 3), nor as `help`", "xxxx"},
		{"", "ended without executing its root command, nor did it as `help`", "xxxx"},
	} {
		dir := t.TempDir()
		asked, main := filepath.Join(dir, "asked"), filepath.Join(dir, "main.go")
		source := "package main\n\nimport (\"os\"; \"time\")\n\nvar _ time.Time\n\nfunc main() {\n\tf, _ := os.OpenFile(" + strconv.Quote(asked) +
			", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)\n\tf.WriteString(\"x\")\n\tprintln(\"name?\")\n\t" + c.ends + "\n}\n"
		if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/p\n\ngo 1.21\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		m := &load.Module{Main: &packages.Package{PkgPath: "p", Dir: dir}}
		for times := 1; times <= 3; times++ {
			if then := time.Now().Add(-keepFailed); times == 3 {
				if err := os.Chtimes(cacheFile(m, "k")+"-failed", then, then); err != nil {
					t.Error(err)
				}
			}
			_, err := List(context.Background(), m, []transaction.Change{{Name: main, New: []byte(source)}}, "k")
			var run *RunError
			if !errors.As(err, &run) || run.Why != c.why || run.Output != "name?" || run.Missed != (c.ends == "") || !strings.Contains(err.Error(), "not asked again for an hour") {
				t.Errorf("%s: error %v", c.ends, err)
			}
		}
		if got, err := os.ReadFile(asked); string(got) != c.runs {
			t.Errorf("%s: asked %d times (%v)", c.ends, len(got), err)
		}
	}
}

// TestCut keeps what fits into a message.
func TestCut(t *testing.T) {
	for out, want := range map[string]string{
		"one\n\x1b[31mtwo\x1b[0m\n": "one\ntwo", "1\n2\n3\n4": "1\n2\n3\n...",
		strings.Repeat("é", 5000): strings.Repeat("é", 2048) + "...",
	} {
		if got := cut([]byte(out), 3); got != want {
			t.Errorf("%.40q is cut to %.40q", out, got)
		}
	}
}

// TestListSeesNoPlugins: the plugins that this machine has must not get into the list that the CLI is shipped with.
func TestListSeesNoPlugins(t *testing.T) {
	with, without, system := t.TempDir(), t.TempDir(), t.TempDir()
	for _, name := range []string{filepath.Join(with, "pace-secret"), filepath.Join(without, "pace"), filepath.Join(without, "spacepace-x"), filepath.Join(system, "git")} {
		if err := os.WriteFile(name, nil, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	list := func(dirs ...string) string { return strings.Join(dirs, string(os.PathListSeparator)) }
	if got, want := withoutPlugins(list(with, without, "/nowhere", system, with), "pace"), list(without, "/nowhere", system); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := withoutPlugins("", "pace"); got != "" {
		t.Errorf("%q for no PATH", got)
	}
}

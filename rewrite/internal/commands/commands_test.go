package commands_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/go/packages"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/commands"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/transaction"
)

// TestListSaysWhyAProgramCannotBeAsked runs programs that never come to their
// root command, which here is whatever writes the file that is asked for.
func TestListSaysWhyAProgramCannotBeAsked(t *testing.T) {
	peertest.Long(t, "builds programs")
	for _, test := range []struct{ name, body, want string }{
		{"ends early", `println("no config"); os.Exit(3)`, "had not executed its root command when it ended (exit status 3), nor as `help`\nno config"},
		{"writes to a terminal", `println("\x1b[2J\x1b[1;33mno\x1b[0m\r config\a"); os.Exit(3)`, "(exit status 3), nor as `help`\nno config"},
		{"no root", ``, "without executing its root command"},
		{"does not compile", `undefined()`, "does not build"},
		{"no answer", `os.WriteFile(os.Getenv("TELEMETRYGEN_COMMANDS"), nil, 0o644)`, "is not valid"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := list(context.Background(), t, test.body)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
			var run *commands.RunError
			if asked := test.name != "does not compile" && test.name != "no answer"; asked && !errors.As(err, &run) {
				t.Errorf("%T", err)
			}
			if run != nil && run.Missed != (test.name == "no root") {
				t.Errorf("missed is %v", run.Missed)
			}
		})
	}
}

// TestListIsolatesTheProgram shows what a listed program sees of its author's
// machine: one argument, no input, an empty home.
func TestListIsolatesTheProgram(t *testing.T) {
	peertest.Long(t, "builds programs")
	t.Setenv("SECRET_TOKEN", "x")
	answer, err := list(context.Background(), t, `
	entries, _ := os.ReadDir(os.Getenv("HOME"))
	n, _ := os.Stdin.Read(make([]byte, 1))
	os.WriteFile(os.Getenv("TELEMETRYGEN_COMMANDS"), []byte("{\"name\": \""+os.Args[1]+os.Getenv("SECRET_TOKEN")+" "+string(rune('0'+len(entries)))+string(rune('0'+n))+"\"}"), 0o644)`)
	if err != nil || answer.Name != "--help 00" {
		t.Errorf("%v, %v", answer, err)
	}
}

// TestListAsksForHelpInTwoWays: a CLI may read its flags, or package flag do so, before it executes its root.
func TestListAsksForHelpInTwoWays(t *testing.T) {
	peertest.Long(t, "builds programs")
	for _, status := range []string{"0", "1"} {
		answer, err := list(context.Background(), t, `
	if os.Args[1] == "--help" {
		os.Exit(`+status+`)
	}
	os.WriteFile(os.Getenv("TELEMETRYGEN_COMMANDS"), []byte("{\"name\": \""+os.Args[1]+"\"}"), 0o644)`)
		if err != nil || answer.Name != "help" {
			t.Errorf("status %s: %v, %v", status, answer, err)
		}
	}
}

func TestListEndsWithItsContext(t *testing.T) {
	peertest.Long(t, "builds programs")
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	start := time.Now()
	if _, err := list(ctx, t, `select {}`+"\n\tdefer os.Exit(0)"); err == nil {
		t.Error("no error")
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("it took %v", took)
	}
}

// TestListKeepsLittleOfAnOutput: a shell that cannot read its input may say so for as long as it may run.
func TestListKeepsLittleOfAnOutput(t *testing.T) {
	peertest.Long(t, "builds programs")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := list(context.Background(), t, `
	for range 64 {
		os.Stderr.Write(make([]byte, 1<<20))
	}
	os.Exit(3)`)
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; err == nil || used > 16<<20 {
		t.Errorf("%d bytes were allocated for an output of 64 MiB; %v", used, err)
	}
}

// list asks a program whose module is on disk, and its main file only in the overlay.
func list(ctx context.Context, t *testing.T, body string) (plan.Tree, error) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/p\n\ngo 1.22\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	source := "package main\n\nimport \"os\"\n\nvar _ = os.Args\n\nfunc main() {\n\t" + body + "\n}\n"
	m := &load.Module{Main: &packages.Package{PkgPath: "p", Dir: dir}}
	return commands.List(ctx, m, []transaction.Change{{Name: filepath.Join(dir, "main.go"), New: []byte(source)}}, "")
}

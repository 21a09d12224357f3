package project

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/transaction"
)

// TestGenerateAndRemove writes a generated package, changes nothing the second
// time, and takes it away again.
func TestGenerateAndRemove(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"go.mod": "module example.com/cli\n"})
	g := Locate(dir, ".").Package("")
	contents := Contents{
		Config:    Config{Settings: Settings{App: "cli", Command: "telemetry", Consent: "opt-out"}, State: State{Main: "example.com/cli"}},
		Hooks:     []plan.Hook{{Path: "github.com/sirupsen/logrus", Known: true}},
		Commands:  []plan.Command{{Path: "cli"}, {Path: "cli get", Hidden: true}},
		ExitCodes: []plan.ExitCode{{Status: 3, Names: []string{"exitLost"}}},
	}
	var first, second []transaction.Change
	for _, c := range []*[]transaction.Change{&first, &second} {
		var foreign bool
		var err error
		if *c, foreign, err = g.Generate(contents); err != nil || foreign {
			t.Fatalf("%v, %v", foreign, err)
		}
		for _, change := range *c {
			write(t, "/", map[string]string{change.Name: string(change.New)})
			if filepath.Base(change.Name) == treeFile {
				t.Errorf("%s is only there while the CLI is asked", treeFile)
			}
		}
	}
	if len(second) > 0 {
		t.Errorf("the second time %d files change, the first is %s", len(second), second[0].Name)
	}
	for name, want := range map[string]string{
		"internal/telemetry/commands.txt": "cli\ncli get\thidden\n", "internal/telemetry/exitcodes.txt": "3 exitLost\n",
		"internal/telemetry/loggers.go": "logrus.RegisterExitHandler", "internal/telemetry/config.go": "\"cli\"",
		"internal/telemetry/exit/exit.go": "package telemetry", "TELEMETRY.md": "`cli get`",
	} {
		if data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name))); err != nil || !strings.Contains(string(data), want) {
			t.Errorf("%s has no %q (%v)", name, want, err)
		}
	}
	g = Locate(dir, ".").Package("")
	if listed, err := g.Listed(); err != nil || !slices.Equal(listed, contents.Commands) {
		t.Errorf("listed %v, %v", listed, err)
	}
	third, err := g.Remove()
	if err != nil || len(third) != len(first) {
		t.Errorf("%d files added, %d removed (%v)", len(first), len(third), err)
	}
	for _, change := range third {
		if change.New != nil {
			t.Errorf("%s stays", change.Name)
		}
	}
}

// TestGenerateWithoutCommands writes the list all the same, where every command is excluded: the CLI embeds it.
func TestGenerateWithoutCommands(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"go.mod": "module example.com/cli\n"})
	changes, _, err := Locate(dir, ".").Package("").Generate(Contents{Config: Config{Settings: Settings{App: "cli"}}})
	if err != nil || !slices.ContainsFunc(changes, func(c transaction.Change) bool { return filepath.Base(c.Name) == CommandsFile && c.New != nil }) {
		t.Errorf("no %s (%v)", CommandsFile, err)
	}
}

// TestGenerateLeavesAForeignPage where the author wrote TELEMETRY.md.
func TestGenerateLeavesAForeignPage(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"go.mod": "module example.com/cli\n", "TELEMETRY.md": "my own words\n"})
	changes, foreign, err := Locate(dir, ".").Package("").Generate(Contents{Config: Config{Settings: Settings{App: "cli"}}})
	if err != nil || !foreign {
		t.Errorf("foreign %v, %v", foreign, err)
	}
	for _, change := range changes {
		if filepath.Base(change.Name) == "TELEMETRY.md" {
			t.Error("it is written")
		}
	}
}

// TestEditedGeneratedFileIsAnError names the file.
func TestEditedGeneratedFileIsAnError(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"go.mod": "module example.com/cli\n", "internal/telemetry/config.go": configOf("example.com/cli") + "\n// mine\n"})
	_, _, err := Locate(dir, ".").Package("").Generate(Contents{Config: Config{Settings: Settings{App: "cli"}}})
	if err == nil || !strings.Contains(err.Error(), filepath.Join("internal", "telemetry", "config.go")) {
		t.Errorf("the error is %v", err)
	}
}

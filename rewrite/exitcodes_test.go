package rewrite_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/rewrite"
)

// codesCLI names its exit statuses in a package of its own, and comes to os.Exit
// by a type of error.
var codesCLI = map[string]string{
	"main.go": `package main

import (
	"errors"
	"os"

	"example.com/cli/cmd"
	"example.com/cli/status"
)

func main() {
	err := cmd.Root().Execute()
	var failed *status.ExitError
	if errors.As(err, &failed) {
		os.Exit(int(failed.Code))
	}
	if err != nil {
		os.Exit(int(status.Usage))
	}
}
`,
	"status/status.go": `package status

type Code int

const (
	OK Code = iota
	Usage
	NotFound
	Denied
)

type ExitError struct{ Code Code }

func (e *ExitError) Error() string { return "failed" }
`,
	"cmd/cmd.go": `package cmd

import (
	"example.com/cli/status"
	"github.com/spf13/cobra"
)

func Root() *cobra.Command {
	root := &cobra.Command{Use: "cli", SilenceErrors: true, SilenceUsage: true}
	root.AddCommand(&cobra.Command{Use: "get", RunE: func(*cobra.Command, []string) error {
		return &status.ExitError{Code: status.NotFound}
	}})
	return root
}
`,
}

// TestExitCodesFile follows the names of exit statuses into exitcodes.txt and
// TELEMETRY.md, and through an edit of the author's.
func TestExitCodesFile(t *testing.T) {
	long(t)
	t.Parallel()
	c := cliModule(t, codesCLI)
	c.before = tree(t, c.dir)
	c.instrument(t)
	name := filepath.Join("internal", "telemetry", "exitcodes.txt")
	files := tree(t, c.dir)
	if want := "1 Usage\n2 NotFound\n"; files[name] != want {
		t.Errorf("%s is %q, want %q", name, files[name], want)
	}
	if page := files["TELEMETRY.md"]; !strings.Contains(page, "- 2 `NotFound`") {
		t.Errorf("TELEMETRY.md does not say what 2 is:\n%s", page)
	}

	source := filepath.Join(c.dir, "cmd", "cmd.go")
	renamed := strings.Replace(files[filepath.Join("cmd", "cmd.go")], "status.NotFound", "status.Denied", 1)
	writeFile(t, source, []byte(renamed))
	result := c.plan(t)
	if !strings.Contains(result.Stale(), "exitcodes.txt") {
		t.Errorf("--check does not see that a status has another name: %s", result.Stale())
	}
	if err := result.Write(); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(filepath.Join(c.dir, name)); err != nil || string(data) != "1 Usage\n3 Denied\n" {
		t.Errorf("%s is %q, %v", name, data, err)
	}
	writeFile(t, source, []byte(codesCLI["cmd/cmd.go"]))
	c.remove(t)
	sameTree(t, c.before, tree(t, c.dir))
}

// TestSettingsAreRemembered runs without flags after a run with all of them, as
// --check by hand does.
func TestSettingsAreRemembered(t *testing.T) {
	long(t)
	t.Parallel()
	c := cliModule(t, map[string]string{"main.go": strings.Replace(plainCLI, "package main\n", "//go:build mytag\n\npackage main\n", 1)})
	c.before = tree(t, c.dir)
	c.options.Tags, c.options.Folder, c.options.Excluded = "mytag", "cli-files", []string{"cli run"}
	twin := c.build(t, "twin")
	c.instrument(t)
	instrumented := c.build(t, "instrumented")
	if list := tree(t, c.dir)[filepath.Join("internal", "telemetry", "commands.txt")]; list != "cli\n" {
		t.Errorf("an excluded command is listed: %q", list)
	}
	c.runs = "run | 0 | -\nnope | 1 | cli\n"
	c.run(t, twin, instrumented, "cli-files")

	c.options = rewrite.Options{Dir: c.dir, Package: ".", Remembered: true}
	c.stable(t)
	c.options.Excluded = []string{"cli nope"}
	if _, err := rewrite.Instrument(context.Background(), c.options); err == nil || !strings.Contains(err.Error(), `cli nope`) {
		t.Errorf("a command that is not there is excluded: %v", err)
	}
	c.remove(t)
	sameTree(t, c.before, tree(t, c.dir))
}

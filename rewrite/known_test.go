package rewrite_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/rewrite"
)

// knownCLI reads the name of a command from an embedded file, has a package and a
// file for another system, and a dependency beside the module.
var knownCLI = map[string]string{
	"main.go": `package main

import (
	_ "embed"
	"os"

	"example.com/known/part"
	"example.com/lib"
	"github.com/spf13/cobra"
)

//go:embed name.txt
var name string

const exitBroken = 3

func main() {
	root := &cobra.Command{Use: "cli"}
	root.AddCommand(&cobra.Command{Use: name, Run: func(*cobra.Command, []string) { part.Run(); lib.Run() }})
	if root.Execute() != nil {
		os.Exit(exitBroken)
	}
}
`,
	"name.txt":                   "run",
	"tagged.go":                  "//go:build special\n\npackage main\n",
	"part/part.go":               "package part\n\nfunc Run() {}\n",
	"part/part_windows.go":       "package part\n\nimport \"example.com/known/windowsonly\"\n\nvar _ = windowsonly.Run\n",
	"windowsonly/only.go":        "package windowsonly\n\nfunc Run() {}\n",
	"deps/lib@v1/go.mod":         "module example.com/lib\n\ngo 1.21\n",
	"deps/lib@v1/lib.go":         "package lib\n\nfunc Run() {}\n",
	"deps/lib@v1/lib_windows.go": "package lib\n",
}

// TestKnown changes all that a run may depend on, one after the other: the next one
// has to look at the CLI again. Where nothing changed it does not, and says the same.
func TestKnown(t *testing.T) {
	long(t)
	for _, name := range []string{"GOCACHE", "GOMODCACHE"} {
		value, err := goOutput(".", []string{"env", name})
		if err != nil {
			t.Fatal(err)
		}
		t.Setenv(name, strings.TrimSpace(string(value)))
	}
	goMod, err := os.ReadFile("../examples/pace/go.mod")
	if err != nil {
		t.Fatal(err)
	}
	files := maps.Clone(knownCLI)
	files["go.mod"] = strings.Replace(string(goMod), "module example.com/pace", "module example.com/known", 1) +
		"\nrequire example.com/lib v0.0.0\n\nreplace example.com/lib => ./deps/lib@v1\n"
	c := cliModule(t, files)
	for _, name := range []string{"XDG_CACHE_HOME", "HOME", "LocalAppData"} {
		t.Setenv(name, t.TempDir())
	}
	run := func() (report string, looked bool) {
		c.options.Progress = func(stage string) { looked = looked || stage != "loading" }
		r, err := rewrite.Instrument(context.Background(), c.options)
		if err != nil {
			return err.Error(), true
		}
		var json bytes.Buffer
		if err := r.JSON(&json); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%s%+v", &json, r.Settings), looked
	}
	settle := func(after string) {
		t.Helper()
		want, looked := run()
		if !looked {
			return // the last run found something to change, and was not remembered
		}
		if got, looked := run(); got != want || looked {
			t.Fatalf("after %s, with nothing changed, it looks again (%v), and says\n%s\nnot\n%s", after, looked, got, want)
		}
	}
	c.instrument(t)
	// A file that is as young as the run is not remembered.
	err = filepath.WalkDir(c.dir, func(name string, _ os.DirEntry, err error) error {
		return os.Chtimes(name, time.Time{}, time.Now().Add(-time.Hour))
	})
	if err != nil {
		t.Fatal(err)
	}
	settle("the first run")

	looks := func(what string) {
		t.Helper()
		if report, looked := run(); !looked {
			t.Errorf("it did not look at %s, and says\n%s", what, report)
		}
	}
	const exits = "\nfunc init() { go func() { os.Exit(4) }() }\n"
	for _, test := range []struct{ name, content string }{ // "" deletes
		{"main.go", strings.Replace(knownCLI["main.go"], "exitBroken = 3", "exitBroken = 5", 1)},
		{"main_test.go", "package main\n\nfunc telemetry() {}\n"},
		{"name.txt", "walk"},
		{"tagged.go", "//go:build special\n\npackage main\n\nimport \"os\"\n" + exits},
		{"part/part_windows.go", "package part\n\nimport \"os\"\n" + exits},
		{"part/more.go", "package part\n\nimport \"os\"\n" + exits},
		{"windowsonly/only.go", "package windowsonly\n\nimport \"os\"\n\nfunc Run() { os.Exit(4) }\n"},
		{"windowsonly/more.go", "package windowsonly\n\nimport \"os\"\n" + exits},
		{"deps/lib@v1/lib.go", "package lib\n\nimport \"os\"\n\nfunc Run() { os.Exit(4) }\n"},
		{"deps/lib@v1/lib_windows.go", "package lib\n\nvar other int\n"},
		{"internal/telemetry/commands.txt", "cli\n"},
		{"internal/telemetry/exitcodes.txt", ""},
		{"internal/telemetry/exit/exit.go", ""},
		{"internal/telemetry/consent.go", "package telemetry\n"},
		{"TELEMETRY.md", ""},
	} {
		name := filepath.Join(c.dir, filepath.FromSlash(test.name))
		before, missing := os.ReadFile(name)
		var err error
		if test.content == "" {
			err = os.Remove(name)
		} else {
			err = os.WriteFile(name, []byte(test.content), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
		looks(test.name)
		if missing != nil {
			err = os.Remove(name)
		} else if err = os.WriteFile(name, before, 0o644); err == nil {
			err = os.Chtimes(name, time.Time{}, time.Now().Add(-time.Hour))
		}
		if err != nil {
			t.Fatal(err)
		}
		settle(test.name)
	}

	for what, set := range map[string]func(o *rewrite.Options){
		"--exclude":  func(o *rewrite.Options) { o.Excluded = []string{"cli run"} },
		"--endpoint": func(o *rewrite.Options) { endpoint := "https://example.com"; o.Endpoint = &endpoint },
		"--tags":     func(o *rewrite.Options) { o.Tags = "special" },
	} {
		before := c.options
		set(&c.options)
		looks(what)
		c.options = before
	}
	settle("other flags")
	t.Setenv("GOFLAGS", fmt.Sprintf("%s -tags=special", os.Getenv("GOFLAGS")))
	looks("GOFLAGS")
}

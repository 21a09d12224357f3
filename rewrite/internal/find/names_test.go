package find

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/loadtest"
)

// TestFacts tells what the edit stage must know of a file.
func TestFacts(t *testing.T) {
	for _, test := range []struct {
		name, code, local string
		losesOS, refused  bool
	}{
		{"nothing special", run, "telemetry", false, false},
		{"every use is swapped", run + "func f() { os.Exit(1) }", "telemetry", true, false},
		{"another use stays", run + "func f() { os.Exit(os.Getpid()) }", "telemetry", false, false},
		{"a variable is called telemetry", run + "var telemetry int", "usagetelemetry", false, false},
		{"a local is", run + "func f() { telemetry := 1; _ = telemetry }", "usagetelemetry", false, false},
		{"a function is", run + "func telemetry() {}\nvar usagetelemetry int", "cmdtelemetry", false, false},
		{"a field is", run + "type app struct { telemetry int }\nvar x = app{}.telemetry", "telemetry", false, false},
		{"a method is", run + "type app struct{}\nfunc (app) telemetry() {}", "telemetry", false, false},
		{"a line directive", run + "\n//line grammar.y:1\nfunc f() {}", "telemetry", false, true},
		{"one of a column", run + "\nfunc f() { /*line grammar.y:1:2*/ }", "telemetry", false, true},
		{"a comment about a line", run + "\n//line of business\nfunc f() {}", "telemetry", false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, _, err := planOf(t, "", test.code)
			if err != nil {
				t.Fatal(err)
			}
			f := p.Files[0]
			if f.Local != test.local || f.LosesOS != test.losesOS || (f.Refused != "") != test.refused {
				t.Errorf("%+v, want name %s, loses os %v, refused %v", f, test.local, test.losesOS, test.refused)
			}
		})
	}
}

// TestNamesBeside: a name that a file of the package declares is taken in the whole package, also where this build leaves
// that file out, and in its tests.
func TestNamesBeside(t *testing.T) {
	for _, test := range []struct{ file, content, local string }{
		{"telemetry_windows.go", "package main\n\nfunc telemetry() {}", "usagetelemetry"},
		{"tagged.go", "//go:build premium\n\npackage main\n\nvar a, telemetry = 1, 2", "usagetelemetry"},
		{"main_test.go", "package main\n\ntype telemetry struct{}", "usagetelemetry"},
		{"main_test.go", "package main\n\nconst (\n\ta = iota\n\ttelemetry\n\tusagetelemetry\n)", "cmdtelemetry"},
		{"other_test.go", "package main_test\n\nfunc telemetry() {}", "telemetry"},
		{"methods_windows.go", "package main\n\ntype app struct{ telemetry int }\n\nfunc (app) telemetry() { var telemetry int; _ = telemetry }", "telemetry"},
		{"broken_test.go", "package main\n\nfunc {", "telemetry"},
	} {
		g := loadtest.Program(t, "-- "+loadtest.Module+"/main.go --\npackage main\n\nimport \"github.com/spf13/cobra\"\n\n"+run)
		if err := os.WriteFile(filepath.Join(filepath.Dir(g.Main.GoFiles[0]), test.file), []byte(test.content+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		p, err := Plan(g, testOptions)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Files[0].Local; got != test.local {
			t.Errorf("with %s, %q: %s, want %s", test.file, test.content, got, test.local)
		}
	}
}

package project

import (
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// TestNamed completes settings by what a CLI says of itself.
func TestNamed(t *testing.T) {
	for _, test := range []struct {
		name      string
		settings  Settings
		tree      plan.Tree
		binary    string
		app       string
		command   string
		noteOrErr string
	}{
		{"the root's name", Settings{}, plan.Tree{Name: "pace"}, "main", "pace", "telemetry", ""},
		{"--app", Settings{App: "other"}, plan.Tree{Name: "pace"}, "pace", "other", "telemetry", ""},
		{"a root without a name", Settings{}, plan.Tree{}, "pace", "pace", "telemetry", "missing, a path, or not one constant"},
		{"a root called as in its folder", Settings{}, plan.Tree{Name: "./pace"}, "pace", "pace", "telemetry", "missing, a path, or not one constant"},
		{"a root called like the program", Settings{}, plan.Tree{Name: "/tmp/x/pace"}, "pace", "pace", "telemetry", "missing, a path, or not one constant"},
		{"a plugin", Settings{}, plan.Tree{Name: "kubectl", Use: "kubectl tree KIND"}, "kubectl-tree", "kubectl-tree", "telemetry", "another name"},
		{"a plugin by its folder", Settings{}, plan.Tree{Name: "trace", Use: "trace"}, "kubectl-trace", "kubectl-trace", "telemetry", "another name"},
		{"no possible name", Settings{}, plan.Tree{Name: "a b"}, "pace", "", "", "--app"},
		{"a telemetry command of its own", Settings{}, plan.Tree{Name: "pace", Taken: []string{"Telemetry"}}, "pace", "pace", "usage-telemetry", "pace usage-telemetry"},
		{"two", Settings{}, plan.Tree{Name: "pace", Taken: []string{"telemetry", "usage-telemetry"}}, "pace", "pace", "command-telemetry", "pace command-telemetry"},
		{"all names are taken", Settings{}, plan.Tree{Name: "pace", Taken: append([]string{Command}, otherCommands...)}, "pace", "", "", "rename one"},
	} {
		t.Run(test.name, func(t *testing.T) {
			named, notes, err := test.settings.Named(test.tree, test.binary)
			said := strings.Join(notes, "\n")
			if err != nil {
				said, named = err.Error(), Settings{}
			}
			if named.App != test.app || named.Command != test.command || !strings.Contains(said, test.noteOrErr) || test.noteOrErr == "" && said != "" {
				t.Errorf("%+v, says %q; want app %q, command %q, and %q", named, said, test.app, test.command, test.noteOrErr)
			}
		})
	}
}

// TestKnown keeps what an earlier run knew, where only the source can be asked.
func TestKnown(t *testing.T) {
	earlier := Settings{App: "pace", Command: "usage-telemetry"}
	listed := []plan.Command{{Path: "pace"}, {Path: "pace get", Hidden: true}, {Path: "pace plugin"}, {Path: "pacemaker run"}}
	tree := earlier.Known(plan.Tree{Commands: []plan.Command{{Path: "get"}, {Path: "set"}}}, listed)
	named, _, err := Settings{}.Named(tree, "main")
	if err != nil || named.App != "pace" || named.Command != "usage-telemetry" {
		t.Errorf("%+v, %v", named, err)
	}
	want := "pace\npace get\thidden\npace plugin\npace set\n"
	if got := string(commandsText(tree.Below("pace"))); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if first := (Settings{}).Known(plan.Tree{Name: "pace"}, nil); first.Name != "pace" || first.Taken != nil || first.Commands != nil {
		t.Errorf("without an earlier run %+v", first)
	}
}

func TestCheck(t *testing.T) {
	for folder, ok := range map[string]bool{"": true, "pace": true, "pace-cli_1.0": true, "a/b": false, "..": false, ".hidden": false, "a b": false} {
		if err := (Settings{Folder: folder}).Check(); (err == nil) != ok {
			t.Errorf("%q: %v", folder, err)
		}
	}
}

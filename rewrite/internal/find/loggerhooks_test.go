package find

import (
	"slices"
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/loadtest"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// TestExitHooks asks the packages of a program which loggers' hooks are set.
func TestExitHooks(t *testing.T) {
	const zerolog = "github.com/rs/zerolog"
	const logger = "\n-- " + zerolog + "/zerolog.go --\npackage zerolog\n\nvar FatalExitFunc func()\n\nfunc Fatal() {}\n"
	const standard = "\n-- testing/testing.go --\npackage testing\n\ntype T struct{}\n\nfunc (*T) FailNow() {}\n\ntype TB interface{ FailNow() }\n"
	for _, test := range []struct {
		name, archive string
		want          []plan.Hook
	}{
		{"no logger", "-- example.com/cli/main.go --\npackage main\n\nfunc main() {}\n", nil},
		{"main imports it", "-- example.com/cli/main.go --\npackage main\n\nimport \"" + zerolog + "\"\n\nfunc main() { zerolog.Fatal() }\n",
			[]plan.Hook{{Path: zerolog, Known: true}}},
		{"only a dependency imports it", "-- example.com/cli/main.go --\npackage main\n\nimport \"example.com/dep\"\n\nfunc main() { dep.F() }\n" +
			"-- example.com/dep/dep.go --\npackage dep\n\nimport \"" + zerolog + "\"\n\nfunc F() { zerolog.Fatal() }\n", nil},
		{"only the generated package imports it", "-- example.com/cli/main.go --\npackage main\n\nimport \"example.com/cli/internal/telemetry\"\n\nfunc main() { telemetry.F() }\n" +
			"-- example.com/cli/internal/telemetry/x.go --\npackage telemetry\n\nimport \"" + zerolog + "\"\n\nfunc F() { zerolog.FatalExitFunc = nil }\n", nil},
		{"the CLI sets the hook", "-- example.com/cli/main.go --\npackage main\n\nimport \"" + zerolog + "\"\n\nfunc main() { zerolog.FatalExitFunc = nil }\n",
			[]plan.Hook{{Path: zerolog}}},
		{"the CLI has a name like the hook's", "-- example.com/cli/main.go --\npackage main\n\nimport \"" + zerolog + "\"\n\n// SetFatalExitFunc sets no FatalExitFunc.\nfunc SetFatalExitFunc() { println(\"FatalExitFunc\") }\n\nfunc main() { zerolog.Fatal() }\n",
			[]plan.Hook{{Path: zerolog, Known: true}}},
		{"a dependency sets the hook", "-- example.com/cli/main.go --\npackage main\n\nimport (\n\t\"example.com/dep\"\n\t\"" + zerolog + "\"\n)\n\nfunc main() { dep.F(); zerolog.Fatal() }\n" +
			"-- example.com/dep/dep.go --\npackage dep\n\nimport \"" + zerolog + "\"\n\nfunc F() { zerolog.FatalExitFunc = nil }\n", []plan.Hook{{Path: zerolog}}},
		{"a dependency sets it for tests", "-- example.com/cli/main.go --\npackage main\n\nimport (\n\t_ \"example.com/dep\"\n\t\"" + zerolog + "\"\n)\n\nfunc main() { zerolog.Fatal() }\n" +
			"-- example.com/dep/dep.go --\npackage dep\n\nimport (\n\t\"testing\"\n\n\t\"" + zerolog + "\"\n)\n\nfunc Fails(t *testing.T) { zerolog.FatalExitFunc = t.FailNow }\n" + standard, []plan.Hook{{Path: zerolog, Known: true}}},
		{"a dependency sets it for tests, and without", "-- example.com/cli/main.go --\npackage main\n\nimport (\n\t\"example.com/dep\"\n\t\"" + zerolog + "\"\n)\n\nfunc main() { dep.F(); zerolog.Fatal() }\n" +
			"-- example.com/dep/dep.go --\npackage dep\n\nimport (\n\t\"testing\"\n\n\t\"" + zerolog + "\"\n)\n\nfunc Fails(t testing.TB) { zerolog.FatalExitFunc = t.FailNow }\n\nfunc F() { zerolog.FatalExitFunc = nil }\n" + standard, []plan.Hook{{Path: zerolog}}},
		{"a dependency sets it with another package testing", "-- example.com/cli/main.go --\npackage main\n\nimport (\n\t_ \"example.com/dep\"\n\t\"" + zerolog + "\"\n)\n\nfunc main() { zerolog.Fatal() }\n" +
			"-- example.com/dep/dep.go --\npackage dep\n\nimport (\n\t\"example.com/testing\"\n\n\t\"" + zerolog + "\"\n)\n\nfunc Sets(f testing.Fake) { zerolog.FatalExitFunc = nil }\n" +
			"-- example.com/testing/testing.go --\npackage testing\n\ntype Fake struct{}\n", []plan.Hook{{Path: zerolog}}},
		{"a version without a hook", "-- example.com/cli/main.go --\npackage main\n\nimport \"" + zerolog + "\"\n\nfunc main() { var _ zerolog.Logger }\n", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			archive := test.archive
			if test.name != "a version without a hook" { // loadtest's own is one
				archive += logger
			}
			g := loadtest.Program(t, archive)
			g = load.NewProgram(g.Module, g.Sources, func(path string) bool { return path == loadtest.Module+"/internal/telemetry" })
			got := exitHooks(g)
			if !slices.Equal(got, test.want) {
				t.Errorf("%+v, want %+v", got, test.want)
			}
		})
	}
}

// TestHookNote counts no calls where there are none.
func TestHookNote(t *testing.T) {
	if note := hookNote(plan.Hook{Path: "x", Known: true}, 0); !strings.HasPrefix(note, "x: none of its calls in this module ends the process; ") {
		t.Error(note)
	}
}

package find

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/loadtest"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// TestUnused leaves the exits of functions alone that only other programs can call.
func TestUnused(t *testing.T) {
	const lib = "package lib\n\nimport \"os\"\n\n"
	const note = "note func Die: left alone, because the CLI does not use it"
	for _, test := range []struct {
		name, use, lib string // in main.go, and the package that it imports
		want           []string
	}{
		{"used", "lib.Die()", lib + "func Die() { os.Exit(1) }\n", []string{"exit os.Exit"}},
		{"used across lines", "lib. // dies\n\t\tDie()", lib + "func Die() { os.Exit(1) }\n", []string{"exit os.Exit"}},
		{"as a value", "defer func(func()) {}(lib.Die)", lib + "func Die() { os.Exit(1) }\n", []string{"exit os.Exit"}},
		{"not used", "lib.Live()", lib + "func Live() {}\n\nfunc Die() { os.Exit(1) }\n", []string{note}},
		{"used by another", "lib.Live()", lib + "func Live() { Die() }\n\nfunc Die() { os.Exit(1) }\n", []string{"exit os.Exit"}},
		{"used by itself", "lib.Live()", lib + "func Live() {}\n\nfunc Die() { Die(); os.Exit(1) }\n", []string{note}},
		{"used by one that is not used", "lib.Live()", lib + "func Live() {}\n\nfunc Lost() { Die() }\n\nfunc Die() { Lost(); os.Exit(1) }\n", []string{note}},
		{"used by a method", "lib.Live()", lib + "func Live() {}\n\ntype T struct{}\n\nfunc (T) M() { Die() }\n\nfunc Die() { os.Exit(1) }\n", []string{"exit os.Exit"}},
		{"used by a variable", "lib.Live()", lib + "func Live() {}\n\nvar die = Die\n\nfunc Die() { os.Exit(1) }\n", []string{"exit os.Exit"}},
		{"linked by its name", "lib.Live()", lib + "func Live() {}\n\n//export Die\nfunc Die() { os.Exit(1) }\n", []string{"exit os.Exit"}},
		{"a method", "lib.Live()", lib + "func Live() {}\n\ntype T struct{}\n\nfunc (T) Die() { os.Exit(1) }\n", []string{"exit os.Exit"}},
		{"not exported, for tests say", "lib.Live()", lib + "func Live() {}\n\nfunc die() { os.Exit(1) }\n", []string{"note func die: left alone, because the CLI does not use it"}},
		{"not exported, and used", "lib.Live()", lib + "func Live() { die() }\n\nfunc die() { os.Exit(1) }\n", []string{"exit os.Exit"}},
		{"not exported, and used by one that is not used", "lib.Live()", lib + "func Live() {}\n\nfunc Lost() { die() }\n\nfunc die() { os.Exit(1) }\n", []string{"note func die: left alone, because the CLI does not use it"}},
		{"not exported, and used by init", "lib.Live()", lib + "func Live() {}\n\nfunc init() { go die() }\n\nfunc die() { os.Exit(1) }\n", []string{"exit os.Exit"}},
		{"init", "lib.Live()", lib + "func Live() {}\n\nfunc init() { go func() { os.Exit(1) }() }\n", []string{"exit os.Exit"}},
		{"not exported, and linked by its name", "lib.Live()", lib + "func Live() {}\n\n//go:linkname die other.die\nfunc die() { os.Exit(1) }\n", []string{"exit os.Exit"}},
		{"it ends nothing", "lib.Live()", lib + "func Live() {}\n\nfunc Die() { os.Getpid() }\n", nil},
		{"it ends nothing, but a word in it begins like one that does", "lib.Live()", lib + "var ExitOnError = os.Getpid\n\nfunc Live() {}\n\nfunc Die() { ExitOnError() }\n", nil},
		{"it ends nothing, but says so", "lib.Live()", lib + "func Live() {}\n\nfunc Die() { os.Getpid() /* not os.Exit */ }\n", nil},
		{"it ends nothing, but executes a template", "lib.Live()", lib + "func Live() {}\n\ntype template struct{}\n\nfunc (template) Execute() {}\n\nfunc Die() { template{}.Execute(); os.Getpid() }\n", nil},
		{"it ends nothing, but executes a query", "lib.Live()", lib + "func Live() {}\n\ntype db struct{}\n\nfunc (db) Exec() {}\n\nfunc Die() { db{}.Exec(); os.Getpid() }\n", nil},
		{"it ends nothing, but asks an error of the module whether it is fatal", "lib.Live()", lib + "func Live() {}\n\ntype problems []error\n\nfunc (problems) Fatal() bool { return false }\n\nfunc Die() { problems{}.Fatal(); os.Getpid() }\n", nil},
		{"it ends nothing, but sets a field", "lib.Live()", lib + "func Live() {}\n\nvar flags struct{ Exit int }\n\nfunc Die() { flags.Exit = os.Getpid() }\n", nil},
		{"it ends nothing itself, but calls one that does", "lib.Live()", lib + "func Live() { Exit() }\n\nfunc Exit() { os.Exit(1) }\n\nfunc Die() { Exit() }\n", []string{"exit os.Exit"}},
		{"it may execute a command behind an interface", "lib.Live()", lib + "func Live() {}\n\nfunc Die(e interface{ Execute() error }) { e.Execute(); os.Getpid() }\n", []string{note}},
		{"it executes a command", "lib.Live()", "package lib\n\nimport \"github.com/spf13/cobra\"\n\nfunc Live() {}\n\nfunc Die() { new(cobra.Command).Execute() }\n", []string{note}},
		{"another that is not used executes a command", "lib.Live()", "package lib\n\nimport (\n\t\"os\"\n\n\t\"github.com/spf13/cobra\"\n)\n\nfunc Live() {}\n\nfunc Die() {\n\tif Run() != nil {\n\t\tos.Exit(1)\n\t}\n}\n\nfunc Run() error { return new(cobra.Command).Execute() }\n", []string{note, "note func Run: left alone, because the CLI does not use it"}},
		{"it executes a command, and is used", "lib.Run()", "package lib\n\nimport \"github.com/spf13/cobra\"\n\nfunc Run() { new(cobra.Command).Execute() }\n", []string{"track new(cobra.Command)"}},
		{"it becomes another program", "lib.Live()", "package lib\n\nimport \"syscall\"\n\nfunc Live() {}\n\nfunc Die() { syscall.Exec(\"\", nil, nil) }\n", []string{note}},
	} {
		t.Run(test.name, func(t *testing.T) {
			main := "package main\n\nimport (\n\t\"example.com/cli/lib\"\n\t\"github.com/spf13/cobra\"\n)\n\nvar root = &cobra.Command{Use: \"cli\"}\n\nfunc main() {\n\t" + test.use + "\n\troot.Execute()\n}\n"
			g := loadtest.Program(t, "-- "+loadtest.Module+"/main.go --\n"+main+"-- "+loadtest.Module+"/lib/lib.go --\n"+test.lib)
			p, err := Plan(g, testOptions)
			if err != nil {
				t.Fatal(err)
			}
			p.Sites = slices.DeleteFunc(p.Sites, func(s plan.Site) bool { return s.File != "lib/lib.go" })
			if got := sites(p, test.lib); !slices.Equal(got, test.want) {
				t.Errorf("lib.go has sites\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(test.want, "\n\t"))
			}
		})
	}
}

// TestUsedByAnotherModule: a module of the workspace, or a dependency, may import the CLI's module back.
func TestUsedByAnotherModule(t *testing.T) {
	const lib = "package lib\n\nimport \"os\"\n\nfunc Die() { os.Exit(1) }\n"
	for _, test := range []struct{ dep, want string }{
		{"import \"example.com/cli/lib\"\n\nfunc Do() { lib.Die() }\n", "exit os.Exit"},
		{"import . \"example.com/cli/lib\"\n\nvar Do = Die\n", "exit os.Exit"},
		{"import \"example.com/cli/other\"\n\nfunc Do() { other.Live() }\n", "note func Die: left alone, because the CLI does not use it"},
	} {
		g := loadtest.Program(t, "-- "+loadtest.Module+"/main.go --\npackage main\n\nimport (\n\t_ \"example.com/cli/lib\"\n\t_ \"example.com/dep\"\n\t\"github.com/spf13/cobra\"\n)\n\n"+run+
			"-- "+loadtest.Module+"/lib/lib.go --\n"+lib+"-- "+loadtest.Module+"/other/o.go --\npackage other\n\nfunc Live() {}\n-- example.com/dep/dep.go --\npackage dep\n\n"+test.dep)
		p, err := Plan(g, testOptions)
		if err != nil {
			t.Fatal(err)
		}
		p.Sites = slices.DeleteFunc(p.Sites, func(s plan.Site) bool { return s.File != "lib/lib.go" })
		if got := sites(p, lib); !slices.Equal(got, []string{test.want}) {
			t.Errorf("with %q: %q", test.dep, got)
		}
	}
}

// TestUsedForAnotherSystem: a function that a file of another system declares, too, is not used by that alone.
func TestUsedForAnotherSystem(t *testing.T) {
	const lib = "package lib\n\nimport \"os\"\n\nfunc Live() {}\n\nfunc Exit() { os.Exit(1) }\n"
	const note = "note func Exit: left alone, because the CLI does not use it"
	for _, test := range []struct{ name, other, want string }{
		{"it is declared", "func Exit() { os.Exit(2) }\n", note},
		{"it is called", "func Exit() { os.Exit(2) }\n\nfunc init() { Exit() }\n", "exit os.Exit"},
		{"it is kept", "func Exit() { os.Exit(2) }\n\nvar exit = Exit\n", "exit os.Exit"},
		{"it cannot be read", "func Exit( { os.Exit(2) }\n", "exit os.Exit"},
	} {
		t.Run(test.name, func(t *testing.T) {
			g := loadtest.Program(t, "-- "+loadtest.Module+"/main.go --\npackage main\n\nimport (\n\t\"example.com/cli/lib\"\n\t\"github.com/spf13/cobra\"\n)\n\n"+run+"func init() { lib.Live() }\n"+
				"-- "+loadtest.Module+"/lib/lib.go --\n"+lib)
			name := filepath.Join(g.Dir, "lib", "lib_plan9.go")
			if err := os.WriteFile(name, []byte("package lib\n\nimport \"os\"\n\n"+test.other), 0o644); err != nil {
				t.Fatal(err)
			}
			p := g.All[loadtest.Module+"/lib"]
			p.IgnoredFiles = append(p.IgnoredFiles, name)
			planned, err := Plan(g, testOptions)
			if err != nil {
				t.Fatal(err)
			}
			planned.Sites = slices.DeleteFunc(planned.Sites, func(s plan.Site) bool { return s.File != "lib/lib.go" })
			if got := sites(planned, lib); !slices.Equal(got, []string{test.want}) {
				t.Errorf("lib.go has sites %q; want %q", got, test.want)
			}
		})
	}
}

// TestOtherPrograms leaves a func main alone that is built with a tag instead of the CLI's, and executes no command.
func TestOtherPrograms(t *testing.T) {
	const note = "note func main: left alone, because the program that this file is built into executes no command"
	const head = "//go:build docs\n\npackage main\n\nimport (\n\t\"os\"\n\n\t\"example.com/cli/"
	for _, test := range []struct {
		name, main, other string // the second file is left out of this build
		want              []string
	}{
		{"it executes nothing", "//go:build !docs\n\n", head + "lib\"\n)\n\nfunc main() { lib.Live(); os.Exit(1) }\n", []string{note}},
		{"it executes a command of its own", "//go:build !docs\n\n", head + "lib\"\n\t\"github.com/spf13/cobra\"\n)\n\nfunc main() { lib.Live(); new(cobra.Command).Execute(); os.Exit(1) }\n",
			[]string{"note also instrumented for linux/amd64, tags docs", "start", "track new(cobra.Command)", "exit os.Exit"}},
		{"a package that it imports executes one", "//go:build !docs\n\n", head + "cmd\"\n)\n\nfunc main() { cmd.Run(); os.Exit(1) }\n",
			[]string{"note also instrumented for linux/amd64, tags docs", "start", "exit os.Exit"}},
		{"a package that it imports imports one that executes", "//go:build !docs\n\n", head + "far\"\n)\n\nfunc main() { far.Run(); os.Exit(1) }\n",
			[]string{"note also instrumented for linux/amd64, tags docs", "start", "exit os.Exit"}},
		{"another file that it is built with executes one", "", "//go:build docs\n\npackage main\n\nimport \"os\"\n\nfunc other() { os.Exit(1) }\n",
			[]string{"note also instrumented for linux/amd64, tags docs", "exit os.Exit"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			main := test.main + "package main\n\nimport (\n\t\"example.com/cli/far\"\n\t\"example.com/cli/lib\"\n\t\"github.com/spf13/cobra\"\n)\n\nvar root = &cobra.Command{Use: \"cli\"}\n\nfunc main() {\n\tlib.Live()\n\tfar.Run()\n\troot.Execute()\n}\n"
			g := loadtest.Program(t, "-- "+loadtest.Module+"/main.go --\n"+main+
				"-- "+loadtest.Module+"/lib/lib.go --\npackage lib\n\nfunc Live() {}\n"+
				"-- "+loadtest.Module+"/far/far.go --\npackage far\n\nimport \"example.com/cli/cmd\"\n\nfunc Run() { cmd.Run() }\n"+
				"-- "+loadtest.Module+"/cmd/cmd.go --\npackage cmd\n\nimport \"github.com/spf13/cobra\"\n\nfunc Run() { new(cobra.Command).Execute() }\n")
			name := filepath.Join(g.Dir, "other.go")
			if err := os.WriteFile(name, []byte(test.other), 0o644); err != nil {
				t.Fatal(err)
			}
			g.Own[0].IgnoredFiles = append(g.Own[0].IgnoredFiles, name)
			p, err := Plan(g, testOptions)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range p.Sites {
				if s.File != "other.go" {
					continue
				} else if s.Kind == plan.Main {
					got = append(got, "start")
				} else {
					got = append(got, sites(&plan.Plan{Sites: []plan.Site{s}}, test.other)...)
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("other.go has sites\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(test.want, "\n\t"))
			}
		})
	}
}

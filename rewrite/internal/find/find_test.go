package find

import (
	"fmt"
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/loadtest"
)

// TestSites plans single files, with names for types, and lists form and text of
// each site.
func TestSites(t *testing.T) {
	const head = "package main\n\nimport (\n\t\"log\"\n\t\"os\"\n)\n\n"
	for _, test := range []struct{ name, src, want string }{
		{"main", "func main() {\n\trun()\n}\n", "start"},
		{"a method that is called main", "func (t T) main() {}\n", ""},
		{"called", "func f() { os.Exit(1) }\n", "exit os.Exit"},
		{"as a value", "var f = os.Exit\n", "exit os.Exit"},
		{"another function", "func f() { os.Getpid() }\n", ""},
		{"announced", "func f() {\n\tlog.Fatal(1)\n}\n", "exiting log.Fatal(1)"},
		{"evaluated first", "func f() {\n\tlog.Fatal(serve())\n}\n", "exiting-with serve()"},
		{"in init", "func init() { os.Exit(1); log.Fatal(2) }\n", ""},
		{"a method that is called init", "func (t T) init() { os.Exit(1) }\n", "exit os.Exit"},
		{"a literal in init that is kept", "func init() { f = func() { os.Exit(1) } }\n", "exit os.Exit"},
		{"a literal in init that is called", "func init() { func() { os.Exit(1) }() }\n", ""},
		{"deferred in init", "func init() { defer func() { os.Exit(1) }() }\n", ""},
		{"beside init", "func init() { go func() { os.Exit(1) }() }\n", "exit os.Exit"},
		{"a value in init", "func init() { f = os.Exit }\n", "exit os.Exit"},
		{"in an initialiser", "var x = func() int { os.Exit(1); return 1 }()\n", ""},
		{"a literal in an initialiser", "var x = func() { os.Exit(1) }\n", "exit os.Exit"},
		{"more after a chain", "func f() {\n\tdefer log.Fatal(1)\n}\n", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, ok := planByName([]byte(head + test.src))
			if !ok {
				t.Fatal("does not parse")
			}
			var got []string
			for _, s := range p.Sites {
				switch {
				case s.Form == "start":
					got = append(got, s.Form)
				case s.Form != "":
					got = append(got, fmt.Sprintf("%s %s", s.Form, (head + test.src)[s.Start:s.End]))
				}
			}
			if strings.Join(got, ", ") != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

// TestPlanLooksIntoEachFileThatMatters has executions in packages whose text says
// little of them.
func TestPlanLooksIntoEachFileThatMatters(t *testing.T) {
	const main = "-- " + loadtest.Module + "/main.go --\npackage main\n\nimport \"" + loadtest.Module + "/cmd\"\n\nfunc main() { cmd.Run() }\n"
	const cobra = "import \"github.com/spf13/cobra\"\n\n"
	const root = "var root = &cobra.Command{Use: `cli`}\n\n"
	for _, test := range []struct{ name, files, want string }{
		{"a dependency executes", "-- " + loadtest.Module + "/cmd/cmd.go --\npackage cmd\n\nimport \"example.com/dep\"\n\n" + cobra + root + "func Run() int { return dep.Run(root) }\n" +
			"-- example.com/dep/dep.go --\npackage dep\n\n" + cobra + "func Run(c *cobra.Command) int {\n\tif c.Execute() != nil {\n\t\treturn 1\n\t}\n\treturn 0\n}\n", "root handed to dep.Run: tracked"},
		{"a dependency of a dependency executes", "-- " + loadtest.Module + "/cmd/cmd.go --\npackage cmd\n\nimport \"example.com/dep\"\n\n" + cobra + root + "func Run() { dep.Run(root) }\n" +
			"-- example.com/dep/dep.go --\npackage dep\n\nimport \"example.com/run\"\n\n" + cobra + "func Run(c *cobra.Command) { run.Now(c) }\n" +
			"-- example.com/run/run.go --\npackage run\n\n" + cobra + "func Now(c *cobra.Command) {\n\tc.\n\t\tExecute()\n}\n", "root handed to dep.Run: tracked"},
		{"a dependency ends the process", "-- " + loadtest.Module + "/cmd/cmd.go --\npackage cmd\n\nimport (\n\t\"example.com/dep\"\n\t\"" + loadtest.Module + "/root\"\n)\n\nfunc Run() { dep.Must(root.Run()) }\n" +
			"-- " + loadtest.Module + "/root/root.go --\npackage root\n\n" + cobra + root + "func Run() error { return root.Execute() }\n" +
			"-- example.com/dep/dep.go --\npackage dep\n\nimport \"os\"\n\nfunc Must(err error) {\n\tif err != nil {\n\t\tos.Exit(1)\n\t}\n}\n",
			"dep.Must of example.com/dep may end the process, with os.Exit; such a run is recorded as -1 if a command had begun"},
		{"the dot stands on another line", "-- " + loadtest.Module + "/cmd/cmd.go --\npackage cmd\n\n" + cobra + root + "func Run() {\n\troot.\n\t\tExecute()\n}\n", "root.Execute: tracked"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := Plan(loadtest.Program(t, main+test.files), testOptions)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range p.In("cmd/cmd.go") {
				got = append(got, s.Reason)
			}
			if strings.Join(got, "; ") != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

// TestStartStandsBehindReexec has ways in which main asks docker's reexec whether it is a helper.
func TestStartStandsBehindReexec(t *testing.T) {
	const head = "package main\n\nimport (\n\t\"example.com/dep/reexec\"\n\t\"github.com/spf13/cobra\"\n)\n\nfunc helps() bool { return reexec.Init() }\n\nfunc main() {"
	const dep = "-- example.com/dep/reexec/reexec.go --\npackage reexec\n\nfunc Init() bool { return false }\n"
	for _, test := range []struct {
		name, guard string
		behind      bool
	}{
		{"asked", "\n\tif reexec.Init() {\n\t\treturn\n\t}", true},
		{"asked by a function of the CLI", "\n\tif helps() {\n\t\treturn\n\t}", true},
		{"kept", "\n\tif helper := reexec.Init(); helper {\n\t\treturn\n\t}", true},
		{"with the CLI in the other branch", "\n\tif reexec.Init() {\n\t\treturn\n\t} else {\n\t\tprintln()\n\t}", false},
		{"negated", "\n\tif !reexec.Init() {\n\t\tprintln()\n\t}", false},
		{"another function", "\n\tif len(\"\") > 0 {\n\t\treturn\n\t}", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			src := head + test.guard + "\n\tnew(cobra.Command).Execute()\n}\n"
			p, err := Plan(loadtest.Program(t, "-- "+loadtest.Module+"/main.go --\n"+src+dep), testOptions)
			if err != nil {
				t.Fatal(err)
			}
			want := len(head)
			if test.behind {
				want += len(test.guard)
			}
			for _, s := range p.Sites {
				if s.Form == "start" && s.Start != want {
					t.Errorf("%s\nstarts telemetry at %d, want %d", src, s.Start, want)
				}
			}
		})
	}
}

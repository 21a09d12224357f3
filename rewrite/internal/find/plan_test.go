package find

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/loadtest"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// imports are what the sources of these tests may import, as far as they use it.
var imports = []string{"os", "log", "fmt", "flag", "syscall", "golang.org/x/sys/unix", "github.com/spf13/cobra", "github.com/rs/zerolog", "github.com/spf13/viper", "example.com/dep", "C"}

// A planTest has the sites that are wanted as form, status and text, such as `exit
// os.Exit`; without a form, as kind and reason.
type planTest struct {
	name string
	code string // of package main, without its imports
	want []string
}

// testPlan plans a main package whose root is executed in main, and compares the
// sites but for those of main itself. Dependency is the source of example.com/dep;
// files of other packages may follow it, as in a txtar archive.
func testPlan(t *testing.T, dependency string, tests []planTest) {
	t.Helper()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p, src, err := planOf(t, dependency, test.code)
			if err != nil {
				t.Fatal(err)
			}
			if got := sites(p, src); !slices.Equal(got, test.want) {
				t.Errorf("%s\nhas sites\n\t%s\nwant\n\t%s", test.code, strings.Join(got, "\n\t"), strings.Join(test.want, "\n\t"))
			}
		})
	}
}

// testOptions are for a program that is not instrumented yet.
var testOptions = Options{Runtime: loadtest.Module + "/internal/telemetry", Shared: loadtest.Module + "/internal/telemetry"}

// planOf plans the CLI of one file that has some code.
func planOf(t *testing.T, dependency, code string) (*plan.Plan, string, error) {
	t.Helper()
	src := "package main\n\n"
	for _, path := range imports {
		if name := path[strings.LastIndexByte(path, '/')+1:]; regexp.MustCompile(`\b` + name + `\.`).MatchString(code) {
			src += "import \"" + path + "\"\n"
		}
	}
	src += "\n" + code + "\n"
	archive := "-- " + loadtest.Module + "/main.go --\n" + src
	if dependency != "" {
		archive += "-- example.com/dep/dep.go --\n" + dependency
	}
	g := loadtest.Program(t, archive)
	p, err := Plan(g, testOptions)
	return p, src, err
}

func sites(p *plan.Plan, src string) (list []string) {
	for _, s := range p.Sites {
		switch {
		case s.Kind == plan.Main:
		case s.Form == "":
			list = append(list, string(s.Kind)+" "+s.Reason)
		case s.Operands.Status != "":
			list = append(list, s.Form+" "+s.Operands.Status+" "+src[s.Start:s.End])
		default:
			list = append(list, s.Form+" "+src[s.Start:s.End])
		}
	}
	return list
}

// run is a main function that executes a root.
const run = "func main() { root.Execute() }\nvar root = &cobra.Command{Use: \"cli\", RunE: do}\nfunc do(cmd *cobra.Command, args []string) error { return nil }\n"

func TestPlanRefusesWhatIsNoCLI(t *testing.T) {
	for _, test := range []struct{ name, code, want string }{
		{"no root is executed", "var root = &cobra.Command{}\nfunc main() {}", "executes no root command"},
		{"only inside a run", "var root = &cobra.Command{Run: func(*cobra.Command, []string) { other.Execute() }}\nvar other = &cobra.Command{}\nfunc main() {}", "executed inside a run"},
	} {
		_, _, err := planOf(t, "", test.code)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

// TestExecutedInADependency names the package that may execute the root.
func TestExecutedInADependency(t *testing.T) {
	g := loadtest.Program(t, "-- "+loadtest.Module+"/main.go --\npackage main\n\nimport \"example.com/dep/cmd\"\n\nfunc main() { cmd.Execute() }\n"+
		"-- example.com/dep/cmd/cmd.go --\npackage cmd\n\nimport \"github.com/spf13/cobra\"\n\nfunc Execute() error { return new(cobra.Command).Execute() }\n")
	_, err := Plan(g, testOptions)
	if err == nil || !strings.Contains(err.Error(), "may be executed in example.com/dep/cmd, which is not edited") {
		t.Error(err)
	}
}

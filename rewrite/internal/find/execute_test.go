package find

import "testing"

// TestExecute finds where roots are executed.
func TestExecute(t *testing.T) {
	testPlan(t, "", []planTest{
		{"a variable", run, []string{"track root"}},
		{"a method value", "func main() { call(root.Execute) }\nvar root = &cobra.Command{}\nfunc call(func() error) {}", []string{"track root"}},
		{"a method expression", "func main() { root.Execute(); f := (*cobra.Command).Execute; f(root) }\nvar root = &cobra.Command{}",
			[]string{"track root", "uncovered method expression (*cobra.Command).Execute: its command is not known here; runs through it are not counted unless the command is tracked elsewhere"}},
		{"another type's method", run + "type job struct{}\nfunc (job) Execute() {}\nfunc f() { job{}.Execute() }", []string{"track root"}},
		{"embedded", "func main() { a := app{&cobra.Command{}}; a.Execute() }\ntype app struct{ *cobra.Command }", []string{"track a"}},
		{"in a function", "func main() { execute() }\nvar root = &cobra.Command{}\nfunc execute() { root.ExecuteC() }", []string{"track root"}},
		{"inside a run", run + "var inner = &cobra.Command{Run: func(*cobra.Command, []string) { root.Execute() }}",
			[]string{"track root", "note root.Execute: executed inside a run, under which it is counted: not a root"}},
		{"in a function of a hook", "func main() { root.Execute() }\nvar root = &cobra.Command{RunE: do}\nvar inner = &cobra.Command{}\nfunc do(*cobra.Command, []string) error { return again() }\nfunc again() error { return inner.Execute() }",
			[]string{"track root", "note inner.Execute: executed inside a run, under which it is counted: not a root"}},
		{"an interface's method", "type executer interface { Execute() error }\nfunc main() { var e executer = root; e.Execute(); root.Execute() }\nvar root = &cobra.Command{}", []string{"track root"}},
	})
}

// TestHandedOver finds roots that a dependency executes.
func TestHandedOver(t *testing.T) {
	const dep = `package dep

import (
	"os"

	"github.com/spf13/cobra"
)

func Run(name string, c *cobra.Command) error { return c.Execute() }

func Must(c *cobra.Command) {
	if c.Execute() != nil {
		os.Exit(1)
	}
}

func All(c ...*cobra.Command) { c[0].Execute() }

func Print(c *cobra.Command) {}

func Plugin(makeRoot func() *cobra.Command) {
	root := &cobra.Command{Use: "docker"}
	root.AddCommand(makeRoot())
	root.Execute()
}

type App struct{ root *cobra.Command }

func New(c *cobra.Command) *App { return &App{root: c} }

func (a *App) Start() { a.root.Execute() }
`
	testPlan(t, dep, []planTest{
		{"executed", "var root = &cobra.Command{}\nfunc main() { dep.Run(\"x\", root) }",
			[]string{"dependency example.com/dep may end the process itself, with os.Exit; such a run is recorded as -1", "track root"}},
		{"not executed", run + "func f() { dep.Print(root) }", []string{"track root"}},
		{"variadic", "var root = &cobra.Command{}\nfunc main() { dep.All(root) }",
			[]string{"dependency example.com/dep may end the process itself, with os.Exit; such a run is recorded as -1", "track root"}},
		{"kept and executed later", "func main() { dep.New(root()).Start() }\nfunc root() *cobra.Command { return &cobra.Command{} }",
			[]string{"dependency example.com/dep may end the process itself, with os.Exit; such a run is recorded as -1", "track root()"}},
		{"what a function literal returns", "func main() { dep.Plugin(func() *cobra.Command { c := &cobra.Command{}; return c }) }",
			[]string{"dependency example.com/dep may end the process itself, with os.Exit; such a run is recorded as -1", "track c"}},
		{"what a declared function returns", "func main() { dep.Plugin(newRoot) }\nfunc newRoot() *cobra.Command { return &cobra.Command{} }",
			[]string{"dependency example.com/dep may end the process itself, with os.Exit; such a run is recorded as -1", "track &cobra.Command{}"}},
	})
}

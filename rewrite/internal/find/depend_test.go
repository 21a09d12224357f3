package find

import "testing"

// TestHandedOver finds roots that a dependency executes.
func TestHandedOver(t *testing.T) {
	const dep = `package dep

import (
	"os"

	"example.com/next"
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

type Runner interface{ Run(c *cobra.Command) error }

type runner struct{}

func (*runner) Run(c *cobra.Command) error { return c.Execute() }

func Further(c *cobra.Command) { next.Run(c) }

func Itself() { (&cobra.Command{}).Execute() }
-- example.com/next/next.go --
package next

import "github.com/spf13/cobra"

func Run(c *cobra.Command) { c.Execute() }
`
	const ends = "dependency example.com/dep may end the process itself, with os.Exit; such a run is recorded as -1"
	testPlan(t, dep, []planTest{
		{"executed", "var root = &cobra.Command{}\nfunc main() { dep.Run(\"x\", root) }",
			[]string{ends, "track root"}},
		{"not executed", run + "func f() { dep.Print(root) }", []string{"track root"}},
		{"variadic", "var root = &cobra.Command{}\nfunc main() { dep.All(root) }",
			[]string{ends, "track root"}},
		{"kept and executed later", "func main() { dep.New(root()).Start() }\nfunc root() *cobra.Command { return &cobra.Command{} }",
			[]string{ends, "track root()"}},
		{"what a function literal returns", "func main() { dep.Plugin(func() *cobra.Command { c := &cobra.Command{}; return c }) }",
			[]string{ends, "track c"}},
		{"what a declared function returns", "func main() { dep.Plugin(newRoot) }\nfunc newRoot() *cobra.Command { return &cobra.Command{} }",
			[]string{ends, "track &cobra.Command{}"}},
		{"behind an interface", "var root = &cobra.Command{}\nfunc main() { start(nil) }\nfunc start(r dep.Runner) { r.Run(root) }", []string{ends, "track root"}},
		{"handed on to another dependency", "var root = &cobra.Command{}\nfunc main() { dep.Further(root) }", []string{ends, "track root"}},
		{"only a command of its own", run + "func f() { dep.Itself() }", []string{"track root"}},
	})
}

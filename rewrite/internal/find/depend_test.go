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
		{"what a function returns by name", "func main() { dep.Plugin(newRoot) }\nfunc newRoot() (c *cobra.Command) { c = &cobra.Command{}; return }",
			[]string{ends, "track &cobra.Command{}"}},
		{"what a method returns, through a variable", "type app struct{}\nfunc main() { f := app{}.root; dep.Plugin(f) }\nfunc (app) root() (c *cobra.Command) { c = newRoot(); return c }\nfunc newRoot() *cobra.Command { return nil }",
			[]string{ends, "track c"}},
		{"behind an interface", "var root = &cobra.Command{}\nfunc main() { start(nil) }\nfunc start(r dep.Runner) { r.Run(root) }", []string{ends, "track root"}},
		{"handed on to another dependency", "var root = &cobra.Command{}\nfunc main() { dep.Further(root) }", []string{ends, "track root"}},
		{"only a command of its own", run + "func f() { dep.Itself() }", []string{"track root"}},
	})
}

// TestExecutor asks the source of dependencies whether they execute a command that
// they are handed.
func TestExecutor(t *testing.T) {
	const dep = `package dep

import "github.com/spf13/cobra"

type App interface {
	Run(c *cobra.Command) error
	Show(*cobra.Command)
}

type app struct{}

func (app) Run(root *cobra.Command) error { return start(root) }

func (app) Show(root *cobra.Command) {}

func start(c *cobra.Command) error { return c.Execute() }

func New() App { return app{} }

type Kept struct{ Root *cobra.Command }

func (k *Kept) Start() { k.Root.Execute() }

func Keep(c *cobra.Command) *Kept { return &Kept{c} }

// Gen keeps a command as carapace does: whether it is executed is up to the CLI.
func Gen(c *cobra.Command) *Generated { return &Generated{c} }

type Generated struct{ cmd *cobra.Command }

func (g *Generated) Execute() error { return g.cmd.Execute() }

func (g *Generated) Flag() *Generated { return g }

func Ignore(c *cobra.Command) { c.AddCommand(&cobra.Command{}) }

func Host(plugin *cobra.Command) {
	host := &cobra.Command{Use: "host"}
	host.AddCommand(plugin)
	host.Execute()
}

func Add(to, c *cobra.Command) { to.AddCommand(c) }
`
	const root = "\nvar root = &cobra.Command{}\n"
	testPlan(t, dep, []planTest{
		{"behind an interface, under another name", "func main() { dep.New().Run(root) }" + root, []string{"track root"}},
		{"another method of the interface", run + "func f() { dep.New().Show(root) }", []string{"track root"}},
		{"kept in a field", "func main() { dep.Keep(root).Start() }" + root, []string{"track root"}},
		{"kept for an Execute that nobody calls", run + "func f() { dep.Gen(root).Flag() }", []string{"track root"}},
		{"kept for an Execute that the CLI calls", "func main() { dep.Gen(root).Execute() }" + root, []string{"track root"}},
		{"kept for an Execute behind an interface", "func main() { var r interface{ Execute() error } = dep.Gen(root); r.Execute() }" + root, []string{"track root"}},
		{"below a root that it executes", "func main() { dep.Host(root) }" + root, []string{"track root"}},
		{"below a root that it does not execute", run + "func f() { dep.Add(root, &cobra.Command{}) }", []string{"track root"}},
		{"not executed", run + "func f() { dep.Ignore(root) }", []string{"track root"}},
	})
	const further = `package dep

import (
	"example.com/next"
	"github.com/spf13/cobra"
)

func Run(c *cobra.Command) { next.Gen(c).Execute() }
-- example.com/next/next.go --
package next

import "github.com/spf13/cobra"

func Gen(c *cobra.Command) *Generated { return &Generated{c} }

type Generated struct{ cmd *cobra.Command }

func (g *Generated) Execute() error { return g.cmd.Execute() }
`
	testPlan(t, further, []planTest{
		{"kept for an Execute that another dependency calls", "func main() { dep.Run(root) }" + root, []string{"track root"}},
	})
}

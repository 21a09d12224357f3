package find

import (
	"strings"
	"testing"
)

// executer is an interface that a command satisfies.
const executer = "type executer interface { Execute() error }\n"

const unfollowed = ": the command behind the interface could not be followed, if it is one; its runs are not counted unless it is tracked elsewhere"

const makers = "\nfunc a() *cobra.Command { return &cobra.Command{Use: `a`} }\nfunc b() *cobra.Command { return &cobra.Command{Use: `b`} }"

// eitherOf are the sites of a root that is made by one of these.
func eitherOf(root string) []string {
	return []string{"track " + root, "note the root command may be a or b; runs of each are counted under one name, and commands of the same path as one"}
}

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
			[]string{"track root", "note root.Execute: left alone, because it is executed inside a run and counted as part of that run"}},
		{"in a function of a hook", "func main() { root.Execute() }\nvar root = &cobra.Command{RunE: do}\nvar inner = &cobra.Command{}\nfunc do(*cobra.Command, []string) error { return again() }\nfunc again() error { return inner.Execute() }",
			[]string{"track root", "note inner.Execute: left alone, because it is executed inside a run and counted as part of that run"}},
		{"a command's own function", "func main() { root.Execute(); cmd := root; cmd.Run(cmd, nil); call(cmd.RunE) }\nvar root = &cobra.Command{}\nfunc call(func(*cobra.Command, []string) error) {}",
			[]string{"track root", "uncovered cmd.Run is called without cobra: where it is not part of a run that cobra executes, it is not counted"}},
		{"a command's own function in one that a registry gets", "func main() { root.Execute(); add(func(c *cobra.Command, args []string) { root.Run(c, args) }); add(again) }\nvar root = &cobra.Command{}\n" +
			"var all []func(*cobra.Command, []string)\nfunc add(run func(*cobra.Command, []string)) { all = append(all, run) }\nfunc again(c *cobra.Command, args []string) { func() { root.RunE(c, args) }() }", []string{"track root"}},
		{"a command's own function in a run", run + "type fields struct{ Run func() }\nvar inner = &cobra.Command{RunE: func(c *cobra.Command, args []string) error { fields{}.Run(); return again(c) }}\nfunc again(c *cobra.Command) error { return root.RunE(c, nil) }", []string{"track root"}},
		{"an interface's method", "type executer interface { Execute() error }\nfunc main() { var e executer = root; e.Execute(); root.Execute() }\nvar root = &cobra.Command{}", []string{"track root", "track root"}},
		{"only an interface's method", "type executer interface { Execute() error }\nfunc main() { do(executer(newRoot())) }\nfunc do(e executer) { e.Execute() }\nfunc newRoot() *cobra.Command { return nil }", []string{"track newRoot()"}},
		{"an interface that a function returns", "type app interface { ExecuteC() (*cobra.Command, error) }\nfunc main() { newApp().ExecuteC() }\nfunc newApp() app { return root }\nvar root = &cobra.Command{}", []string{"track root"}},
		{"a type parameter", "type executer interface { Execute() error }\nfunc main() { do(root); do(root2) }\nfunc do[E executer](e E) { e.Execute(); e.Execute() }\nvar root, root2 = &cobra.Command{}, &cobra.Command{}", []string{"track root", "track root2"}},
		{"an interface in a field, inside a run", run + "type executer interface { Execute() error }\ntype again struct { e executer }\nvar inner = &cobra.Command{Run: func(*cobra.Command, []string) { a := again{e: root}; a.e.Execute() }}",
			[]string{"track root", "note root, executed as a.e.Execute: left alone, because it is executed inside a run and counted as part of that run"}},
		{"a literal that becomes an interface", executer + "func main() { do(&cobra.Command{}); newApp().Execute() }\nfunc do(e executer) { e.Execute() }\nfunc newApp() executer { return (&cobra.Command{Use: `x`}) }",
			[]string{"track &cobra.Command{}", "track (&cobra.Command{Use: `x`})"}},
		{"a struct that embeds the command", executer + "type app struct { *cobra.Command }\nfunc main() { var e executer = newApp(); e.Execute() }\nfunc newApp() *app { a := &app{}; a.Command = newRoot(); return a }\nfunc newRoot() *cobra.Command { return &cobra.Command{} }",
			[]string{"track newRoot()"}},
		{"a struct that embeds one that embeds the command", executer + "type base struct { *cobra.Command }\ntype app struct { base; name string }\nfunc main() { do(app{base{&cobra.Command{}}, ``}) }\nfunc do(e executer) { e.Execute() }",
			[]string{"track &cobra.Command{}"}},
		{"a struct that embeds the interface", executer + "type app struct { executer }\nfunc main() { a := app{root}; a.Execute(); do(a) }\nfunc do(e executer) { e.Execute() }\nvar root = &cobra.Command{}", []string{"track root"}},
		{"a map of interfaces", executer + "var all = map[string]executer{`a`: root}\nfunc main() { all[`a`].Execute() }\nvar root = &cobra.Command{}", []string{"track root"}},
		{"a slice of interfaces", executer + "func main() { var list []executer; list = append(list, root, newRoot()); for _, e := range list { e.Execute() } }\nvar root = &cobra.Command{}\nfunc newRoot() *cobra.Command { return root }", []string{"track root", "track newRoot()"}},
		{"a channel of interfaces", executer + "func main() { ch := make(chan executer, 1); ch <- root; (<-ch).Execute() }\nvar root = &cobra.Command{}", []string{"track root"}},
		{"an interface in a field", executer + "type app struct { run executer }\nfunc main() { a := &app{}; a.run = root; a.run.Execute() }\nvar root = &cobra.Command{}", []string{"track root"}},
		{"a type switch", executer + "func main() { var x any = root; switch e := x.(type) { case executer: e.Execute() } }\nvar root = &cobra.Command{}", []string{"track root"}},
		{"a generic type", executer + "type app[E executer] struct { e E }\nfunc (a app[E]) run() { a.e.Execute() }\nfunc main() { app[*cobra.Command]{root}.run() }\nvar root = &cobra.Command{}", []string{"track root"}},
		{"an explicit type argument", executer + "func main() { do[*cobra.Command](root) }\nfunc do[E executer](e E) { e.Execute() }\nvar root = &cobra.Command{}", []string{"track root"}},
		{"the method value of an interface", executer + "func main() { var e executer = root; call(e.Execute) }\nfunc call(func() error) {}\nvar root = &cobra.Command{}", []string{"track root"}},
		{"the method expression of an interface", executer + "func main() { executer.Execute(root) }\nvar root = &cobra.Command{}", []string{"track root"}},
		{"a method expression that is called", "func main() { (*cobra.Command).Execute(root) }\nvar root = &cobra.Command{}", []string{"track root"}},
		{"deferred", "func main() { defer root.Execute() }\nvar root = &cobra.Command{}", []string{"track root"}},
		{"in a goroutine", "func main() { go root.Execute() }\nvar root = &cobra.Command{}", []string{"track root"}},
		{"an interface from elsewhere, beside another root", executer + run + "var apps func() executer\nfunc f() { apps().Execute() }", []string{"track root", "uncovered apps().Execute" + unfollowed}},
		{"a type parameter from elsewhere", executer + run + "func f[E executer](e E) { e.Execute() }", []string{"track root", "uncovered e.Execute" + unfollowed}},
		{"the method expression of an interface from elsewhere", executer + run + "var apps func() executer\nfunc f() { executer.Execute(apps()) }", []string{"track root", "uncovered executer.Execute" + unfollowed}},
		{"an interface that no command satisfies", run + "type query interface { Execute() (int, error) }\nvar ask func() query\nfunc f() { ask().Execute() }", []string{"track root"}},
		{"one of several roots", "func main() { c := app(); if os.Args[0] == `server` { c = &cobra.Command{Use: `server [x]`} }; c.Execute() }\nfunc app() *cobra.Command { c := &cobra.Command{Use: `app`}; c.AddCommand(&cobra.Command{Use: `get`}); return c }",
			[]string{"track c", "note the root command may be app or server; runs of each are counted under one name, and commands of the same path as one"}},
		{"two roots", "func main() { if os.Args[0] == `b` { b.Execute() } else { a.Execute() } }\nvar a, b = &cobra.Command{Use: `a`}, &cobra.Command{Use: `b`}",
			[]string{"track b", "note the root command may be a or b; runs of each are counted under one name, and commands of the same path as one", "track a"}},
		{"a map of functions that make roots", "func main() { f, ok := roots[os.Args[0]]; if !ok { f = a }; f().Execute() }\nvar roots = map[string]func() *cobra.Command{`a`: a, `b`: b}" + makers, eitherOf("f()")},
		{"a slice of functions that make roots", "func main() { for _, f := range roots { f().Execute() } }\nvar roots = []func() *cobra.Command{a, func() *cobra.Command { return b() }}" + makers, eitherOf("f()")},
		{"a map of functions of a type", "type maker func() *cobra.Command\nfunc main() { roots[os.Args[0]]().Execute() }\nvar roots = map[string]maker{}\nfunc init() { roots[`a`], roots[`b`] = a, b }" + makers, eitherOf("roots[os.Args[0]]()")},
		{"a map of maps of functions", "func main() { roots[``][os.Args[0]]().Execute() }\nvar roots = map[string]map[string]func() *cobra.Command{``: {`a`: a, `b`: b}}" + makers, eitherOf("roots[``][os.Args[0]]()")},
		{"functions that return functions of their kind", "type step func() (*cobra.Command, []step)\nfunc main() { steps := []step{first}; for { c, next := steps[0](); steps = next; c.Execute() } }\nfunc first() (*cobra.Command, []step) { return a(), []step{first} }" + makers, []string{"track c"}},
		{"the same holder of a root and of others", "func main() { root := holder{&cobra.Command{Use: `app`}}; root.AddCommand(holder{&cobra.Command{Use: `get`}}.Command); root.Execute() }\ntype holder struct { *cobra.Command }", []string{"track root"}},
		{"a function that a root goes through, and others", "func main() { root := setUp(&cobra.Command{Use: `app`}); root.AddCommand(setUp(&cobra.Command{Use: `get`})); root.Execute() }\nfunc setUp(c *cobra.Command) *cobra.Command { return c }", []string{"track root"}},
		{"a root under two names of one command", "func main() { c := &cobra.Command{Use: `app x`}; if os.Args[0] == `y` { c = &cobra.Command{Use: `app y`} }; c.Execute() }", []string{"track c"}},
		{"another type behind an interface", run + "type executer interface { Execute() error }\ntype job struct{}\nfunc (job) Execute() error { return nil }\nfunc f(e executer) { e.Execute() }\nfunc g() { f(job{}) }", []string{"track root"}},
	})
}

// TestExecuteOfSomethingElse: an interface whose method takes or returns something else than cobra's is not named.
func TestExecuteOfSomethingElse(t *testing.T) {
	const code = "type pool interface { Execute(n int) error }\ntype template interface { Execute() (string, error) }\nfunc main() { pools().Execute(1); templates().Execute() }\nvar pools func() pool\nvar templates func() template\nvar _ = &cobra.Command{}"
	if _, _, err := planOf(t, "", code); err == nil || strings.Contains(err.Error(), "could not be tracked") {
		t.Error(err)
	}
}

// TestExecuteNamesWhatItCannotTrack has roots that are executed in no way that could
// be tracked. The error says where.
func TestExecuteNamesWhatItCannotTrack(t *testing.T) {
	for _, test := range []struct{ name, code, want string }{
		{"embedded by value", executer + "type app struct { cobra.Command }\nfunc main() { do(&app{}) }\nfunc do(e executer) { e.Execute() }",
			"main.go:7:18: &app{}, executed as e.Execute, embeds cobra.Command by value"},
		{"without a name", executer + "func main() { var e executer; for _, e = range []*cobra.Command{{Use: `x`}} { e.Execute() } }",
			"main.go:6:65: {Use: `x`}, executed as e.Execute, is a literal without its type"},
		{"a method expression", "func main() { f := (*cobra.Command).Execute; f(root) }\nvar root = &cobra.Command{}",
			"main.go:5:20: method expression (*cobra.Command).Execute"},
		{"an interface from elsewhere", executer + "func main() { apps().Execute() }\nvar apps func() executer\nvar _ = &cobra.Command{}",
			"main.go:6:15: apps().Execute: the command behind the interface could not be followed"},
	} {
		_, _, err := planOf(t, "", test.code)
		if err == nil || !strings.Contains(err.Error(), "could not be tracked") || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

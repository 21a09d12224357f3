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
		{"an interface's method", "type executer interface { Execute() error }\nfunc main() { var e executer = root; e.Execute(); root.Execute() }\nvar root = &cobra.Command{}", []string{"track root", "track root"}},
		{"only an interface's method", "type executer interface { Execute() error }\nfunc main() { do(executer(newRoot())) }\nfunc do(e executer) { e.Execute() }\nfunc newRoot() *cobra.Command { return nil }", []string{"track newRoot()"}},
		{"an interface that a function returns", "type app interface { ExecuteC() (*cobra.Command, error) }\nfunc main() { newApp().ExecuteC() }\nfunc newApp() app { return root }\nvar root = &cobra.Command{}", []string{"track root"}},
		{"a type parameter", "type executer interface { Execute() error }\nfunc main() { do(root); do(root2) }\nfunc do[E executer](e E) { e.Execute(); e.Execute() }\nvar root, root2 = &cobra.Command{}, &cobra.Command{}", []string{"track root", "track root2"}},
		{"an interface in a field, inside a run", run + "type executer interface { Execute() error }\ntype again struct { e executer }\nvar inner = &cobra.Command{Run: func(*cobra.Command, []string) { a := again{e: root}; a.e.Execute() }}",
			[]string{"track root", "note root, executed as a.e.Execute: executed inside a run, under which it is counted: not a root"}},
		{"another type behind an interface", run + "type executer interface { Execute() error }\ntype job struct{}\nfunc (job) Execute() error { return nil }\nfunc f(e executer) { e.Execute() }\nfunc g() { f(job{}) }", []string{"track root"}},
	})
}

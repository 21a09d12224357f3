package find

import (
	"slices"
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/loadtest"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// TestInsideRuns tells roots from what is executed while another command runs.
func TestInsideRuns(t *testing.T) {
	const head = "func main() { root.Execute() }\nvar inner = &cobra.Command{}\n"
	const note = "note inner.Execute: left alone, because it is executed inside a run and counted as part of that run"
	testPlan(t, "", []planTest{
		{"a hook", head + "var root = &cobra.Command{PreRunE: func(*cobra.Command, []string) error { return inner.Execute() }}", []string{"track root", note}},
		{"a hook that is assigned", head + "var root = &cobra.Command{}\nfunc init() { root.RunE = again }\nfunc again(*cobra.Command, []string) error { return inner.Execute() }", []string{"track root", note}},
		{"a function that returns a hook", head + "var root = &cobra.Command{RunE: runner()}\nfunc runner() func(*cobra.Command, []string) error { return func(*cobra.Command, []string) error { return inner.Execute() } }", []string{"track root", note}},
		{"a function that is also called elsewhere", "func main() { if len(os.Args) > 3 { again(nil, nil) }; root.Execute() }\nvar inner = &cobra.Command{}\nvar root = &cobra.Command{RunE: again}\nfunc again(*cobra.Command, []string) error { return inner.Execute() }", []string{"track root", "track inner"}},
		{"a method, and an interface with one of that name for something else", "func main() { var r runner = job{}; r.run(nil, 1); root.Execute() }\nvar inner = &cobra.Command{}\nvar root = &cobra.Command{RunE: again{}.run}\ntype again struct{}\nfunc (again) run(*cobra.Command, []string) error { return inner.Execute() }\ntype runner interface{ run(*cobra.Command, int) error }\ntype job struct{}\nfunc (job) run(*cobra.Command, int) error { return nil }", []string{"track root", note}},
		{"a method, and an interface that it may stand behind", "func main() { var r runner = again{}; r.run(nil, nil); root.Execute() }\nvar inner = &cobra.Command{}\nvar root = &cobra.Command{RunE: again{}.run}\ntype again struct{}\nfunc (again) run(*cobra.Command, []string) error { return inner.Execute() }\ntype runner interface{ run(*cobra.Command, []string) error }", []string{"track root", "track inner"}},
		{"a method, and a generic interface that it may stand behind", "func main() { var r runner[[]string] = again{}; r.run(nil, nil); root.Execute() }\nvar inner = &cobra.Command{}\nvar root = &cobra.Command{RunE: again{}.run}\ntype again struct{}\nfunc (again) run(*cobra.Command, []string) error { return inner.Execute() }\ntype runner[A any] interface{ run(*cobra.Command, A) error }", []string{"track root", "track inner"}},
		{"a generic method, and an interface that it may stand behind", "func main() { var r runner = again[string]{}; r.run(nil, nil); root.Execute() }\nvar inner = &cobra.Command{}\nvar root = &cobra.Command{RunE: again[string]{}.run}\ntype again[A any] struct{}\nfunc (again[A]) run(*cobra.Command, []A) error { return inner.Execute() }\ntype runner interface{ run(*cobra.Command, []string) error }", []string{"track root", "track inner"}},
		{"a variable that a hook reads", head + "var kept = map[string]func() error{\"a\": again}\nvar root = &cobra.Command{RunE: func(_ *cobra.Command, args []string) error { return kept[args[0]]() }}\nfunc again() error { return inner.Execute() }", []string{"track root", note}},
		{"a variable that a hook reads, with a function of its own", head + "var kept = []func() error{func() error { return inner.Execute() }}\nvar root = &cobra.Command{RunE: func(*cobra.Command, []string) error { return kept[0]() }}", []string{"track root", note}},
		{"a variable that main also reads", "func main() { if len(os.Args) > 3 { kept() }; root.Execute() }\nvar inner = &cobra.Command{}\nvar kept = again\nvar root = &cobra.Command{RunE: func(*cobra.Command, []string) error { return kept() }}\nfunc again() error { return inner.Execute() }", []string{"track root", "track inner"}},
		{"a variable that another one keeps", head + "var kept = again\nvar more = []func() error{kept}\nvar root = &cobra.Command{RunE: func(*cobra.Command, []string) error { return more[0]() }}\nfunc again() error { return inner.Execute() }", []string{"track root", "track inner"}},
		{"a variable that init reads", head + "var kept = again\nfunc init() { kept() }\nvar root = &cobra.Command{RunE: func(*cobra.Command, []string) error { return kept() }}\nfunc again() error { return inner.Execute() }", []string{"track root", "track inner"}},
		{"a variable that nobody reads", head + "var kept = again\nvar root = &cobra.Command{}\nfunc again() error { return inner.Execute() }", []string{"track root", "track inner"}},
	})
}

// TestBeforeMain leaves alone what runs while packages are initialised.
func TestBeforeMain(t *testing.T) {
	testPlan(t, "", []planTest{
		{"init", run + "func init() { log.Fatal(1); os.Exit(1) }", []string{"track root"}},
		{"an initialiser", run + "var x = func() int { os.Exit(1); return 1 }()", []string{"track root"}},
		{"what init keeps", run + "var f func()\nfunc init() { f = func() { os.Exit(1) } }", []string{"track root", "exit os.Exit"}},
		{"a function that init calls", run + "func init() { must(nil) }\nfunc must(err error) { if err != nil { log.Fatal(err) } }", []string{"track root"}},
		{"a function that an initialiser calls", run + "var one = must(1, nil)\nfunc must(n int, err error) int { cobra.CheckErr(err); return n }", []string{"track root"}},
		{"a function that such a function calls", run + "func init() { first() }\nfunc first() { second() }\nfunc second() { os.Exit(1) }", []string{"track root"}},
		{"a function that init and main call", strings.Replace(run, "main() {", "main() { must(nil);", 1) + "func init() { must(nil) }\nfunc must(err error) { if err != nil { os.Exit(1) } }", []string{"track root", "exit os.Exit"}},
		{"a function that init keeps", run + "var f func()\nfunc init() { f = leave }\nfunc leave() { os.Exit(1) }", []string{"track root", "exit os.Exit"}},
		{"a function that init starts", run + "func init() { go leave() }\nfunc leave() { os.Exit(1) }", []string{"track root", "exit os.Exit"}},
		{"a function that init calls, with what it keeps", run + "func init() { root.RunE = made() }\nfunc made() func(*cobra.Command, []string) error { cobra.CheckErr(nil); return func(*cobra.Command, []string) error { os.Exit(1); return nil } }", []string{"track root", "exit os.Exit"}},
		{"a function that only calls itself", run + "func leave() { leave(); os.Exit(1) }", []string{"track root", "exit os.Exit"}},
		{"a function that init and C call", run + "func init() { leave() }\n//export leave\nfunc leave() { os.Exit(1) }", []string{"track root", "exit os.Exit"}},
		{"an exported function that init calls", run + "func init() { Must() }\nfunc Must() { os.Exit(1) }", []string{"track root"}},
		{"a method that init calls", run + "type t struct{}\nfunc init() { t{}.leave() }\nfunc (t) leave() { os.Exit(1) }", []string{"track root", "exit os.Exit"}},
		{"a goroutine of init", run + "func init() { go func() { os.Exit(1) }() }", []string{"track root", "exit os.Exit"}},
	})
}

// TestBeforeMainOfAnotherPackage: other programs of the module may call an exported function at any time, which matters if
// they are instrumented, too.
func TestBeforeMainOfAnotherPackage(t *testing.T) {
	const lib = "package lib\n\nimport \"os\"\n\nfunc init() { Configure() }\n\nfunc Configure() { Must() }\n\nfunc Must() { os.Exit(1) }\n"
	for _, test := range []struct {
		use     string // in main.go
		several bool
		want    []string
	}{
		{"var _ = lib.Must", false, []string{"exit os.Exit"}},
		{"func init() { lib.Must() }", false, nil},
		{"func init() { lib.Must() }", true, []string{"exit os.Exit"}},
		{"func init() { root.Run = func(*cobra.Command, []string) { lib.Configure() } }", false, []string{"exit os.Exit"}},
	} {
		g := loadtest.Program(t, "-- "+loadtest.Module+"/main.go --\npackage main\n\nimport (\n\t\"example.com/cli/lib\"\n\t\"github.com/spf13/cobra\"\n)\n\n"+run+test.use+"\n"+
			"-- "+loadtest.Module+"/lib/lib.go --\n"+lib)
		options := testOptions
		options.Others = map[string]bool{loadtest.Module + "/lib": test.several, loadtest.Module + "/other": true}
		p, err := Plan(g, options)
		if err != nil {
			t.Fatal(err)
		}
		p.Sites = slices.DeleteFunc(p.Sites, func(s plan.Site) bool { return s.File != "lib/lib.go" })
		if got := sites(p, lib); !slices.Equal(got, test.want) {
			t.Errorf("%s, several %v: lib.go has sites %q; want %q", test.use, test.several, got, test.want)
		}
	}
}

// TestDead leaves alone what a written-out condition keeps from running.
func TestDead(t *testing.T) {
	testPlan(t, "", []planTest{
		{"false", run + "func f() { if false { os.Exit(1) } }", []string{"track root"}},
		{"not true", run + "func f(b bool) { if !true && b { os.Exit(1) } }", []string{"track root"}},
		{"else", run + "func f(b bool) { if true || b { } else { os.Exit(1) } }", []string{"track root"}},
		{"a loop", run + "func f() { for false { os.Exit(1) } }", []string{"track root"}},
		{"behind an exit", run + "func f() { os.Exit(1); os.Exit(2) }", []string{"track root", "exit os.Exit"}},
		{"behind a fatal call", run + "func f() { log.Fatal(1); os.Exit(2) }", []string{"track root", "exiting 1 log.Fatal(1)"}},
		{"behind parentheses", run + "func f() { (log.Fatal(1)); os.Exit(2) }", []string{"track root", "exiting 1 (log.Fatal(1))"}},
		{"behind a return", run + "func f() { return; os.Exit(2) }", []string{"track root"}},
		{"behind a panic", run + "func f(n int) { switch n { case 1: panic(n); { os.Exit(2) } } }", []string{"track root"}},
		{"behind a panic of its own", run + "func panic(int) {}\nfunc f() { panic(1); os.Exit(2) }", []string{"track root", "exit os.Exit"}},
		{"behind a label", run + "func f() { goto end; end: os.Exit(2) }", []string{"track root", "exit os.Exit"}},
		{"behind a branch that exits", run + "func f(n int) { if n > 0 { os.Exit(1) }; os.Exit(2) }", []string{"track root", "exit os.Exit", "exit os.Exit"}},
		{"behind a variable", run + "var exit = os.Exit\nfunc f() { exit(1); os.Exit(2) }", []string{"track root", "exit os.Exit", "exit os.Exit"}},
		{"for tests", run + "type failer interface { Helper(); FailNow() }\nfunc must(t failer) { os.Exit(1) }", []string{"track root"}},
		{"for what can fail", run + "type failer interface { Fail() }\nfunc must(t failer) { os.Exit(1) }", []string{"track root", "exit os.Exit"}},
		{"a named constant proves nothing", run + "const debug = false\nfunc f() { if debug { os.Exit(1) } }", []string{"track root", "exit os.Exit"}},
	})
}

package find

import "testing"

// TestSwap finds the uses of os.Exit and cobra.CheckErr.
func TestSwap(t *testing.T) {
	testPlan(t, "", []planTest{
		{"called", run + "func f() { os.Exit(1) }", []string{"track root", "exit os.Exit"}},
		{"as a value", run + "var exit = os.Exit", []string{"track root", "exit os.Exit"}},
		{"checked", run + "func f(err error) { cobra.CheckErr(err) }", []string{"track root", "exiting-if 1 err"}},
		{"as a value that checks", run + "var check = cobra.CheckErr", []string{"track root", "uncovered cobra.CheckErr is used as a value: a run that it ends is recorded as -1 if a command had begun"}},
		{"a method of that name", run + "type system struct{}\nfunc (system) Exit(int) {}\nfunc f() { system{}.Exit(1) }", []string{"track root"}},
		{"never compiled in", run + "func f() { if false { os.Exit(1) } }", []string{"track root"}},
		{"the branch that runs", run + "func f() { if false { os.Exit(1) } else { os.Exit(2) } }", []string{"track root", "exit os.Exit"}},
		{"imported twice", "import other \"os\"\n" + run + "func f() { other.Exit(1) }\nfunc g() { os.Exit(2) }", []string{"track root", "uncovered " + twice("other.Exit"), "uncovered " + twice("os.Exit")}},
		{"with a comment", run + "func f() { os. /* now */ Exit(2) }", []string{"track root", "uncovered " + twice("os. /* now */ Exit")}},
		{"in init", run + "func init() { os.Exit(1) }", []string{"track root"}},
	})
}

func twice(function string) string {
	return function + ": left alone, because it is split by a space or comment, or its package is imported twice; a run that it ends is recorded as -1 if a command had begun"
}

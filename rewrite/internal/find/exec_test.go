package find

import "testing"

// TestReplaces finds where the process becomes another program.
func TestReplaces(t *testing.T) {
	const note = "uncovered syscall.Exec: the process becomes another program here, and ends with that program's exit status; the run is recorded as -1 if a command had begun"
	testPlan(t, "", []planTest{
		{"called", run + "func f() error { return syscall.Exec(\"/bin/sh\", nil, nil) }", []string{"track root", note}},
		{"as a value", run + "var become = syscall.Exec", []string{"track root", note}},
		{"a method of that name", run + "type db struct{}\nfunc (db) Exec(string) {}\nfunc f() { db{}.Exec(\"drop\") }", []string{"track root"}},
		{"never compiled in", run + "func f() { if false { syscall.Exec(\"/bin/sh\", nil, nil) } }", []string{"track root"}},
	})
}

// TestCallsC finds where C ends the process.
func TestCallsC(t *testing.T) {
	const note = " ends the process, and no edit is possible in C; the run is recorded as -1 if a command had begun"
	testPlan(t, "", []planTest{
		{"exit", run + "func f() { C.exit(3) }", []string{"track root", "uncovered C.exit" + note}},
		{"at once, deferred, in a signal", run + "func f() { defer C._exit(3); go C.quick_exit(1); C.abort() }",
			[]string{"track root", "uncovered C._exit" + note, "uncovered C.quick_exit" + note, "uncovered C.abort" + note}},
		{"another function", run + "func f() { C.getpid() }", []string{"track root"}},
		{"a variable of that name", run + "type c struct{}\nfunc (c) exit(int) {}\nfunc f(C c) { C.exit(3) }", []string{"track root"}},
	})
}

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

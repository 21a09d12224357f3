package form

import "testing"

func TestExit(t *testing.T) {
	testForm(t, Exit, []roundTrip{
		{name: "called", before: "func f() {\n\t‹os.Exit›(1)\n}\n", after: "func f() {\n\ttelemetry.Exit(1)\n}\n"},
		{name: "as a value", before: "var exit = ‹os.Exit› // one\n", after: "var exit = telemetry.Exit // one\n"},
		{name: "an argument", before: "func f() {\n\trun(/* one */ ‹os.Exit›)\n}\n", after: "func f() {\n\trun(/* one */ telemetry.Exit)\n}\n"},
		{name: "deferred", before: "func f() {\n\tdefer ‹os.Exit›(1)\n}\n", after: "func f() {\n\tdefer telemetry.Exit(1)\n}\n"},
		{name: "in parentheses", before: "func f() {\n\t(‹os.Exit›)(1)\n}\n", after: "func f() {\n\t(telemetry.Exit)(1)\n}\n"},
	})
}

// TestExitUnderOtherNames gives back the name that the file has for a package.
func TestExitUnderOtherNames(t *testing.T) {
	for _, test := range []struct{ imports, want string }{
		{`import "os"`, "os.Exit(1)"},
		{`import system "os"`, "system.Exit(1)"},
		{`import . "os"`, "Exit(1)"},
		{`import _ "os"`, "os.Exit(1)"},
		{``, "os.Exit(1)"},
	} {
		src := "package p\n\n" + test.imports + "\n\nfunc f() { telemetry.Exit(1) }\n"
		want := "package p\n\n" + test.imports + "\n\nfunc f() { " + test.want + " }\n"
		if got := undone(t, src); got != want {
			t.Errorf("undone:\n%s\nwant\n%s", got, want)
		}
		if got := rewritten(t, src); without(got, "\n") != without(want, "\n") {
			t.Errorf("the tree is\n%s\nwant\n%s", got, want)
		}
	}
}

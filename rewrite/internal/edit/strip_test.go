package edit

import (
	"strings"
	"testing"
)

// A file of which the author has moved parts may import both packages.
func TestStripTakesBothPackagesOut(t *testing.T) {
	const src = `package x

import (
	telemetry "example.com/m/internal/telemetry/exit"
	other "example.com/m/internal/telemetry"
)

func f() {
	telemetry.Exit(1)
	other.Track(root).Execute()
}
`
	got := string(Strip([]byte(src), func(path string) bool { return strings.HasPrefix(path, "example.com/m/internal/telemetry") }, false))
	if strings.Contains(got, "telemetry") || !strings.Contains(got, "os.Exit(1)") || !strings.Contains(got, "\troot.Execute()") || !strings.Contains(got, `"os"`) {
		t.Errorf("left:\n%s", got)
	}
}

// TestStripRestoresTheImport where ours is the only one in its block, as in a file that the author moved code to.
func TestStripRestoresTheImport(t *testing.T) {
	const src = "package x\n\nimport (\n\ttelemetry \"example.com/m/internal/telemetry/exit\"\n)\n\nfunc f(err error) {\n\ttelemetry.Exit(1)\n}\n"
	const want = "package x\n\nimport (\n\t\"os\"\n)\n\nfunc f(err error) {\n\tos.Exit(1)\n}\n"
	if got := string(Strip([]byte(src), func(path string) bool { return path == "example.com/m/internal/telemetry/exit" }, false)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestStripLeavesOthersAlone: what is not ours comes back byte for byte.
func TestStripLeavesOthersAlone(t *testing.T) {
	for _, test := range []struct{ name, src string }{
		{"no import", "package x\n\nvar telemetry = 1\n"},
		{"another package of that name", "package x\n\nimport \"example.com/other/telemetry\"\n\nfunc f() { telemetry.Exit(1) }\n"},
		{"does not parse", "package x\n\nimport \"example.com/m/internal/telemetry\"\n\nfunc f( { telemetry.Exit(1) }\n"},
	} {
		owns := func(path string) bool { return path == "example.com/m/internal/telemetry" }
		if got := string(Strip([]byte(test.src), owns, false)); got != test.src {
			t.Errorf("%s:\n%s", test.name, got)
		}
	}
	// A use that no form explains keeps the import.
	const mine = "package x\n\nimport \"example.com/m/internal/telemetry\"\n\nvar version = telemetry.Version\n"
	if got := string(Strip([]byte(mine), func(path string) bool { return strings.HasSuffix(path, "/telemetry") }, false)); got != mine {
		t.Errorf("the author's own use:\n%s", got)
	}
}

// TestStripLeavesVariablesAlone: the author may have given a variable the package's name since, and its type methods
// with the names of the injected functions.
func TestStripLeavesVariablesAlone(t *testing.T) {
	const theirs = `
		telemetry.Exiting(1)
		telemetry.Track(root).Execute()
		check(telemetry.ExitingIf(1, nil))
		defer telemetry.Start()()
		telemetry.Exit(telemetry.ExitingWith(1, 2))
`
	for _, f := range []string{
		"func f(telemetry client) {" + theirs + "}\n",
		"func f() (telemetry client) {" + theirs + "return }\n",
		"func (telemetry client) f() {" + theirs + "}\n",
		"func f() { telemetry := client{}" + theirs + "}\n",
		"func f() { if telemetry := find(); telemetry != nil {" + theirs + "} }\n",
		"func f() { for _, telemetry := range all {" + theirs + "} }\n",
		"func f() { var telemetry client; defer func() {" + theirs + "}() }\n",
		"var f = func(telemetry client) {" + theirs + "}\n",
	} {
		const head, exit = "package x\n\nimport (\n\t\"os\"\n", "func g() { telemetry.Exit(len(os.Args)) }\n"
		src := head + "\n\t\"example.com/m/internal/telemetry\"\n)\n\n" + exit + f
		want := head + ")\n\n" + strings.Replace(exit, "telemetry", "os", 1) + f
		if got := string(Strip([]byte(src), func(path string) bool { return path == "example.com/m/internal/telemetry" }, true)); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
}

package load

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// TestOnlyMain picks the main package, or says what is there instead.
func TestOnlyMain(t *testing.T) {
	main, other := &packages.Package{Name: "main", PkgPath: "m/cmd/a"}, &packages.Package{Name: "b", PkgPath: "m/b"}
	broken := &packages.Package{Errors: []packages.Error{{Msg: "# m\nx.go:1:1: no\r\n\nx.go:2:1: way\n"}}}
	for _, test := range []struct {
		name  string
		found []*packages.Package
		want  string // in the error; "" for none
	}{
		{"one", []*packages.Package{main}, ""},
		{"one beside others", []*packages.Package{other, main}, ""},
		{"two", []*packages.Package{main, {Name: "main", PkgPath: "m/cmd/c"}}, "2 main packages"},
		{"none", []*packages.Package{other}, "m/b is not a main package"},
		{"one that does not load", []*packages.Package{broken}, "x.go:1:1: no\nx.go:2:1: way"},
		{"nothing, and no module", nil, "is not in a Go module"},
	} {
		got, err := onlyMain(test.found, t.TempDir(), "./...")
		if test.want == "" && (got != main || err != nil) || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: %v, %v; want %q", test.name, got, err, test.want)
		}
	}
}

// TestMessages gives a line an error, without the headings of the go command.
func TestMessages(t *testing.T) {
	p := &packages.Package{Errors: []packages.Error{{Pos: "x.go:1:2", Msg: "bad"}, {Pos: "-", Msg: "# m\none\n\ntwo\n"}}}
	if got, want := messages(p), []string{"x.go:1:2: bad", "one", "two"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestErrorList shows the first errors, and how many more there are.
func TestTooOld(t *testing.T) {
	const old, enough = "v0.0.0-20160722081547-f62e98d28ab7", "v0.0.2"
	for _, test := range []struct {
		cobra packages.Module
		want  bool
	}{
		{packages.Module{Version: old}, true},
		{packages.Module{Version: enough}, false},
		{packages.Module{Version: "v1.10.2"}, false},
		{packages.Module{Version: old, Replace: &packages.Module{Version: enough}}, false},
		{packages.Module{Version: enough, Replace: &packages.Module{Version: old}}, true},
		{packages.Module{Version: old, Replace: &packages.Module{}}, false},
		{packages.Module{Main: true}, false},
	} {
		if got := tooOld(&test.cobra); got != test.want {
			t.Errorf("%+v: %v", test.cobra, got)
		}
	}
}

func TestErrorList(t *testing.T) {
	e := &Error{Errors: Dedup(strings.Split("a b c d e f g h i j k l a b", " "))}
	if got, want := e.List(), "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n(and 2 more)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestExplainListFailure says what to do without a module.
func TestExplainListFailure(t *testing.T) {
	for message, want := range map[string]string{
		"go: go.mod file not found in current directory":    "needs `go mod init` first",
		"build flag -modfile only valid when using modules": "take -modfile out of GOFLAGS",
		"go: something else":                                "loading ./x: go: something else",
	} {
		if err := explainListFailure(t.TempDir(), "./x", errors.New(message)); !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", message, err)
		}
	}
}

// TestRoot finds the nearest go.mod.
func TestRoot(t *testing.T) {
	here, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	if got := Root("."); got != here {
		t.Errorf("the root is %s, want %s", got, here)
	}
	if got := Root(t.TempDir()); got != "" {
		t.Errorf("a folder without one is in %s", got)
	}
}

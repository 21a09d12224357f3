package load_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/loadtest"
)

const twoPackages = `
-- example.com/cli/main.go --
package main

import "example.com/cli/cmd"

func main() { cmd.Run() }
-- example.com/cli/cmd/cmd.go --
package cmd

import "os"

func Run() { os.Exit(1) }
`

// TestCheck type-checks the packages that are wanted, and only these.
func TestCheck(t *testing.T) {
	const path = "example.com/cli/cmd"
	for _, test := range []struct {
		name, wanted, skip string
		want               string
	}{
		{"one", "cmd", "", path},
		{"both", "", "", "example.com/cli " + path},
		{"none", "nowhere", "", ""},
		{"without a generated one", "", path, "example.com/cli"},
	} {
		t.Run(test.name, func(t *testing.T) {
			g := loadtest.Program(t, twoPackages)
			g = load.NewProgram(g.Module, g.Sources, func(p string) bool { return p == test.skip })
			list := g.Check(func(p *packages.Package) bool { return strings.HasSuffix(p.PkgPath, test.wanted) })
			if err := g.Err(); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range list {
				got = append(got, c.PkgPath)
				if len(c.Errs) > 0 || c.Types.Scope().Len() == 0 {
					t.Errorf("%s has errors %v", c.PkgPath, c.Errs)
				}
			}
			if strings.Join(got, " ") != test.want {
				t.Errorf("checked %q, want %q", got, test.want)
			}
			if (g.With(filepath.Join(g.Dir, "cmd", "cmd.go")) != nil) != strings.Contains(test.want, path) {
				t.Error("what was checked is not known any more")
			}
		})
	}
}

// TestCheckNamesWhatIsWrong gives the position of every error.
func TestCheckNamesWhatIsWrong(t *testing.T) {
	g := loadtest.Program(t, twoPackages)
	src, err := g.Sources.Read(g.All["example.com/cli/cmd"].GoFiles[0])
	if err != nil {
		t.Fatal(err)
	}
	src.Stripped = []byte("package cmd\n\nfunc Run() { exit(1) }\n")
	g.Check(func(*packages.Package) bool { return true })
	err = g.Err()
	var failed *load.Error
	if !errors.As(err, &failed) || len(failed.Errors) != 1 || !strings.Contains(failed.Errors[0], "cmd.go:3:14: undefined: exit") {
		t.Errorf("the error is %v", err)
	}
}

// TestCheckOfCgo takes what cannot be known of C for no error: the go command has compiled the package.
func TestCheckOfCgo(t *testing.T) {
	for name, body := range map[string]string{
		"a field behind a pointer": "t := &C.struct_tm{}; println(t.tm_sec)",
		"a type switch":            "var x any; switch x.(type) { case *C.int: case *C.char: }",
		"a constant":               "var list [C.MAX]int; println(len(list), C.MAX<<1)",
		"a function":               "n, err := C.f(); println(n, err)",
	} {
		g := loadtest.Program(t, twoPackages)
		src, err := g.Sources.Read(g.All["example.com/cli/cmd"].GoFiles[0])
		if err != nil {
			t.Fatal(err)
		}
		src.Stripped = []byte("package cmd\n\nimport \"C\"\n\nfunc Run() { " + body + " }\n")
		if list := g.Check(func(*packages.Package) bool { return true }); g.Err() != nil || len(list) != 2 {
			t.Errorf("%s: %d packages, %v", name, len(list), g.Err())
		}
	}
}

// TestImported gives a package of the build from its export data.
func TestImported(t *testing.T) {
	g := loadtest.Program(t, twoPackages)
	if p := g.Imported("os"); p == nil || p.Scope().Lookup("Exit") == nil {
		t.Errorf("os is %v", p)
	}
	if p := g.Imported("net/http"); p != nil {
		t.Errorf("%v is no part of the build", p)
	}
}

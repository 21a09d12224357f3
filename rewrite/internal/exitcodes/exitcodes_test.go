package exitcodes

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"testing"
)

// TestNames gives each way in which a constant reaches os.Exit.
func TestNames(t *testing.T) {
	const constants = `
type status int

const (
	exitOK status = iota
	exitUsage
	exitNotFound
	exitOther
)

const exitLost, exitNever = 4, 77
`
	for _, test := range []struct{ name, code, want string }{
		{"directly", "func f() { os.Exit(exitLost) }", "4 exitLost\n"},
		{"converted", "func f() { os.Exit(int(exitUsage)) }", "1 exitUsage\n"},
		{"a literal has no name", "func f() { os.Exit(4) }", ""},
		{"two names", "const gone = exitLost\nfunc f(b bool) { if b { os.Exit(gone) }; os.Exit(exitLost) }", "4 exitLost gone\n"},
		{"a variable", "func f(b bool) { code := exitOK; if b { code = exitUsage }; os.Exit(int(code)) }", "0 exitOK\n1 exitUsage\n"},
		{"a result", "func f(err error) { os.Exit(codeOf(err)) }\nfunc codeOf(err error) int { switch err { case nil: return int(exitOK) }; return exitLost }", "0 exitOK\n4 exitLost\n"},
		{"a result by name", "func f() { os.Exit(g()) }\nfunc g() (code int) { code = exitLost; return }", "4 exitLost\n"},
		{"one of several results", "func f() { _, code := g(); os.Exit(code) }\nfunc g() (int, int) { return exitNever, exitLost }", "4 exitLost\n"},
		{"results passed on", "func f() { _, code := g(); os.Exit(code) }\nfunc g() (int, int) { return h() }\nfunc h() (int, int) { return exitNever, exitLost }", "4 exitLost\n"},
		{"a parameter", "func f() { die(exitLost, exitNever) }\nfunc die(code, other int) { os.Exit(code) }", "4 exitLost\n"},
		{"a field", "type E struct { Code status; other status }\nfunc g() *E { return &E{Code: exitNotFound, other: exitUsage} }\nfunc f() { os.Exit(int(g().Code)) }", "2 exitNotFound\n"},
		{"a field without its name", "type E struct { a, Code status }\nvar e = E{exitUsage, exitNotFound}\nfunc f() { os.Exit(int(e.Code)) }", "2 exitNotFound\n"},
		{"a field of an embedded struct", "type B struct { Code status }\ntype E struct { B }\nvar e = E{B{exitNotFound}}\nfunc f() { os.Exit(int(e.Code)) }", "2 exitNotFound\n"},
		{"a field set later", "type E struct { Code status }\nfunc f() { var e E; e.Code = exitNotFound; os.Exit(int(e.Code)) }", "2 exitNotFound\n"},
		{"a method", "type E struct { c status }\nfunc (e *E) Code() int { return int(e.c) }\nfunc f() { e := &E{c: exitOther}; os.Exit(e.Code()) }", "3 exitOther\n"},
		{"a method behind an interface", "type coder interface { ExitCode() int }\ntype A struct{}\nfunc (A) ExitCode() int { return exitLost }\ntype B struct{}\nfunc (B) ExitCode() int { return int(exitUsage) }\nfunc f(c coder) { os.Exit(c.ExitCode()) }", "1 exitUsage\n4 exitLost\n"},
		{"a map", "var codes = map[string]status{\"a\": exitUsage, \"b\": exitNotFound}\nfunc f(k string) { if c, ok := codes[k]; ok { os.Exit(int(c)) } }", "1 exitUsage\n2 exitNotFound\n"},
		{"a slice that is ranged over", "func f() { for _, c := range []status{exitUsage, exitOther} { os.Exit(int(c)) } }", "1 exitUsage\n3 exitOther\n"},
		{"an element set later", "func f() { m := map[int]status{}; m[1] = exitUsage; os.Exit(int(m[2])) }", "1 exitUsage\n"},
		{"os.Exit as a value", "var exit = os.Exit\nfunc f() { exit(exitLost) }", "4 exitLost\n"},
		{"os.Exit in a field", "type S struct { exit func(int) }\nfunc New() S { return S{exit: os.Exit} }\nfunc (s S) f() { s.exit(exitLost) }", "4 exitLost\n"},
		{"os.Exit as an argument", "func f() { g(os.Exit) }\nfunc g(quit func(int)) { quit(exitLost) }", "4 exitLost\n"},
		{"a function literal", "func f() { code := func() int { return exitLost }; os.Exit(code()) }", "4 exitLost\n"},
		{"a function literal on the spot", "func f() { os.Exit(func() int { return exitLost }()) }", "4 exitLost\n"},
		{"a function as a value", "func f() { run := g; os.Exit(run()) }\nfunc g() int { return exitLost }", "4 exitLost\n"},
		{"a generic function", "func f() { os.Exit(first([]int{exitLost})) }\nfunc first[T any](l []T) T { return l[0] }", "4 exitLost\n"},
		{"what the shell sees", "const minus = -1\nfunc f() { os.Exit(minus) }", "255 minus\n"},
		{"itself", "func f(n int) int { os.Exit(f(n)); return f(exitLost) }", ""},
		{"another function of that name", "func Exit(int) {}\nfunc f() { Exit(exitLost) }", ""},
		{"nothing", "func f() { _ = exitLost }", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := check(t, "p", "package p\n\nimport \"os\"\n"+constants+"\nvar _ = os.Args\n\n"+test.code, nil)
			if got := string(Text(Find([]Package{p}, exits))); got != test.want {
				t.Errorf("%s\ngives\n%s\nwant\n%s", test.code, got, test.want)
			}
		})
	}
}

// TestNamesOfOtherPackages has the constants, the errors and the exit in three packages.
func TestNamesOfOtherPackages(t *testing.T) {
	built := map[string]*types.Package{}
	errs := check(t, "example.com/errs", "package errs\n\nconst NotFound = 3\n\ntype Error struct { Code int }\n\nfunc New(code int) *Error { return &Error{Code: code} }\n", built)
	built["example.com/errs"] = errs.Types
	get := check(t, "example.com/get", "package get\n\nimport \"example.com/errs\"\n\nfunc Run() *errs.Error { return errs.New(errs.NotFound) }\n", built)
	built["example.com/get"] = get.Types
	main := check(t, "example.com", "package main\n\nimport (\n\t\"example.com/get\"\n\t\"os\"\n)\n\nfunc main() { os.Exit(get.Run().Code) }\n", built)
	if got := string(Text(Find([]Package{errs, get, main}, exits))); got != "3 NotFound\n" {
		t.Errorf("names are %q", got)
	}
}

func exits(fn *types.Func) int {
	if fn.FullName() == "os.Exit" {
		return 0
	}
	return -1
}

func check(t *testing.T, path, source string, built map[string]*types.Package) Package {
	t.Helper()
	f, err := parser.ParseFile(fset, path+".go", source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatalf("%v in\n%s", err, source)
	}
	p := Package{Files: []*ast.File{f}, Info: &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{},
	}}
	standard := importer.Default()
	cfg := types.Config{Importer: importerFunc(func(path string) (*types.Package, error) {
		if pkg := built[path]; pkg != nil {
			return pkg, nil
		}
		return standard.Import(path)
	})}
	if p.Types, err = cfg.Check(path, fset, p.Files, p.Info); err != nil {
		t.Fatalf("%v in\n%s", err, source)
	}
	return p
}

var fset = token.NewFileSet()

type importerFunc func(path string) (*types.Package, error)

func (f importerFunc) Import(path string) (*types.Package, error) { return f(path) }

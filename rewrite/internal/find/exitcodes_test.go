package find

import (
	"fmt"
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/loadtest"
)

// TestExitCodes gives each way in which a constant reaches os.Exit.
func TestExitCodes(t *testing.T) {
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
		{"a receiver", "func (s status) exit() { os.Exit(int(s)) }\nfunc f() { exitNotFound.exit() }", "2 exitNotFound\n"},
		{"what a method makes of its receiver", "func (s status) Int() int { return int(s) }\nfunc f() { os.Exit(exitOther.Int()) }", "3 exitOther\n"},
		{"a receiver in a method value", "func (s status) exit() { os.Exit(int(s)) }\nfunc f() { g := exitUsage.exit; g() }", "1 exitUsage\n"},
		{"a receiver behind an embedded field", "type E struct { status }\nfunc (s status) exit() { os.Exit(int(s)) }\nvar e = E{exitOther}\nfunc f() { e.exit() }", "3 exitOther\n"},
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
			c := loadtest.Package(t, "package p\n\nimport \"os\"\n"+constants+"\nvar _ = os.Args\n\n"+test.code)
			if got := exitCodesOf(c); got != test.want {
				t.Errorf("%s\ngives\n%s\nwant\n%s", test.code, got, test.want)
			}
		})
	}
}

// TestExitCodesOfOtherPackages has the constants, the errors and the exit in three packages.
func TestExitCodesOfOtherPackages(t *testing.T) {
	g := loadtest.Program(t, `
-- example.com/cli/main.go --
package main

import (
	"example.com/cli/get"
	"os"
)

func main() { os.Exit(get.Run().Code) }
-- example.com/cli/get/get.go --
package get

import "example.com/cli/errs"

func Run() *errs.Error { return errs.New(errs.NotFound) }
-- example.com/cli/errs/errs.go --
package errs

const NotFound = 3

type Error struct{ Code int }

func New(code int) *Error { return &Error{Code: code} }
`)
	var list []*load.Package
	for _, p := range g.Own {
		list = append(list, g.Package(p))
	}
	if got := exitCodesOf(list...); got != "3 NotFound\n" {
		t.Errorf("names are %q", got)
	}
}

// exitCodesOf lists the named exit statuses of packages, one a line.
func exitCodesOf(list ...*load.Package) string {
	fl, own := newFlow(), func(path string) bool { return strings.HasPrefix(path, loadtest.Module) }
	var finders []*finder
	for _, c := range list {
		fl.add(c)
		for _, file := range c.Files {
			finders = append(finders, &finder{c: c, file: file})
		}
	}
	var b strings.Builder
	for _, code := range exitCodes(finders, fl, own) {
		fmt.Fprintf(&b, "%d %s\n", code.Status, strings.Join(code.Names, " "))
	}
	return b.String()
}

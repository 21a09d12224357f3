package find

import (
	"go/ast"
	"slices"
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/loadtest"
)

// TestCommandsComeFrom gives the ways in which a command reaches Execute, and
// the literals that it is followed back to.
func TestCommandsComeFrom(t *testing.T) {
	for _, test := range []struct{ name, code, want string }{
		{"a variable", `var root = &cobra.Command{Use: "a"}
			func f() { root.Execute() }`, "a"},
		{"one of two", `func f(b bool) { root := &cobra.Command{Use: "a"}; if b { root = &cobra.Command{Use: "b"} }; root.Execute() }`, "a b"},
		{"no literal of another type", `func f() { c := newApp("x").cmd; c.Execute() }
			type app struct { cmd *cobra.Command; name string }
			func newApp(name string) *app { return &app{cmd: &cobra.Command{Use: "a"}, name: name} }`, "a"},
		{"a value", `var root = cobra.Command{Use: "a"}
			func f() { root.Execute() }`, "a"},
		{"a result", `func f() { newRoot().Execute() }
			func newRoot() *cobra.Command { return &cobra.Command{Use: "a"} }`, "a"},
		{"a named result", `func f() { newRoot().Execute() }
			func newRoot() (c *cobra.Command) { c = &cobra.Command{Use: "a"}; return }`, "a"},
		{"the second result", `func f() { _, c := newRoot(); c.Execute() }
			func newRoot() (error, *cobra.Command) { return nil, &cobra.Command{Use: "a"} }`, "a"},
		{"results passed on", `func f() { _, c := outer(); c.Execute() }
			func outer() (error, *cobra.Command) { return newRoot() }
			func newRoot() (error, *cobra.Command) { return nil, &cobra.Command{Use: "a"} }`, "a"},
		{"a parameter", `func f() { run(&cobra.Command{Use: "a"}) }
			func run(c *cobra.Command) { c.Execute() }`, "a"},
		{"a method's parameter", `type app struct{}
			func f() { app{}.run(&cobra.Command{Use: "a"}) }
			func (app) run(c *cobra.Command) { c.Execute() }`, "a"},
		{"a variadic parameter", `func f() { run(1, &cobra.Command{Use: "a"}, &cobra.Command{Use: "b"}) }
			func run(n int, c ...*cobra.Command) { c[0].Execute() }`, "a b"},
		{"a field", `type app struct { name string; cmd *cobra.Command }
			func f() { app := &app{"x", &cobra.Command{Use: "a"}}; app.cmd.Execute() }`, "a"},
		{"an embedded field", `type app struct { *cobra.Command }
			func f() { app := app{Command: &cobra.Command{Use: "a"}}; app.Execute() }`, "a"},
		{"a field of an embedded struct", `type base struct { root *cobra.Command }
			type app struct { base }
			func f() { var app app; app.root = &cobra.Command{Use: "a"}; app.base.root.Execute() }`, "a"},
		{"a field of a generic struct", `type box[T any] struct { value T }
			func f() { b := box[*cobra.Command]{value: &cobra.Command{Use: "a"}}; b.value.Execute() }`, "a"},
		{"a function value", `var makeRoot = newRoot
			func f() { makeRoot().Execute() }
			func newRoot() *cobra.Command { return &cobra.Command{Use: "a"} }`, "a"},
		{"the second result of a function value", `func f() { make := newRoot; _, c := make(); c.Execute() }
			func newRoot() (error, *cobra.Command) { return nil, &cobra.Command{Use: "a"} }`, "a"},
		{"a function literal", `func f() { c := func() *cobra.Command { return &cobra.Command{Use: "a"} }(); c.Execute() }`, "a"},
		{"a slice", `func f() { for _, c := range []*cobra.Command{{Use: "a"}, {Use: "b"}} { c.Execute() } }`, "a b"},
		{"a map", `var all = map[string]*cobra.Command{"x": {Use: "a"}}
			func f() { if c, ok := all["x"]; ok { c.Execute() } }`, "a"},
		{"a type assertion", `func f() { var x any = &cobra.Command{Use: "a"}; x.(*cobra.Command).Execute() }`, "a"},
		{"a method behind an interface", `type maker interface { Root() *cobra.Command }
			type app struct{}
			func (app) Root() *cobra.Command { return &cobra.Command{Use: "a"} }
			func f(m maker) { m.Root().Execute() }`, "a"},
		{"itself", `type state func() state
			func f(s state) { for { s = s() } }
			func g(c *cobra.Command) { c = c; c.Execute() }`, ""},
		{"an element of itself", `type tree []tree
			func f(t tree) { for { t = t[0]; t[0] = t[0][0] } }
			func g(l []*cobra.Command) { l[0] = l[1]; l[0].Execute() }`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := loadtest.Package(t, "package p\n\nimport \"github.com/spf13/cobra\"\n\n"+test.code+"\n")
			fl := newFlow()
			fl.add(c)
			var uses []string
			ast.Inspect(c.Files[0], func(n ast.Node) bool {
				if sel, ok := n.(*ast.SelectorExpr); ok {
					if s := executes(c, sel); s != nil {
						for _, l := range fl.literals(receiver(c, sel, s)) {
							uses = append(uses, useOf(l))
						}
					}
				}
				return true
			})
			slices.Sort(uses)
			if got := strings.Join(uses, " "); got != test.want {
				t.Errorf("%s\ncomes from %q, want %q", test.code, got, test.want)
			}
		})
	}
}

func useOf(l literal) string { return (&sourceTree{}).word(l, "Use") }

// TestFlowGoesOnIntoOtherPackages adds packages when a value turns out to come
// from there.
func TestFlowGoesOnIntoOtherPackages(t *testing.T) {
	g := loadtest.Program(t, `
-- example.com/cli/main.go --
package main

import "example.com/cli/cmd"

func main() { cmd.Root().Execute() }
-- example.com/cli/cmd/root.go --
package cmd

import "github.com/spf13/cobra"

func Root() *cobra.Command { return &cobra.Command{Use: "a"} }
`)
	c := g.Package(g.Main)
	fl := newFlow()
	fl.add(c)
	var asked []string
	fl.more = func(place string) {
		asked = append(asked, packageOf(place))
		if p := g.All[packageOf(place)]; p != nil && g.IsOwn(p.PkgPath) {
			fl.add(g.Package(p))
		}
	}
	var found []literal
	ast.Inspect(c.Files[0], func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && executes(c, sel) != nil {
			found = fl.literals(origin{expr: sel.X, in: c})
		}
		return true
	})
	if len(found) != 1 || useOf(found[0]) != "a" || !slices.Contains(asked, "example.com/cli/cmd") {
		t.Errorf("found %d literals, asked for %v", len(found), asked)
	}
}

// TestInner takes off what makes no other value.
func TestInner(t *testing.T) {
	c := loadtest.Package(t, "package p\n\ntype T int\n\nvar x any\n\nvar y, n = 1, 2\n\nfunc f(int) {}\n\nvar list = []any{x.(int), *(&y), T(y), T(+y), len(\"\"), ((y)), &n}\n")
	var got []string
	ast.Inspect(c.Files[0], func(n ast.Node) bool {
		if lit, ok := n.(*ast.CompositeLit); ok {
			for _, e := range lit.Elts {
				for inner(c, e) != nil {
					e = inner(c, e)
				}
				switch e := e.(type) {
				case *ast.Ident:
					got = append(got, e.Name)
				case *ast.UnaryExpr:
					got = append(got, e.Op.String())
				case *ast.CallExpr:
					got = append(got, "call")
				}
			}
		}
		return true
	})
	if want := "x y y + call y n"; strings.Join(got, " ") != want {
		t.Errorf("%v, want %s", got, want)
	}
}

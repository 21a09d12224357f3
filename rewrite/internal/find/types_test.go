package find

import (
	"go/ast"
	"testing"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/loadtest"
)

const typesHead = "package p\n\nimport \"github.com/spf13/cobra\"\n\nvar _ cobra.Command\n\n"

// TestTypesThatAreCommands tells commands from what only holds one.
func TestTypesThatAreCommands(t *testing.T) {
	for _, test := range []struct {
		typ     string
		is, ptr bool
	}{
		{"cobra.Command", true, false},
		{"*cobra.Command", true, true},
		{"alias", true, true},
		{"**cobra.Command", false, false},
		{"Command", false, false},
		{"[]*cobra.Command", false, false},
		{"map[string]*cobra.Command", false, false},
		{"struct { name string; c *cobra.Command }", false, false},
		{"*struct { cobra.Command }", false, false},
		{"func() *cobra.Command", false, false},
		{"func(*cobra.Command)", false, false},
		{"interface { Execute() error }", false, false},
		{"string", false, false},
	} {
		c := loadtest.Package(t, typesHead+"type alias = *cobra.Command\ntype Command struct{}\nvar x "+test.typ+"\n")
		typ := c.Types.Scope().Lookup("x").Type()
		if is, ptr := isCommand(typ), isCommandPointer(typ); is != test.is || ptr != test.ptr {
			t.Errorf("%s: a command %v, a pointer to one %v", test.typ, is, ptr)
		}
	}
	if isCommand(nil) || isCommandPointer(nil) {
		t.Error("an expression without a type is a command")
	}
}

// TestCallee names what is called.
func TestCallee(t *testing.T) {
	for _, test := range []struct{ call, callee, ofCobra string }{
		{"f()", "f", ""},
		{"(f)()", "f", ""},
		{"generic[int](1)", "generic", ""},
		{"two[int, string]()", "two", ""},
		{"T{}.m()", "m", ""},
		{"new(T).p()", "p", ""},
		{"G[int]{}.m()", "m", ""},
		{"cobra.CheckErr(nil)", "CheckErr", "CheckErr"},
		{"new(cobra.Command).Execute()", "Execute", "Execute"},
		{"v()", "", ""},
		{"func() {}()", "", ""},
		{"list[0]()", "", ""},
	} {
		c := loadtest.Package(t, typesHead+"func f() {}\nfunc generic[T any](x T) {}\nfunc two[T, U any]() {}\n"+
			"type T struct{}\nfunc (T) m() {}\nfunc (*T) p() {}\ntype G[X any] struct{}\nfunc (G[X]) m() {}\n"+
			"var v = f\nvar list []func()\nfunc calls() { "+test.call+" }\n")
		call := lastCall(c)
		name := ""
		if fn := callee(c, call); fn != nil {
			name = fn.Name()
		}
		if of := ofCobra(c, call); name != test.callee || of != test.ofCobra {
			t.Errorf("%s calls %q, of cobra %q; want %q, %q", test.call, name, of, test.callee, test.ofCobra)
		}
	}
}

// lastCall is the call that the last function of a package consists of.
func lastCall(c *load.Package) *ast.CallExpr {
	decls := c.Files[0].Decls
	return decls[len(decls)-1].(*ast.FuncDecl).Body.List[0].(*ast.ExprStmt).X.(*ast.CallExpr)
}

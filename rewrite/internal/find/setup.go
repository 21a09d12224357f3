package find

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
)

// setsUp reports whether an expression sets a flag or a command up in a way that
// fails only where the source is wrong: cmd.MarkFlagRequired("nosuch"),
// viper.BindPFlag("key", nil). Such an error is the author's to see, in each run
// and in each test. An exit because of it needs no edit.
//
// Such a call is one of a function of cobra, pflag or viper that returns an error
// made in these modules. A function that may pass on another error, of a file or
// of a flag's value, is none. Nor is one that is handed the user's arguments.
func (f *finder) setsUp(e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok || len(call.Args) == 0 {
		return false
	}
	fn := callee(f.c, call)
	if fn == nil || fn.Pkg() == nil || !settingUp[withoutMajor(fn.Pkg().Path())] || !returnsOnlyError(fn) {
		return false
	}
	for _, arg := range call.Args {
		t := f.c.Info.TypeOf(arg)
		if t == nil {
			return false
		}
		if _, list := t.Underlying().(*types.Slice); list && !isLiteral(arg) {
			return false // the user's arguments
		}
	}
	return f.depend.failsByItself(fn)
}

var settingUp = map[string]bool{load.Cobra: true, "github.com/spf13/pflag": true, "github.com/spf13/viper": true}

func isLiteral(e ast.Expr) bool {
	_, ok := ast.Unparen(e).(*ast.CompositeLit)
	return ok
}

func returnsOnlyError(fn *types.Func) bool {
	results := fn.Signature().Results()
	return results.Len() == 1 && types.Identical(results.At(0).Type(), types.Universe.Lookup("error").Type())
}

// onSetup reports whether the walk stands in the branch that is taken where such
// a call failed:
//
//	if err := cmd.MarkFlagRequired("x"); err != nil {
func (f *finder) onSetup() bool {
	for cur := range f.cur.Enclosing() {
		if _, ok := cur.Node().(*ast.FuncLit); ok {
			return false
		}
		if cur.ParentEdgeKind() == edge.IfStmt_Body {
			err := f.notNil(cur.Parent().Node().(*ast.IfStmt).Cond)
			return err != nil && f.setsUp(f.assigned(err, cur.Parent()))
		}
	}
	return false
}

// notNil returns the variable of a condition `err != nil`.
func (f *finder) notNil(cond ast.Expr) types.Object {
	c, ok := ast.Unparen(cond).(*ast.BinaryExpr)
	if !ok || c.Op != token.NEQ || !isNil(c.Y, f.c) {
		return nil
	}
	id, ok := ast.Unparen(c.X).(*ast.Ident)
	if !ok {
		return nil
	}
	return f.c.Info.Uses[id]
}

// assigned returns what a variable was given right before an if statement, or in
// it.
func (f *finder) assigned(v types.Object, stmt inspector.Cursor) ast.Expr {
	var before ast.Node = stmt.Node().(*ast.IfStmt).Init
	if previous, ok := stmt.PrevSibling(); ok && stmt.Node().(*ast.IfStmt).Init == nil {
		before = previous.Node()
	}
	assign, ok := before.(*ast.AssignStmt)
	if !ok || len(assign.Lhs) != 1 || len(assign.Rhs) != 1 {
		return nil
	}
	id, ok := assign.Lhs[0].(*ast.Ident)
	if !ok || f.c.Info.ObjectOf(id) != v {
		return nil
	}
	return assign.Rhs[0]
}

// failsByItself reports whether the error of a function of a dependency can only
// be made in its own module.
func (d *dependencies) failsByItself(fn *types.Func) bool {
	return d.ownError(fn.Origin(), map[string]bool{})
}

// makers are functions of the standard library that only make an error.
var makers = map[string]bool{"fmt.Errorf": true, "errors.New": true}

func (d *dependencies) ownError(fn *types.Func, seen map[string]bool) bool {
	name := fn.FullName()
	if own, ok := seen[name]; ok {
		return own
	}
	if own, ok := d.ownErrors[name]; ok {
		return own
	}
	seen[name] = true // a call of itself decides nothing: its other calls do
	c, decl := d.declaration(fn)
	own := decl != nil
	if own {
		ast.Inspect(decl.Body, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && own && mayFail(c.Info.TypeOf(call)) {
				called := callee(c, call)
				own = called != nil && (makers[called.FullName()] ||
					called.Pkg() != nil && settingUp[withoutMajor(called.Pkg().Path())] && !isInterfaceMethod(called) && d.ownError(called, seen))
			}
			return own
		})
	}
	d.ownErrors[name] = own
	return own
}

// mayFail reports whether an error is among a call's results.
func mayFail(t types.Type) bool {
	err := types.Universe.Lookup("error").Type()
	if tuple, ok := t.(*types.Tuple); ok {
		for i := range tuple.Len() {
			if types.Identical(tuple.At(i).Type(), err) {
				return true
			}
		}
		return false
	}
	return t != nil && types.Identical(t, err)
}

package find

import (
	"go/ast"
	"go/types"
	"strconv"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
)

// callee returns the function or method that a call names, nil for values.
func callee(c *load.Package, call *ast.CallExpr) *types.Func {
	fn, _ := named(c, call.Fun).(*types.Func)
	if fn != nil {
		return fn.Origin()
	}
	return nil
}

// named returns the object that an expression names, nil for none.
func named(c *load.Package, e ast.Expr) types.Object {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return c.Info.Uses[e]
	case *ast.SelectorExpr:
		return c.Info.Uses[e.Sel]
	case *ast.IndexExpr:
		return named(c, e.X)
	case *ast.IndexListExpr:
		return named(c, e.X)
	}
	return nil
}

func deref(t types.Type) types.Type {
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok {
		return types.Unalias(p.Elem())
	}
	return t
}

// isCommand reports whether t is cobra.Command or a pointer to it.
func isCommand(t types.Type) bool {
	if t == nil {
		return false
	}
	named, ok := deref(t).(*types.Named)
	return ok && named.Obj().Name() == "Command" && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == load.Cobra
}

// isCommandPointer reports whether t is *cobra.Command.
func isCommandPointer(t types.Type) bool {
	if t == nil {
		return false
	}
	_, pointer := types.Unalias(t).(*types.Pointer)
	return pointer && isCommand(t)
}

// commandResult is the index of a function's first result that is a command,
// -1 where it returns none.
func commandResult(sig *types.Signature) int {
	for i := 0; i < sig.Results().Len(); i++ {
		if isCommandPointer(sig.Results().At(i).Type()) {
			return i
		}
	}
	return -1
}

// ofCobra returns the function of cobra that a call names, "" for others.
func ofCobra(c *load.Package, call *ast.CallExpr) string {
	if fn := callee(c, call); fn != nil && fn.Pkg() != nil && fn.Pkg().Path() == load.Cobra {
		return fn.Name()
	}
	return ""
}

func isNil(e ast.Expr, c *load.Package) bool {
	tv, ok := c.Info.Types[e]
	return ok && tv.IsNil()
}

func importPath(spec *ast.ImportSpec) string {
	path, _ := strconv.Unquote(spec.Path.Value)
	return path
}

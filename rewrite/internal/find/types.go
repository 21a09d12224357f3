package find

import (
	"go/ast"
	"go/types"
	"iter"
	"slices"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
)

// nodes returns the nodes of type N below a node, in the order of the source.
func nodes[N ast.Node](root ast.Node) iter.Seq[N] {
	return func(yield func(N) bool) {
		for n := range ast.Preorder(root) {
			if n, ok := n.(N); ok && !yield(n) {
				return
			}
		}
	}
}

// some reports whether is returns true for at least one of the values.
func some[V any](values iter.Seq[V], is func(v V) bool) bool {
	for v := range values {
		if is(v) {
			return true
		}
	}
	return false
}

// declarations returns those of all files of a package.
func declarations(c *load.Package) (list []ast.Decl) {
	for _, file := range c.Files {
		list = append(list, file.Decls...)
	}
	return list
}

// callee returns the function or method that a call names. It is nil for a variable, and
// for what no package declares, such as the Error method of an error.
func callee(c *load.Package, call *ast.CallExpr) *types.Func {
	fn, ok := named(c, call.Fun).(*types.Func)
	if !ok || fn.Pkg() == nil {
		return nil
	}
	return fn.Origin()
}

// pathOf returns the import path of the package that declares an object, "" if there is none.
func pathOf(obj types.Object) string {
	if obj == nil || obj.Pkg() == nil {
		return ""
	}
	return obj.Pkg().Path()
}

// named returns the object that an expression names, nil if it is not a name.
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
	named, ok := deref(t).(*types.Named)
	return ok && named.Obj().Name() == "Command" && pathOf(named.Obj()) == load.Cobra
}

// isCommandPointer reports whether t is *cobra.Command.
func isCommandPointer(t types.Type) bool {
	return isCommand(t) && isPointer(t)
}

func isPointer(t types.Type) bool {
	_, pointer := t.Underlying().(*types.Pointer)
	return pointer
}

// commandResult returns the index of a function's first result that is a *cobra.Command,
// -1 if there is none.
func commandResult(sig *types.Signature) int {
	return slices.IndexFunc(slices.Collect(sig.Results().Variables()), func(v *types.Var) bool { return isCommandPointer(v.Type()) })
}

// ofCobra returns the name of the cobra function that is called, "" for another function.
func ofCobra(c *load.Package, call *ast.CallExpr) string {
	if fn := callee(c, call); fn != nil && fn.Pkg().Path() == load.Cobra {
		return fn.Name()
	}
	return ""
}

func isNil(e ast.Expr, c *load.Package) bool {
	tv, ok := c.Info.Types[e]
	return ok && tv.IsNil()
}

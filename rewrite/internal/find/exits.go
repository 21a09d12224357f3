package find

import (
	"go/ast"
	"go/types"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/form"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// swap finds every use of os.Exit and cobra.CheckErr, called or as a value: the
// injected function of the same type takes its place.
func (f *finder) swap(id *ast.Ident) {
	fn, ok := f.c.Info.Uses[id].(*types.Func)
	if !ok || fn.Pkg() == nil || fn.Type().(*types.Signature).Recv() != nil {
		return
	}
	name, ok := form.Swaps[form.Function{Path: fn.Pkg().Path(), Name: fn.Name()}]
	if !ok {
		return
	}
	var whole ast.Expr = id
	if sel, ok := f.parent().(*ast.SelectorExpr); ok && sel.Sel == id {
		whole = sel
	}
	what := f.text(whole) + " as a value: records the exit status first"
	if call := f.callOf(whole); call != nil {
		if f.beforeMain(call) {
			return // nothing can be recorded yet
		}
		if f.onSetup() || len(call.Args) == 1 && f.setsUp(call.Args[0]) {
			f.note(plan.Note, whole, f.short(call)+": left alone, because it ends the process only if the source is wrong")
			return
		}
		what = f.short(call) + ": records the exit status first"
	}
	if f.swapped == nil {
		f.swapped = map[string]int{}
	}
	f.swapped[fn.Pkg().Path()]++
	f.edit(plan.Exit, whole, name, whole.Pos(), whole.End(), plan.Operands{}, what)
}

// callOf returns the call whose function is e, nil when e is not called. The
// walk stands at e or at its last identifier.
func (f *finder) callOf(e ast.Expr) *ast.CallExpr {
	for i := len(f.stack) - 1; i >= 0; i-- {
		switch n := f.stack[i].(type) {
		case *ast.CallExpr:
			if ast.Unparen(n.Fun) == e {
				return n
			}
			return nil
		case *ast.ParenExpr:
		case *ast.SelectorExpr:
			if ast.Expr(n) != e {
				return nil
			}
		default:
			return nil
		}
	}
	return nil
}

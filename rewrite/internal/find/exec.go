package find

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// replaces notes where the process becomes another program. No edit is possible: the
// call returns only if it fails, and the user sees the other program's status.
func (f *finder) replaces(id *ast.Ident, fn *types.Func) {
	if !becomesAnother(fn) {
		return
	}
	f.note(plan.Uncovered, id, fn.Pkg().Name()+".Exec: the process becomes another program here, and ends with that program's exit status; the run is recorded as -1 if a command had begun")
}

// becomesAnother reports whether a function replaces the process by another program.
func becomesAnother(fn *types.Func) bool {
	return fn.Name() == "Exec" && systemCalls[pathOf(fn)]
}

// endsInC are the functions of the C library that end the process.
var endsInC = []string{"C.exit", "C._exit", "C._Exit", "C.quick_exit", "C.abort"}

// callsC notes where C ends the process. It goes by names: types of C are not known.
func (f *finder) callsC(sel *ast.SelectorExpr) {
	id, ok := sel.X.(*ast.Ident)
	if !ok || !slices.Contains(endsInC, id.Name+"."+sel.Sel.Name) {
		return
	}
	if pkg, ok := f.c.Info.Uses[id].(*types.PkgName); ok && pkg.Imported().Path() == "C" {
		f.note(plan.Uncovered, sel, f.text(sel)+" ends the process, and no edit is possible in C; the run is recorded as -1 if a command had begun")
	}
}

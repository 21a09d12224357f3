package find

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/form"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// isExit reports whether a function is os.Exit.
func isExit(fn *types.Func) bool { return pathOf(fn) == "os" && fn.Name() == "Exit" }

// isCheckErr reports whether a function is cobra.CheckErr, which ends the process with
// status 1 unless its argument is nil.
func isCheckErr(fn *types.Func) bool { return pathOf(fn) == load.Cobra && fn.Name() == "CheckErr" }

// swap adds a site for each use of os.Exit, called or as a value. The injected function of
// the same type replaces it there.
func (f *finder) swap(fn *types.Func) {
	if !isExit(fn) {
		return
	}
	whole := whole(f.cur)
	call := callOf(whole)
	at := whole.Node()
	if f.text(at) != f.spelledExit() {
		f.note(plan.Uncovered, at, f.short(at)+": left alone, because it is split by a space or comment, or its package is imported twice; a run that it ends is recorded as -1 if a command had begun")
		return
	}
	what := f.text(at) + " as a value: records the exit status first"
	if call != nil {
		if f.beforeMain(enclosed(f.c, f.cur, false)) {
			return // nothing can be recorded yet
		}
		if f.leftBySetup(at, call) {
			return
		}
		what = f.short(call) + ": records the exit status first"
	}
	f.swapped++
	f.edit(plan.Exit, at, form.Exit, at.Pos(), at.End(), plan.Operands{}, what)
}

// checkErr adds the site of a call of cobra.CheckErr.
func (f *finder) checkErr(call *ast.CallExpr) {
	if len(call.Args) == 1 && !f.leftBySetup(call, call) {
		f.edit(plan.Exit, call, form.ExitingIf, call.Args[0].Pos(), call.Args[0].End(), plan.Operands{Status: "1"}, f.short(call)+": records the exit status first")
	}
}

// leftBySetup notes that a call is left alone if it ends the process only because the source
// is wrong, and reports whether it is.
func (f *finder) leftBySetup(at ast.Node, call *ast.CallExpr) bool {
	left := f.onSetup() || slices.ContainsFunc(call.Args, f.setsUp)
	if left {
		f.note(plan.Note, at, f.short(call)+": left alone, because it ends the process only if the source is wrong")
	}
	return left
}

// spelledExit returns how the file names os.Exit, "" if it imports os under two names.
func (f *finder) spelledExit() (text string) {
	for _, spec := range f.file.Imports {
		again := form.SpelledExit(spec)
		if text != "" && again != "" {
			return ""
		}
		text += again
	}
	return text
}

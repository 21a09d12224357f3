package find

import (
	"go/types"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/form"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// swapOf returns the form that replaces a function, if there is one.
func swapOf(fn *types.Func) (name string, ok bool) {
	if fn.Signature().Recv() != nil {
		return "", false
	}
	name, ok = form.Swaps[form.Function{Path: pathOf(fn), Name: fn.Name()}]
	return name, ok
}

// swap adds a site for each use of os.Exit and cobra.CheckErr, called or as a value. The
// injected function of the same type replaces it there.
func (f *finder) swap(fn *types.Func) {
	name, ok := swapOf(fn)
	if !ok {
		return
	}
	whole := whole(f.cur)
	call := callOf(whole)
	at := whole.Node()
	if f.text(at) != f.spelled(fn) {
		f.note(plan.Uncovered, at, f.short(at)+": left alone, because it is split by a space or comment, or its package is imported twice; a run that it ends is recorded as -1 if a command had begun")
		return
	}
	what := f.text(at) + " as a value: records the exit status first"
	if call != nil {
		if f.beforeMain(enclosed(f.c, f.cur, false)) {
			return // nothing can be recorded yet
		}
		if f.onSetup() || len(call.Args) == 1 && f.setsUp(call.Args[0]) {
			f.note(plan.Note, at, f.short(call)+": left alone, because it ends the process only if the source is wrong")
			return
		}
		what = f.short(call) + ": records the exit status first"
	}
	f.swapped[fn.Pkg().Path()]++
	f.edit(plan.Exit, at, name, at.Pos(), at.End(), plan.Operands{}, what)
}

// spelled returns how the file names a function, in the form to which the edit is undone. It is
// "" if the file imports its package under two names.
func (f *finder) spelled(fn *types.Func) (text string) {
	for _, spec := range f.file.Imports {
		again := form.Spelled(spec, fn.Pkg().Path(), fn.Name())
		if text != "" && again != "" {
			return ""
		}
		text += again
	}
	return text
}

package find

import (
	"go/ast"
	"go/constant"
	"go/types"
	"maps"
	"slices"
	"strings"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// exitCodes returns the exit statuses that have a name in the source, by number. A name
// is that of a constant which reaches a function that ends the process.
func exitCodes(finders []*finder, fl *flow, own func(path string) bool) (codes []plan.ExitCode) {
	names := map[int][]string{} // by the status that the shell sees
	note := func(e ast.Expr, in *load.Package) bool {
		obj, ok := named(in, e).(*types.Const)
		if !ok || obj.Pkg() == nil || obj.Val().Kind() != constant.Int {
			return false
		}
		if value, ok := constant.Int64Val(obj.Val()); ok {
			status := int(value & 0xff)
			names[status] = append(names[status], obj.Name())
		}
		return true
	}
	for _, f := range finders {
		for call := range nodes[*ast.CallExpr](f.file) {
			if len(call.Args) > 0 && fl.exits(origin{expr: call.Fun, in: f.c}, own) {
				fl.back(origin{expr: call.Args[0], in: f.c}, note)
			}
		}
	}
	for _, status := range slices.Sorted(maps.Keys(names)) {
		codes = append(codes, plan.ExitCode{Status: status, Names: slices.Compact(slices.Sorted(slices.Values(names[status])))})
	}
	return codes
}

// exits reports whether a function value may end the process with its first argument as
// the status. The CLI's own functions are followed to what they call.
func (fl *flow) exits(function origin, own func(path string) bool) (found bool) {
	fl.back(function, func(e ast.Expr, in *load.Package) bool {
		fn, ok := named(in, e).(*types.Func)
		found = found || ok && !own(pathOf(fn)) && endsWithArgument(fn)
		return ok
	})
	return found
}

// endsWithArgument reports whether a function has the name and the signature of one that
// ends the process with its argument, such as os.Exit and logrus.Exit.
func endsWithArgument(fn *types.Func) bool {
	params := fn.Signature().Params()
	return strings.HasPrefix(fn.Name(), "Exit") && returnsNothing(fn) && params.Len() > 0 && types.Identical(params.At(0).Type(), types.Typ[types.Int])
}

func returnsNothing(fn *types.Func) bool { return fn.Signature().Results().Len() == 0 }

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

// exitNames collects the names that the source gives to exit statuses: constants
// that reach a function which ends the process.
type exitNames struct {
	flow  *flow
	own   func(path string) bool // whether a package is the CLI's own
	names map[int][]string       // by status, as they are met
}

// look collects the names that reach the exits of one file.
func (x *exitNames) look(c *load.Package, file *ast.File) {
	for call := range nodes[*ast.CallExpr](file) {
		if len(call.Args) > 0 && x.exits(origin{expr: call.Fun, in: c}) {
			x.flow.back(origin{expr: call.Args[0], in: c}, x.constant)
		}
	}
}

// exits reports whether a function value may be one that ends the process with
// its first argument. The CLI's own functions are followed to what they call.
func (x *exitNames) exits(function origin) (found bool) {
	x.flow.back(function, func(e ast.Expr, in *load.Package) bool {
		fn, ok := named(in, e).(*types.Func)
		found = found || ok && !x.own(pathOf(fn)) && endsWithArgument(fn)
		return ok
	})
	return found
}

// constant notes the name of a declared constant, under the status that the
// shell sees.
func (x *exitNames) constant(e ast.Expr, in *load.Package) bool {
	obj, ok := named(in, e).(*types.Const)
	if !ok || obj.Pkg() == nil || obj.Val().Kind() != constant.Int {
		return false
	}
	if value, ok := constant.Int64Val(obj.Val()); ok {
		status := int(value & 0xff)
		x.names[status] = append(x.names[status], obj.Name())
	}
	return true
}

// codes are sorted by number.
func (x *exitNames) codes() (codes []plan.ExitCode) {
	for _, status := range slices.Sorted(maps.Keys(x.names)) {
		codes = append(codes, plan.ExitCode{Status: status, Names: slices.Compact(slices.Sorted(slices.Values(x.names[status])))})
	}
	return codes
}

// endsWithArgument reports whether a function has the form of os.Exit and
// logrus.Exit.
func endsWithArgument(fn *types.Func) bool {
	params := fn.Signature().Params()
	return strings.HasPrefix(fn.Name(), "Exit") && returnsNothing(fn) && params.Len() > 0 && types.Identical(params.At(0).Type(), types.Typ[types.Int])
}

func returnsNothing(fn *types.Func) bool { return fn.Signature().Results().Len() == 0 }

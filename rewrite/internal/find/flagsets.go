package find

import (
	"go/ast"
	"go/types"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
)

// flagPackages have flag sets that can end the process.
var flagPackages = map[string]bool{"flag": true, "github.com/spf13/pflag": true}

// exitOnError is the constant with which a flag set ends the process on a wrong flag.
const exitOnError = "ExitOnError"

// commandLine is the end of the place of the flag set that these packages declare.
const commandLine = ".CommandLine"

func ofFlags(obj types.Object, name string) bool {
	return obj != nil && obj.Name() == name && flagPackages[pathOf(obj)]
}

// flagSets notes where a flag set ends the process because of a wrong flag: one that was
// made with ExitOnError, as that of the command line is.
func (f *finder) flagSets() {
	for _, call := range f.parses {
		fn := callee(f.c, call)
		set := origin{place: fn.Pkg().Path() + commandLine}
		if fn.Signature().Recv() != nil {
			sel := ast.Unparen(call.Fun).(*ast.SelectorExpr)
			if parsesNothing(f.c, call.Args[0]) {
				continue
			}
			set = receiver(f.c, sel, f.c.Info.Selections[sel])
		}
		if f.flow.exitsOnError(set) {
			f.noteEnd(call, fn.Pkg().Path(), "os.Exit")
		}
	}
}

// parsesNothing reports whether a list of arguments is nil or an empty literal.
func parsesNothing(c *load.Package, args ast.Expr) bool {
	lit, ok := ast.Unparen(args).(*ast.CompositeLit)
	return ok && len(lit.Elts) == 0 || isNil(args, c)
}

// exitsOnError reports whether a flag set may be one that ends the process.
func (fl *flow) exitsOnError(set origin) (found bool) {
	passed := fl.back(set, func(e ast.Expr, in *load.Package) bool {
		call, ok := e.(*ast.CallExpr)
		if ok && len(call.Args) == 2 && ofFlags(named(in, call.Fun), "NewFlagSet") {
			found = found || ofFlags(named(in, call.Args[1]), exitOnError)
		}
		return false
	})
	for path := range flagPackages {
		place := path + commandLine
		found = found || passed[place] && len(fl.into[place]) == 0
	}
	return found
}

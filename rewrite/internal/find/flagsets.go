package find

import (
	"go/ast"
	"go/types"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
)

// flagPackages have sets of flags that end the process where they are made so.
var flagPackages = map[string]bool{"flag": true, "github.com/spf13/pflag": true}

// exitOnError is the constant that makes them so.
const exitOnError = "ExitOnError"

// commandLine ends the place of the set that is made for the command line.
const commandLine = ".CommandLine"

func ofFlags(obj types.Object, name string) bool {
	return obj != nil && obj.Name() == name && flagPackages[pathOf(obj)]
}

// flagSets notes where a set of flags ends the process itself, because of a flag that it
// does not know: a set that was made with ExitOnError, as that of the command line is.
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

// parsesNothing reports whether arguments are written out as none.
func parsesNothing(c *load.Package, args ast.Expr) bool {
	lit, ok := ast.Unparen(args).(*ast.CompositeLit)
	return ok && len(lit.Elts) == 0 || isNil(args, c)
}

// exitsOnError reports whether a set of flags may be one that ends the process.
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

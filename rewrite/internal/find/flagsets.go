package find

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
)

// flagPackages have sets of flags that end the process where they are made so.
var flagPackages = map[string]bool{"flag": true, "github.com/spf13/pflag": true}

// exitOnError is the constant that makes them so.
const exitOnError = "ExitOnError"

func ofFlags(obj types.Object, name string) bool {
	return obj != nil && obj.Name() == name && obj.Pkg() != nil && flagPackages[obj.Pkg().Path()]
}

// flagSets notes where a set of flags ends the process itself, because of a flag that it
// does not know: a set that was made with ExitOnError, as that of the command line is.
func (f *finder) flagSets() {
	for cur := range inspector.New([]*ast.File{f.file}).Root().Preorder((*ast.CallExpr)(nil)) {
		f.cur = cur
		call := cur.Node().(*ast.CallExpr)
		fn := callee(f.c, call)
		if fn == nil || !ofFlags(fn, "Parse") || f.beforeMain() {
			continue
		}
		set := origin{place: fn.Pkg().Path() + ".CommandLine"}
		if fn.Signature().Recv() != nil {
			sel := ast.Unparen(call.Fun).(*ast.SelectorExpr)
			if parsesNothing(f.c, call.Args[0]) || f.c.Info.Selections[sel] == nil {
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
	fl.back(set, trace{
		passed: func(place string) {
			for path := range flagPackages {
				if place == path+".CommandLine" && len(fl.into[place]) == 0 {
					found = true
				}
			}
		},
		visit: func(e ast.Expr, in *load.Package) bool {
			call, ok := e.(*ast.CallExpr)
			if ok && len(call.Args) == 2 && ofFlags(named(in, call.Fun), "NewFlagSet") {
				found = found || ofFlags(named(in, call.Args[1]), exitOnError)
			}
			return false
		},
	})
	return found
}

package find

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"slices"

	"golang.org/x/tools/go/packages"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/loggers"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// exitHooks returns the exit hooks of the loggers that the module imports itself.
func exitHooks(g *load.Program) []plan.Hook {
	return loggers.Decide(loggers.World{
		Imports: slices.Sorted(maps.Keys(g.Imports())),
		Package: g.Imported,
		Mentions: func(path, word string) bool {
			has := func(text []byte) bool { return hasIdentifier(text, word) }
			return some(maps.Values(g.All), func(p *packages.Package) bool {
				return p.Imports[path] != nil && p.PkgPath != path && !g.Generated(p.PkgPath) && some(g.Texts(p, slices.Concat(p.GoFiles, load.LeftOut(p))), has)
			})
		},
	})
}

// hasIdentifier reports whether a file has the word as an identifier, but for helpers of
// tests. A file that does not parse may have it.
func hasIdentifier(src []byte, word string) bool {
	if !bytes.Contains(src, []byte(word)) {
		return false
	}
	file, err := parser.ParseFile(token.NewFileSet(), "", src, parser.SkipObjectResolution)
	return err != nil || slices.ContainsFunc(file.Decls, func(decl ast.Decl) bool {
		return !helpsTests(decl) && some(nodes[*ast.Ident](decl), func(id *ast.Ident) bool { return id.Name == word })
	})
}

// helpsTests is forTests without types, which files of dependencies are parsed without.
func helpsTests(decl ast.Decl) bool {
	fn, ok := decl.(*ast.FuncDecl)
	return ok && slices.ContainsFunc(fn.Type.Params.List, func(field *ast.Field) bool {
		return slices.Contains([]string{"*testing.T", "*testing.B", "*testing.F", "testing.TB"}, types.ExprString(field.Type))
	})
}

package find

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"slices"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// leftUnused reports whether a function that may end the process or execute a
// command is there for other programs only: the CLI links its package, and nothing
// names it but functions of that kind. It is left alone, and the report says so.
// Another CLI of the module may use it.
func (f *finder) leftUnused(decl *ast.FuncDecl) bool {
	if f.options.Several || !f.forOthers(decl) {
		return false
	}
	names := false
	for id := range nodes[*ast.Ident](decl.Body) {
		fn, _ := f.c.Info.Uses[id].(*types.Func)
		switch {
		case fn != nil && executeMethods[id.Name]: // a template's is none of these
			names = names || pathOf(fn) == load.Cobra || isInterfaceMethod(fn)
		case fn != nil && id.Name == "Exec": // nor is a database's
			names = names || becomesAnother(fn)
		default:
			names = names || slices.Contains(tokens, id.Name)
		}
	}
	if !names || f.used(decl, map[*ast.FuncDecl]bool{}) {
		return false
	}
	f.note(plan.Note, decl.Name, "func "+decl.Name.Name+": left alone, because the CLI does not use it")
	return true
}

// leaveOtherPrograms leaves files alone that have a func main which this build leaves out, where the program that they
// are built into comes to no place where a command is executed: it prints the CLI's documentation, say.
func (s *survey) leaveOtherPrograms() {
	executes := map[string]bool{} // files, and packages of the module
	for _, f := range s.finders {
		if f.executes || slices.ContainsFunc(s.indirect, func(i indirect) bool { return i.finder == f }) {
			executes[f.name], executes[f.c.PkgPath] = true, true
		}
	}
	for _, v := range s.variants {
		f := s.finderOf(v.Package, v.File)
		main := slices.IndexFunc(f.sites, func(site plan.Site) bool { return site.Kind == plan.Main })
		if main < 0 || s.comesTo(executes, v.Package) {
			continue
		}
		site := f.sites[main]
		site.Kind, site.Form, site.Reason = plan.Note, "", "func main: left alone, because the program that this file is built into executes no command"
		f.sites, f.swapped, f.parses = []plan.Site{site}, nil, nil
	}
}

// comesTo reports whether a package has one of some files, or imports, itself or through others of the module, one of some
// packages. What this build knows nothing of is taken for one of them.
func (s *survey) comesTo(goal map[string]bool, c *load.Package) bool {
	seen := map[string]bool{}
	var visit func(path string) bool
	visit = func(path string) bool {
		if !s.g.IsOwn(path) && !s.g.Holds(path) || seen[path] {
			return false
		}
		seen[path] = true
		p := s.g.All[path]
		return p == nil || goal[path] || slices.ContainsFunc(slices.Collect(maps.Keys(p.Imports)), visit)
	}
	for _, file := range c.Files {
		if goal[s.g.Sources.Relative(s.g.NameOf(file))] || slices.ContainsFunc(file.Imports, func(spec *ast.ImportSpec) bool { return visit(importPath(spec)) }) {
			return true
		}
	}
	return false
}

// forOthers reports whether other programs, or tests, can call a function.
func (f *finder) forOthers(decl *ast.FuncDecl) bool {
	return decl.Recv == nil && decl.Body != nil && decl.Name.Name != "init" && f.file.Name.Name != "main"
}

// used reports whether the CLI uses a function: something but itself
// names it, in its own package or in one that imports it, also of another module.
// Where that cannot be known, it does. What is seen already is being asked for.
func (f *finder) used(decl *ast.FuncDecl, seen map[*ast.FuncDecl]bool) bool {
	seen[decl] = true
	name := decl.Name.Name
	if bytes.Contains(f.src, []byte("//export "+name)) || bytes.Contains(f.src, []byte("go:linkname "+name)) {
		return true
	}
	for _, d := range declarations(f.c) {
		if user, ok := d.(*ast.FuncDecl); ok && seen[user] || !f.mentions(d, decl) {
			continue
		} else if !ok || !f.forOthers(user) || f.used(user, seen) {
			return true
		}
	}
	for path, p := range f.g.All {
		if own := f.g.IsOwn(path); own && f.g.Generated(path) || !own && p.Imports[f.c.PkgPath] == nil {
			continue // a dependency, or another module of the workspace, may import this one back
		}
		leftOut := load.LeftOut(p)
		for text := range f.g.Texts(p, leftOut) {
			if p.PkgPath == f.c.PkgPath && bytes.Contains(text, []byte(name)) || f.importsUnknown(text) {
				return true
			}
		}
		for text := range f.g.Texts(p, slices.Concat(p.GoFiles, leftOut)) {
			if f.names(text, name) {
				return true
			}
		}
	}
	return false
}

// mentions reports whether a declaration of the finder's package names a function of it.
func (f *finder) mentions(d ast.Decl, decl *ast.FuncDecl) bool {
	for id := range nodes[*ast.Ident](d) {
		if f.c.Info.Uses[id] == f.c.Info.Defs[decl.Name] {
			return true
		}
	}
	return false
}

// importsUnknown reports whether a file imports a package of the module that this
// build leaves out.
func (f *finder) importsUnknown(src []byte) bool {
	return slices.ContainsFunc(load.Imports(src), func(path string) bool {
		return f.g.Holds(path) && f.g.All[path] == nil
	})
}

// names reports whether a file imports the finder's package and names a function of it.
func (f *finder) names(src []byte, function string) bool {
	if !bytes.Contains(src, []byte(f.c.PkgPath)) || !bytes.Contains(src, []byte(function)) {
		return false
	}
	file, err := parser.ParseFile(token.NewFileSet(), "", src, parser.SkipObjectResolution)
	if err != nil {
		return true
	}
	for _, spec := range file.Imports {
		if importPath(spec) != f.c.PkgPath {
			continue
		}
		local := f.c.Types.Name()
		if spec.Name != nil {
			local = spec.Name.Name
		}
		for sel := range nodes[*ast.SelectorExpr](file) {
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == local && sel.Sel.Name == function {
				return true
			}
		}
		if local == "." {
			return true
		}
	}
	return false
}

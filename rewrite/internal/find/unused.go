package find

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"slices"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/form"
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
	if !some(nodes[*ast.Ident](decl.Body), f.namesEnd) || f.used(decl, map[*ast.FuncDecl]bool{}) {
		return false
	}
	f.note(plan.Note, decl.Name, "func "+decl.Name.Name+": left alone, because the CLI does not use it")
	return true
}

// namesEnd reports whether a name is one of those that matter: it may execute a command, or end
// the process.
func (f *finder) namesEnd(id *ast.Ident) bool {
	fn, _ := f.c.Info.Uses[id].(*types.Func)
	switch {
	case fn == nil:
		return false
	case executeMethods[id.Name]: // a template's is none of these
		return pathOf(fn) == load.Cobra || isInterfaceMethod(fn)
	case id.Name == "Exec": // nor is a database's
		return becomesAnother(fn)
	case f.g.IsOwn(pathOf(fn)) && !isInterfaceMethod(fn): // what it does is found where it is declared
		_, passedOn, _ := f.status(fn)
		return passedOn
	}
	return slices.Contains(tokens, id.Name)
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
		return p == nil || goal[path] || some(maps.Keys(p.Imports), visit)
	}
	for _, file := range c.Files {
		if goal[s.g.Sources.Relative(s.g.NameOf(file))] || slices.ContainsFunc(file.Imports, func(spec *ast.ImportSpec) bool { return visit(form.PathOf(spec)) }) {
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
	if linked(f.src, name) {
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
		mayUse := func(text []byte) bool {
			return p.PkgPath == f.c.PkgPath && bytes.Contains(text, []byte(name)) || f.importsUnknown(text)
		}
		uses := func(text []byte) bool { return f.names(text, name) }
		if some(f.g.Texts(p, leftOut), mayUse) || some(f.g.Texts(p, slices.Concat(p.GoFiles, leftOut)), uses) {
			return true
		}
	}
	return false
}

// linked reports whether C, or another package by the name of its symbol, may call a function of a file.
func linked(src []byte, name string) bool {
	return bytes.Contains(src, []byte("//export "+name)) || bytes.Contains(src, []byte("go:linkname "+name))
}

// mentions reports whether a declaration of the finder's package names a function of it.
func (f *finder) mentions(d ast.Decl, decl *ast.FuncDecl) bool {
	return some(nodes[*ast.Ident](d), func(id *ast.Ident) bool { return f.c.Info.Uses[id] == f.c.Info.Defs[decl.Name] })
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
		if form.PathOf(spec) != f.c.PkgPath {
			continue
		}
		local := f.c.Types.Name()
		if spec.Name != nil {
			local = spec.Name.Name
		}
		used := func(sel *ast.SelectorExpr) bool {
			x, ok := sel.X.(*ast.Ident)
			return ok && x.Name == local && sel.Sel.Name == function
		}
		if local == "." || some(nodes[*ast.SelectorExpr](file), used) {
			return true
		}
	}
	return false
}

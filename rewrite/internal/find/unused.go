package find

import (
	"go/ast"
	"go/types"
	"maps"
	"slices"

	"golang.org/x/tools/go/packages"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/form"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// leftUnused reports whether a function that may end the process or execute a command is
// not used by the CLI: only unused functions name it. Such a function is left alone, and
// the report says so.
func (f *finder) leftUnused(decl *ast.FuncDecl) bool {
	fn, ok := f.c.Info.Defs[decl.Name].(*types.Func)
	if !ok || !forOthers(fn) || decl.Body == nil || fn.Name() == "init" {
		return false
	}
	if !some(nodes[*ast.Ident](decl.Body), f.namesEnd) || f.used(fn, map[string]bool{}) || !f.seesAllUses(f.c.PkgPath) {
		return false
	}
	f.note(plan.Note, decl.Name, "func "+decl.Name.Name+": left alone, because the CLI does not use it")
	return true
}

// namesEnd reports whether an identifier names a function that may execute a command or end
// the process.
func (f *finder) namesEnd(id *ast.Ident) bool {
	fn, _ := f.c.Info.Uses[id].(*types.Func)
	switch {
	case fn == nil:
		return false
	case executeMethods[id.Name]: // not that of a template
		return pathOf(fn) == load.Cobra || isInterfaceMethod(fn)
	case id.Name == "Exec": // not that of a database
		return becomesAnother(fn)
	case f.g.IsOwn(pathOf(fn)) && !isInterfaceMethod(fn): // what it does is found where it is declared
		_, passedOn, _ := f.status(fn)
		return passedOn
	}
	return slices.Contains(tokens, id.Name)
}

// leaveOtherPrograms drops the edits of a file with a func main that this build leaves out, if its program reaches no place
// where a command is executed. Such a program generates the CLI's documentation, for example.
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
		f.sites, f.swapped, f.parses = []plan.Site{site}, 0, nil
	}
}

// comesTo reports whether a package has one of the goal's files, or imports one of its packages, directly or through other
// packages of the module. A package that this build does not have counts as one of them.
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

// forOthers reports whether other programs, or tests, can call a function: it is neither
// a method nor in package main.
func forOthers(fn *types.Func) bool {
	return fn.Signature().Recv() == nil && fn.Pkg().Name() != "main"
}

// used reports whether the CLI uses a function: code outside of unused functions names it.
// It is true where that cannot be known. Seen are the functions that are being asked for.
func (s *survey) used(fn *types.Func, seen map[string]bool) bool {
	seen[fn.FullName()] = true
	return slices.ContainsFunc(s.usesOf(fn), func(use enclosure) bool {
		user, _ := use.decl.(*types.Func)
		return user == nil || !forOthers(user) || !seen[user.FullName()] && s.used(user, seen)
	})
}

// seesAllUses reports whether no other program that counts uses a package: neither another CLI that is instrumented, nor a
// build for another system that has packages of its own.
func (s *survey) seesAllUses(path string) bool {
	return !s.options.Others[path] && !slices.ContainsFunc(s.g.Own, s.importsUnknown)
}

// importsUnknown reports whether a file that this build leaves out imports a package of the module that this
// build does not have.
func (s *survey) importsUnknown(p *packages.Package) bool {
	return some(s.g.Texts(p, load.LeftOut(p)), func(src []byte) bool {
		return slices.ContainsFunc(load.Imports(src), func(path string) bool { return s.g.Holds(path) && s.g.All[path] == nil })
	})
}

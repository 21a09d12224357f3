package loggers

import (
	"cmp"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// World is what Decide needs to know of the CLI.
type World struct {
	// Imports are the import paths in the module's own packages.
	Imports []string
	// Package returns a package of the build with its types, nil if it is not part of it.
	Package func(path string) *types.Package
	// Mentions reports whether a file of the build that imports the package at path, outside
	// of that package, has a word as an identifier.
	Mentions func(path, word string) bool
}

// Decide returns the hooks of the loggers that the module imports itself, if their versions
// have one, and of the loggers with which these end the process.
func Decide(w World) []plan.Hook {
	var hooks []plan.Hook
	for _, l := range table {
		if l.hook == nil || !slices.ContainsFunc(w.Imports, l.hook.imported) {
			continue
		}
		hook, ok := l.hook.decide(w)
		if ok && l.hook.through != "" {
			below, found := hookAt(l.hook.through).decide(w)
			if !found || !below.Known {
				continue // it could record a wrong status
			}
			hooks = append(hooks, below)
		}
		if ok {
			hooks = append(hooks, hook)
		}
	}
	slices.SortFunc(hooks, byPath)
	return slices.Compact(hooks)
}

func byPath(a, b plan.Hook) int { return strings.Compare(a.Path, b.Path) }

// decide returns the logger's hook, and whether it can be set in this build.
func (h *hook) decide(w World) (hook plan.Hook, ok bool) {
	pkg := w.Package(h.path)
	if pkg == nil || !h.exists(pkg) {
		return plan.Hook{}, false
	}
	known := !w.Mentions(h.path, h.taken())
	return plan.Hook{Path: h.path, Known: known}, known || h.unknown != ""
}

// taken returns the identifier that other code has if it may set the hook.
func (h *hook) taken() string { return cmp.Or(h.word, h.uses[0].name) }

// exists reports whether the version in the build has what the generated code uses, with
// the types that it expects.
func (h *hook) exists(pkg *types.Package) bool {
	return !slices.ContainsFunc(h.uses, func(s symbol) bool {
		want, err := types.Eval(token.NewFileSet(), nil, token.NoPos, s.typ)
		obj := pkg.Scope().Lookup(s.name)
		return err != nil || obj == nil || !types.Identical(obj.Type(), want.Type)
	})
}

// Modules returns the modules that the generated file imports and that the CLI's own
// packages may not import.
func Modules(hooks []plan.Hook) []string {
	var paths []string
	for _, h := range hooks {
		if through := hookAt(h.Path).through; through != "" {
			paths = append(paths, hookAt(through).inModule())
		}
	}
	return paths
}

// hookAt returns the hook of a package that has one.
func hookAt(path string) *hook { return at(path).hook }

func (h *hook) inModule() string {
	return cmp.Or(h.module, h.path)
}

// imported reports whether an import path is one of the logger's module.
func (h *hook) imported(path string) bool {
	return path == h.inModule() || strings.HasPrefix(path, h.inModule()+"/")
}

// Package exithook knows the loggers that end the process through a hook of
// their own, and writes the file of the runtime package that sets these hooks.
// Calls of such a logger need no edit where they stand. The package decides by
// types, and knows nothing of how a module is loaded or edited.
package exithook

import (
	"go/types"
	"slices"
	"strings"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// World is what has to be known of the CLI to decide.
type World struct {
	// Imports are the import paths in the module's own packages.
	Imports []string
	// Package returns a package of the build with its types, nil if it is not part of it.
	Package func(path string) *types.Package
	// Mentions reports whether a file of the build that imports the package at path, outside
	// of that package, has a word as an identifier.
	Mentions func(path, word string) bool
}

// Decide returns the hooks of the loggers that the module imports itself, in a
// version that has one, and of those that these end the process with. To add a
// logger, add a row to kinds.
func Decide(w World) []plan.Hook {
	var hooks []plan.Hook
	for _, k := range kinds {
		if !slices.ContainsFunc(w.Imports, k.imported) {
			continue
		}
		hook, ok := k.decide(w)
		if ok && k.through != "" {
			inner, _ := kindOf(k.through)
			below, found := inner.decide(w)
			if !found || !below.Known {
				continue // it could record a status that is not the one
			}
			hooks = append(hooks, below)
		}
		if ok {
			hooks = append(hooks, hook)
		}
	}
	slices.SortFunc(hooks, func(a, b plan.Hook) int { return strings.Compare(a.Path, b.Path) })
	return slices.Compact(hooks)
}

// decide returns the logger's hook, and whether it can be set in this build.
func (k kind) decide(w World) (hook plan.Hook, ok bool) {
	pkg := w.Package(k.path)
	if pkg == nil || !k.exists(pkg) {
		return plan.Hook{}, false
	}
	known := !w.Mentions(k.path, k.custom)
	return plan.Hook{Path: k.path, Known: known}, known || k.other != ""
}

// Modules returns the modules that the generated file imports and the CLI's own
// packages may not.
func Modules(hooks []plan.Hook) []string {
	var paths []string
	for _, h := range hooks {
		if k, _ := kindOf(h.Path); k.through != "" {
			inner, _ := kindOf(k.through)
			paths = append(paths, inner.module)
		}
	}
	return paths
}

// Covers returns the path of the hook that sees the process end when fn ends it,
// "" for none.
func Covers(hooks []plan.Hook, fn *types.Func) string {
	if fn.Pkg() == nil {
		return ""
	}
	k, ok := kindOf(fn.Pkg().Path())
	if !ok || !Sets(hooks, k.path) || !k.ends(Receiver(fn), fn.Name()) {
		return ""
	}
	return k.path
}

// Sets reports whether the hook of the package at path is among them.
func Sets(hooks []plan.Hook, path string) bool {
	return slices.ContainsFunc(hooks, func(h plan.Hook) bool { return h.Path == path })
}

// Receiver is the bare name of a method's receiver type, "" for a function.
func Receiver(fn *types.Func) string {
	recv := fn.Signature().Recv()
	if recv == nil {
		return ""
	}
	t := types.Unalias(recv.Type())
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	if named, ok := t.(*types.Named); ok {
		return named.Obj().Name()
	}
	return ""
}

// imported reports whether an import path is of the logger's module.
func (k kind) imported(path string) bool {
	return path == k.module || strings.HasPrefix(path, k.module+"/")
}

// exists reports whether the version at hand has the hook, with the type that
// the generated code expects.
func (k kind) exists(pkg *types.Package) bool {
	obj := pkg.Scope().Lookup(k.symbol)
	return obj != nil && types.TypeString(obj.Type(), nil) == k.typ
}

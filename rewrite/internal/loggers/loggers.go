// Package loggers knows the functions with which loggers end the process, and the
// exit hooks of those that have one. It decides by types, and writes the file of the
// generated package that sets the hooks. It knows nothing of how a module is loaded
// or edited.
package loggers

import (
	"go/types"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/module"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// Names are the shortest names among the functions that end the process: each of
// them has one in its name.
func Names() []string {
	var names []string
	for _, name := range allNames() {
		if !slices.ContainsFunc(names, func(known string) bool { return strings.Contains(name, known) }) {
			names = append(names, name)
		}
	}
	return names
}

// allNames are all those whose status is known here.
func allNames() (names []string) {
	for _, l := range table {
		for _, e := range l.ends {
			if e.status != told {
				names = append(names, e.names...)
			}
		}
	}
	return names
}

// NamesEnd reports whether a method of an interface, of which only its name is known, is taken to end the process: Fatal in
// any form, Exit and others as a logger of the table names them. ExitIdle of gRPC ends nothing.
func NamesEnd(name string) bool {
	return strings.HasPrefix(name, "Fatal") || slices.Contains(allNames(), name)
}

// Status returns the status with which a function logs and ends the process. With
// chain, it returns an event, and the last call of its chain ends the process. Whose
// a method is decides its type, so a logger embedded in a struct, behind an interface
// or under another import name is the same.
func Status(fn *types.Func) (status int, chain, ok bool) {
	if fn.Pkg() == nil {
		return 0, false, false
	}
	l := at(fn.Pkg().Path())
	e := l.end(receiver(fn), fn.Name())
	ok = e.status != told
	return e.status, ok && l.chain, ok
}

// FatalLevel reports whether a method of zap's logs at its first argument, and that is the constant at which zap
// ends the process with status 1.
func FatalLevel(fn *types.Func, level types.TypeAndValue) bool {
	return fn.Pkg().Path() == "go.uber.org/zap" && strings.HasSuffix(receiver(fn), "Logger") &&
		level.Value != nil && level.Type.String() == "go.uber.org/zap/zapcore.Level" && level.Value.String() == "5"
}

// Known reports whether a package logs: its functions return at once.
func Known(path string) bool {
	return slices.ContainsFunc(at(path).ends, func(e end) bool { return e.status != told })
}

// Behind returns the type of a logger's package that satisfies an interface and ends
// the process in one of its methods, unless a hook sees it, "" for none.
func Behind(hooks []plan.Hook, pkg *types.Package, iface *types.Interface, method string) string {
	l := at(pkg.Path())
	for _, e := range l.ends {
		if l.chain || e.status == told || !slices.Contains(e.names, method) {
			continue
		}
		for _, name := range e.receivers {
			obj := pkg.Scope().Lookup(name)
			if obj != nil && !types.IsInterface(obj.Type()) && types.Implements(types.NewPointer(obj.Type()), iface) && !l.seen(hooks, pkg.Path(), name) {
				return name
			}
		}
	}
	return ""
}

// Covers returns the path of the hook that sees the process end when fn ends it,
// "" for none.
func Covers(hooks []plan.Hook, fn *types.Func) string {
	if fn.Pkg() == nil {
		return ""
	}
	path, recv := fn.Pkg().Path(), receiver(fn)
	l := at(path)
	if l.end(recv, fn.Name()).names == nil || !l.seen(hooks, path, recv) {
		return ""
	}
	return l.hook.path
}

// seen reports whether a hook is set that sees what methods of a type end. Another
// major version is another package, with a hook of its own.
func (l logger) seen(hooks []plan.Hook, path, receiver string) bool {
	if l.hook == nil || slices.Contains(l.hook.unseen, receiver) {
		return false
	}
	_, major := split(path)
	_, hooked := split(l.hook.path)
	return major == hooked && slices.ContainsFunc(hooks, func(h plan.Hook) bool { return h.Path == l.hook.path })
}

// split takes the module's major version out of an import path: it ends the path, or
// stands before the folder of a package.
func split(path string) (prefix, major string) {
	prefix, major, ok := module.SplitPathVersion(path) // gopkg.in has it behind a dot
	if within := majorVersion.FindString(prefix); ok && within != "" {
		return strings.Replace(prefix, within, "/", 1), within
	}
	return prefix, major
}

var majorVersion = regexp.MustCompile(`/v[0-9]+/`)

// at returns the logger with a package, an empty one for none.
func at(path string) logger {
	prefix, _ := split(path)
	for _, l := range table {
		if slices.Contains(l.paths, prefix) {
			return l
		}
	}
	return logger{}
}

func (l logger) end(receiver, name string) end {
	for _, e := range l.ends {
		if slices.Contains(e.receivers, receiver) && slices.Contains(e.names, name) {
			return e
		}
	}
	return end{}
}

// receiver is the bare name of a method's receiver type, "" for a function.
func receiver(fn *types.Func) string {
	recv := fn.Signature().Recv()
	if recv == nil {
		return ""
	}
	bare := types.TypeString(recv.Type(), func(*types.Package) string { return "" })
	name, _, _ := strings.Cut(strings.TrimPrefix(bare, "*"), "[")
	return name
}

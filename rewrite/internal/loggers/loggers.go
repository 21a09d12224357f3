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

// Names returns the shortest names among the functions that end the process: the name of
// each contains one of them.
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

// NamesEnd reports whether a method of an interface, of which only the name is known, counts as ending the process: any
// name with Fatal, and names in the table, such as Exit. ExitIdle of gRPC ends nothing.
func NamesEnd(name string) bool {
	return strings.HasPrefix(name, "Fatal") || slices.Contains(allNames(), name)
}

// Status returns the status with which a function logs and ends the process. If chain is
// true, the function returns an event, and the last call of its chain ends the process.
// Methods are known by their receiver's type, so a logger may be embedded in a struct,
// behind an interface or imported under another name.
func Status(fn *types.Func) (status int, chain, ok bool) {
	if fn.Pkg() == nil {
		return 0, false, false
	}
	l := at(fn.Pkg().Path())
	e := l.end(receiver(fn), fn.Name())
	ok = e.status != told
	return e.status, ok && l.chain, ok
}

// FatalLevel reports whether a method of zap logs at the level of its first argument, and that is the constant at which
// zap ends the process with status 1.
func FatalLevel(fn *types.Func, level types.TypeAndValue) bool {
	return fn.Pkg().Path() == "go.uber.org/zap" && strings.HasSuffix(receiver(fn), "Logger") &&
		level.Value != nil && level.Type.String() == "go.uber.org/zap/zapcore.Level" && level.Value.String() == "5"
}

// Known reports whether the table has functions of a package that end the process with a
// known status.
func Known(path string) bool {
	return slices.ContainsFunc(at(path).ends, func(e end) bool { return e.status != told })
}

// Behind returns the type of a logger's package that satisfies an interface and ends the
// process in one of its methods. It is "" if there is none, or a hook covers it.
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

// Covers returns the path of the hook that is called when fn ends the process, "" if there
// is none.
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

// seen reports whether a hook is set that covers the methods of a type. Another major
// version is another package, with a hook of its own.
func (l logger) seen(hooks []plan.Hook, path, receiver string) bool {
	if l.hook == nil || slices.Contains(l.hook.unseen, receiver) {
		return false
	}
	_, major := split(path)
	_, hooked := split(l.hook.path)
	return major == hooked && slices.ContainsFunc(hooks, func(h plan.Hook) bool { return h.Path == l.hook.path })
}

// split removes the module's major version from an import path: at its end, or before the
// folder of a package.
func split(path string) (prefix, major string) {
	prefix, major, ok := module.SplitPathVersion(path) // gopkg.in has it after a dot
	if within := majorVersion.FindString(prefix); ok && within != "" {
		return strings.Replace(prefix, within, "/", 1), within
	}
	return prefix, major
}

var majorVersion = regexp.MustCompile(`/v[0-9]+/`)

// at returns the logger that has a package, an empty one if there is none.
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

// receiver returns the bare name of a method's receiver type, "" for a function.
func receiver(fn *types.Func) string {
	recv := fn.Signature().Recv()
	if recv == nil {
		return ""
	}
	bare := types.TypeString(recv.Type(), func(*types.Package) string { return "" })
	name, _, _ := strings.Cut(strings.TrimPrefix(bare, "*"), "[")
	return name
}

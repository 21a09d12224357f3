package loggers

import (
	"bytes"
	"go/ast"
	"go/format"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"testing"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// TestSource writes loggers.go for each hook, known and unknown, alone and beside
// each other one, and for all of them: it is formatted, and type-checks beside what
// the runtime declares. An import that is missing or too much shows with one hook, and
// a name that is declared twice with two, so more combinations would show no more.
func TestSource(t *testing.T) {
	const runtime = "package telemetry\n\nconst noExitSeen = -1\n\nvar hookLoggers = func() {}\n\nfunc ending(code int) {}\n\nfunc record(code int, last bool) {}\n\nfunc Start() { hookLoggers() }\n"
	packages := map[string]*types.Package{}
	standard := importer.Default()
	imports := importerFunc(func(path string) (pkg *types.Package, err error) {
		if packages[path] == nil {
			if packages[path], err = standard.Import(path); err != nil {
				return nil, err
			}
		}
		return packages[path], nil
	})
	write := func(hooks ...plan.Hook) {
		slices.SortFunc(hooks, byPath)
		text := Source("telemetry", hooks)
		if formatted, err := format.Source(text); err != nil || !bytes.Equal(formatted, text) {
			t.Fatalf("%v: not formatted (%v):\n%s", hooks, err, text)
		}
		fset := token.NewFileSet()
		var files []*ast.File
		for _, src := range []string{runtime, string(text)} {
			f, err := parser.ParseFile(fset, "", src, 0)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, f)
		}
		cfg := types.Config{GoVersion: "go1.17", Importer: imports}
		if _, err := cfg.Check("telemetry", fset, files, nil); err != nil {
			t.Fatalf("%v: %v in\n%s", hooks, err, text)
		}
	}
	var all, each []plan.Hook
	for _, l := range table {
		if h := l.hook; h != nil {
			packages[h.path] = h.declared(t, "")
			all = append(all, plan.Hook{Path: h.path, Known: true})
			if h.unknown != "" {
				each = append(each, plan.Hook{Path: h.path})
			}
		}
	}
	each = append(each, all...)
	write(all...)
	for i, a := range each {
		write(a)
		for _, b := range each[:i] {
			if b.Path != a.Path {
				write(b, a)
			}
		}
	}
	if Source("telemetry", nil) != nil {
		t.Error("a file is written though there is no hook")
	}
}

type importerFunc func(path string) (*types.Package, error)

func (f importerFunc) Import(path string) (*types.Package, error) { return f(path) }

// Package loadtest makes programs of a few lines for tests of the stages after load. They
// are type-checked as real ones are, from files and export data, but without the go
// command, so a test takes milliseconds.
package loadtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/gcexportdata"
	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/txtar"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
)

// Module is the path of the module whose packages are the CLI's own.
const Module = "example.com/cli"

// known has those parts of well-known packages that the tests need.
var known = map[string]string{
	"os":                     "package os\n\ntype File struct{}\n\nvar Args []string\n\nvar Stderr *File\n\nfunc Exit(code int) {}\n\nfunc Getpid() int { return 1 }\n",
	"log":                    "package log\n\ntype Logger struct{}\n\nfunc (l *Logger) Fatal(v ...any) {}\n\nfunc (l *Logger) Print(v ...any) {}\n\nfunc Fatal(v ...any) {}\n\nfunc Fatalf(format string, v ...any) {}\n\nfunc Print(v ...any) {}\n",
	"fmt":                    "package fmt\n\nfunc Sprint(v ...any) string { return \"\" }\n\nfunc Println(v ...any) {}\n\nfunc Fprintln(w any, v ...any) {}\n\nfunc Errorf(format string, v ...any) error { return nil }\n",
	"flag":                   "package flag\n\ntype ErrorHandling int\n\nconst ContinueOnError, ExitOnError = ErrorHandling(0), ErrorHandling(1)\n\ntype FlagSet struct{}\n\nfunc (f *FlagSet) Parse(args []string) error { return nil }\n\nfunc NewFlagSet(name string, h ErrorHandling) *FlagSet { return nil }\n\nvar CommandLine = NewFlagSet(\"\", ExitOnError)\n\nfunc Parse() {}\n",
	"runtime":                "package runtime\n\nconst GOOS, GOARCH = \"linux\", \"amd64\"\n",
	"syscall":                "package syscall\n\nfunc Exit(code int) {}\n\nfunc Exec(name string, args, env []string) error { return nil }\n",
	"golang.org/x/sys/unix":  "package unix\n\nfunc Exit(code int) {}\n",
	"github.com/rs/zerolog":  "package zerolog\n\ntype Event struct{}\n\nfunc (e *Event) Err(err error) *Event { return e }\n\nfunc (e *Event) Msg(s string) {}\n\ntype Logger struct{}\n\nfunc (l *Logger) Fatal() *Event { return nil }\n",
	"github.com/spf13/cobra": cobra,
}

const cobra = `package cobra

type Command struct {
	Use, Short, Deprecated string
	Hidden bool
	Run func(cmd *Command, args []string)
	RunE, PreRunE, PersistentPreRunE func(cmd *Command, args []string) error
}

func (c *Command) Execute() error { return nil }

func (c *Command) ExecuteC() (*Command, error) { return c, nil }

func (c *Command) AddCommand(commands ...*Command) {}

func CheckErr(v any) {}
`

// Program makes a program of the files of a txtar archive. A file is named by the
// import path of its package and its own name. The first package is the main one;
// example.com/cli is the CLI's module. What a file imports and the archive lacks
// is one of a few well-known packages.
func Program(t testing.TB, archive string) *load.Program {
	t.Helper()
	m := &maker{t: t, dir: t.TempDir(), sources: map[string][]txtar.File{}, all: map[string]*packages.Package{}, types: map[string]*types.Package{}, fset: token.NewFileSet()}
	var paths []string
	for _, f := range txtar.Parse([]byte(archive)).Files {
		p := path.Dir(f.Name)
		if m.sources[p] == nil {
			paths = append(paths, p)
		}
		m.sources[p] = append(m.sources[p], f)
	}
	for _, p := range append(paths, load.Cobra) {
		m.load(p)
	}
	mod := &load.Module{Path: Module, Dir: filepath.Join(m.dir, filepath.FromSlash(Module)), Main: m.all[paths[0]], All: m.all}
	for _, p := range paths {
		if mod.IsOwn(p) {
			mod.Own = append(mod.Own, m.all[p])
		}
	}
	slices.SortFunc(mod.Own, func(a, b *packages.Package) int { return strings.Compare(a.PkgPath, b.PkgPath) })
	return load.NewProgram(mod, load.NewSources(mod.Dir, func(_ string, src []byte) []byte { return src }), func(string) bool { return false })
}

// Package makes the program of one file and returns its package.
func Package(t testing.TB, source string) *load.Package {
	t.Helper()
	g := Program(t, "-- "+Module+"/main.go --\n"+source)
	c := g.Package(g.Main)
	for _, err := range c.Errs {
		t.Fatalf("%v in\n%s", err, source)
	}
	return c
}

type maker struct {
	t       testing.TB
	dir     string
	sources map[string][]txtar.File
	all     map[string]*packages.Package
	types   map[string]*types.Package
	fset    *token.FileSet
}

// load writes a package and its export data, after those that it imports.
func (m *maker) load(importPath string) *types.Package {
	if done := m.types[importPath]; done != nil {
		return done
	}
	files := m.sources[importPath]
	if files == nil {
		files = []txtar.File{{Name: importPath + "/x.go", Data: []byte(known[importPath])}}
	}
	p := &packages.Package{PkgPath: importPath, Dir: filepath.Join(m.dir, filepath.FromSlash(importPath)), Imports: map[string]*packages.Package{}}
	switch {
	case importPath == Module || strings.HasPrefix(importPath, Module+"/"):
		p.Module = &packages.Module{Path: Module}
	case strings.Contains(strings.Split(importPath, "/")[0], "."):
		p.Module = &packages.Module{Path: importPath}
	}
	m.all[importPath] = p
	var syntax []*ast.File
	for _, f := range files {
		name := filepath.Join(m.dir, filepath.FromSlash(f.Name))
		m.must(os.MkdirAll(filepath.Dir(name), 0o755))
		m.must(os.WriteFile(name, f.Data, 0o644))
		p.GoFiles = append(p.GoFiles, name)
		parsed, err := parser.ParseFile(m.fset, name, f.Data, parser.SkipObjectResolution)
		m.must(err)
		syntax = append(syntax, parsed)
	}
	cfg := types.Config{FakeImportC: true, Importer: importer(func(imported string) *types.Package {
		t := m.load(imported)
		p.Imports[imported] = m.all[imported]
		return t
	})}
	checked, err := cfg.Check(importPath, m.fset, syntax, nil)
	m.must(err)
	p.Name, p.ExportFile = checked.Name(), filepath.Join(p.Dir, "export")
	m.types[importPath] = checked
	out, err := os.Create(p.ExportFile)
	m.must(err)
	m.must(gcexportdata.Write(out, m.fset, checked))
	m.must(out.Close())
	return checked
}

func (m *maker) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

type importer func(path string) *types.Package

func (i importer) Import(path string) (*types.Package, error) { return i(path), nil }

package load

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"os"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"
	"golang.org/x/tools/go/gcexportdata"
	"golang.org/x/tools/go/packages"
)

// A Program is a module with types. Packages are type-checked one by one, on
// demand, each from its own stripped source and the export data of all that it
// imports; so objects of different packages are compared by name, never by identity.
type Program struct {
	*Module
	Fset      *token.FileSet
	Sources   *Sources
	Generated func(importPath string) bool // whether telemetrygen generated a package

	mu       sync.Mutex
	imported map[string]*types.Package // from export data
	checked  map[string]*Package
	withFile map[string]*Package // by file name: what the file was type-checked with
	err      error
}

// A Package has syntax and types. A package of a dependency may have errors.
type Package struct {
	*packages.Package
	Files []*ast.File
	Types *types.Package
	Info  *types.Info
	Errs  []error
}

// NewProgram prepares a module for type checks. It removes the generated packages from Own,
// so that nothing that is decided depends on an earlier run.
func NewProgram(m *Module, s *Sources, generated func(importPath string) bool) *Program {
	m.Own = slices.DeleteFunc(m.Own, func(p *packages.Package) bool { return generated(p.PkgPath) })
	return &Program{Module: m, Fset: token.NewFileSet(), Sources: s, Generated: generated, imported: map[string]*types.Package{}, checked: map[string]*Package{}, withFile: map[string]*Package{}}
}

// Err is the first error of reading a file, or of type-checking a package that Check was
// asked for, which is an *Error. What methods return after it is not complete.
func (g *Program) Err() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.err
}

func (g *Program) fail(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.err = cmp.Or(g.err, err)
}

// Check type-checks the module's packages that are wanted, several at a time. Err reports
// their errors, but not those of packages that use C: types of C are not known here, and the
// go command has compiled these packages.
func (g *Program) Check(wanted func(p *packages.Package) bool) []*Package {
	list := make([]*Package, len(g.Own)) // nil for packages that are not wanted
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, p := range g.Own {
		group.Go(func() error {
			if wanted(p) {
				list[i] = g.Package(p)
			}
			return nil
		})
	}
	_ = group.Wait()
	list = slices.DeleteFunc(list, func(c *Package) bool { return c == nil })
	var broken []string
	for _, c := range list {
		for _, err := range c.Errs {
			if !c.usesC() {
				broken = append(broken, err.Error())
			}
		}
	}
	if len(broken) > 0 {
		g.fail(&Error{Dedup(broken)})
	}
	return list
}

func (c *Package) usesC() bool {
	return slices.ContainsFunc(c.Files, func(file *ast.File) bool {
		return slices.ContainsFunc(file.Imports, func(spec *ast.ImportSpec) bool { return spec.Path.Value == `"C"` })
	})
}

// text returns a file without instrumentation.
func (g *Program) text(name string) []byte {
	s, err := g.Sources.Read(name)
	if err != nil {
		g.fail(err)
		return nil
	}
	return s.Stripped
}

func (g *Program) contents(names []string) map[string][]byte {
	contents := map[string][]byte{}
	for _, name := range names {
		contents[name] = g.text(name)
	}
	return contents
}

// Package parses and type-checks one package of the module, or of a dependency,
// from its stripped source.
func (g *Program) Package(p *packages.Package) *Package {
	g.mu.Lock()
	c := g.checked[p.PkgPath]
	g.mu.Unlock()
	if c != nil {
		return c
	}
	c = g.Types(p, g.contents(p.GoFiles), nil)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.checked[p.PkgPath] = c
	for _, file := range c.Files {
		g.withFile[g.NameOf(file)] = c
	}
	return c
}

// With returns the package that a file was type-checked with, nil if it was not.
func (g *Program) With(name string) *Package {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.withFile[name]
}

// NameOf returns the absolute name of a file.
func (g *Program) NameOf(f *ast.File) string { return g.Fset.File(f.FileStart).Name() }

// Types type-checks p with the given file contents. Imports in substitute are taken from
// there: a generated package need not exist yet.
func (g *Program) Types(p *packages.Package, contents map[string][]byte, substitute map[string]*types.Package) *Package {
	c := &Package{Package: p, Info: &types.Info{
		Types:      map[ast.Expr]types.TypeAndValue{},
		Uses:       map[*ast.Ident]types.Object{},
		Defs:       map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{},
	}}
	for _, name := range slices.Sorted(maps.Keys(contents)) {
		f, err := parser.ParseFile(g.Fset, name, contents[name], parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			c.Errs = append(c.Errs, err)
			continue
		}
		c.Files = append(c.Files, f)
	}
	cfg := types.Config{
		Importer: importerFunc(func(path string) (*types.Package, error) {
			if sub, ok := substitute[path]; ok {
				return sub, nil
			}
			return g.importFor(p, path)
		}),
		FakeImportC: true,
		Sizes:       types.SizesFor("gc", build.Default.GOARCH),
		Error:       func(err error) { c.Errs = append(c.Errs, err) },
	}
	if p.Module != nil && p.Module.GoVersion != "" {
		cfg.GoVersion = "go" + p.Module.GoVersion
	}
	c.Types, _ = cfg.Check(p.PkgPath, g.Fset, c.Files, c.Info)
	return c
}

// Imported returns a package of the build from its export data, nil if there is none.
func (g *Program) Imported(path string) *types.Package {
	pkg, _ := g.importFor(g.Main, path)
	return pkg
}

// importFor resolves an import of package p through export data.
func (g *Program) importFor(p *packages.Package, path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	dep := p.Imports[path]
	if dep == nil {
		dep = g.All[path]
	}
	if dep == nil || dep.ExportFile == "" {
		return nil, fmt.Errorf("no export data for %s", path)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if t := g.imported[dep.PkgPath]; t != nil && t.Complete() {
		return t, nil
	}
	f, err := os.Open(dep.ExportFile)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r, err := gcexportdata.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("export data of %s: %w", path, err)
	}
	return gcexportdata.Read(r, token.NewFileSet(), g.imported, dep.PkgPath)
}

type importerFunc func(path string) (*types.Package, error)

func (f importerFunc) Import(path string) (*types.Package, error) { return f(path) }

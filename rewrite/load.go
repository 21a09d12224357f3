package rewrite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"sync"

	"golang.org/x/mod/semver"
	"golang.org/x/tools/go/gcexportdata"
	"golang.org/x/tools/go/packages"
)

const cobraPath = "github.com/spf13/cobra"

// A module is the CLI's own module as the go command sees it: the main
// package, everything it reaches inside the module, and the export data of
// everything else. Packages are type-checked one by one, on demand, each from
// its own stripped source and the export data of all that it imports; so
// objects of different packages are compared by name, never by identity.
type module struct {
	path      string // module path
	dir       string // folder of go.mod
	goVersion string // the go directive, "" when there is none
	goMod     string
	main      *packages.Package
	own       []*packages.Package // of the module, reached from main, sorted by path
	siblings  []string            // other modules of the workspace that main reaches
	all       map[string]*packages.Package

	fset     *token.FileSet
	sources  map[string]*source // by file name
	generate generated          // where the runtime is, or will be

	mu       sync.Mutex
	imported map[string]*types.Package // from export data
	checked  map[string]*checked

	dependencies map[string]*dependency
	fatalEvents  map[string]bool // own functions that return a fatal event of zerolog
}

// A source is one Go file of the module: as it is on disk, and as it is
// without instrumentation. Everything is planned on the stripped bytes.
type source struct {
	name     string
	disk     []byte
	stripped []byte
	mode     os.FileMode
}

// A checked package has syntax and types.
type checked struct {
	pkg   *packages.Package
	files []*ast.File
	names []string // file names, parallel to files
	types *types.Package
	info  *types.Info
	errs  []error

	paramPlaces map[*types.Var]string
}

// A LoadError lists everything that keeps a package from being loaded.
type LoadError struct {
	Dir    string
	Errors []string
}

func (e *LoadError) Error() string {
	return "the package does not load; make `go build` succeed first, then run telemetrygen again:\n" + e.list()
}

// list shows the first errors, one a line.
func (e *LoadError) list() string {
	const most = 10
	shown := e.Errors
	more := ""
	if len(shown) > most {
		more = fmt.Sprintf("\n(and %d more)", len(shown)-most)
		shown = shown[:most]
	}
	return strings.Join(shown, "\n") + more
}

// load asks the go command for the main package named by pattern, seen from
// dir. The overlay holds files whose instrumentation keeps them from compiling.
func load(ctx context.Context, dir, pattern, tags string, overlay map[string][]byte) (*module, error) {
	cfg := &packages.Config{
		Context: ctx,
		Dir:     dir,
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedDeps |
			packages.NeedModule | packages.NeedExportFile | packages.NeedEmbedFiles,
		Overlay: overlay,
	}
	if tags != "" {
		cfg.BuildFlags = []string{"-tags=" + tags}
	}
	found, err := packages.Load(cfg, pattern)
	if err != nil {
		return nil, explainListFailure(dir, pattern, err)
	}
	m := &module{
		all:          map[string]*packages.Package{},
		fset:         token.NewFileSet(),
		sources:      map[string]*source{},
		imported:     map[string]*types.Package{},
		checked:      map[string]*checked{},
		dependencies: map[string]*dependency{},
		fatalEvents:  map[string]bool{},
	}
	if m.main, err = onlyMain(found, dir, pattern); err != nil {
		return nil, err
	}
	mod := m.main.Module
	if mod == nil || mod.GoMod == "" {
		return nil, noModule(m.main.Dir)
	}
	m.path, m.dir, m.goMod, m.goVersion = mod.Path, mod.Dir, mod.GoMod, mod.GoVersion

	if v := "v" + m.goVersion; m.goVersion != "" && semver.Compare(v, "v1.17") < 0 {
		return nil, fmt.Errorf("%s says go %s; the runtime needs go 1.17 or later: raise it first, with `go mod edit -go=1.17 && go mod tidy`", m.goMod, m.goVersion)
	}

	var failures []string
	siblings := map[string]bool{}
	packages.Visit(found, nil, func(p *packages.Package) {
		m.all[p.PkgPath] = p
		for _, e := range p.Errors {
			failures = append(failures, e.Error())
		}
		switch {
		case p.Module == nil:
		case p.Module.Path == m.path:
			m.own = append(m.own, p)
		case p.Module.Main:
			siblings[p.Module.Path+" ("+p.Module.Dir+")"] = true
		}
	})
	if len(failures) > 0 {
		return m, &LoadError{Dir: dir, Errors: dedup(failures)}
	}
	m.siblings = sortedKeys(siblings)
	sort.Slice(m.own, func(i, j int) bool { return m.own[i].PkgPath < m.own[j].PkgPath })
	return m, nil
}

// onlyMain picks the main package that the pattern names.
func onlyMain(found []*packages.Package, dir, pattern string) (*packages.Package, error) {
	var mains, others []string
	var main *packages.Package
	for _, p := range found {
		if p.Name == "main" {
			mains = append(mains, p.PkgPath)
			main = p
		} else if p.Name != "" {
			others = append(others, p.PkgPath)
		}
	}
	switch {
	case len(mains) == 1:
		return main, nil
	case len(mains) > 1:
		return nil, fmt.Errorf("%s names %d main packages (%s); name one of them: telemetrygen ./path/to/main", pattern, len(mains), strings.Join(mains, ", "))
	case len(others) > 0:
		return nil, fmt.Errorf("%s is no main package; name the folder of the CLI's func main: telemetrygen ./path/to/main", others[0])
	}
	var why []string
	for _, p := range found {
		for _, e := range p.Errors {
			why = append(why, e.Error())
		}
	}
	if len(why) > 0 {
		return nil, &LoadError{Errors: dedup(why)}
	}
	if moduleRoot(dir) == "" {
		return nil, noModule(dir)
	}
	// go/packages keeps some complaints of the go command to itself.
	list := exec.Command("go", "list", "--", pattern)
	list.Dir = dir
	var failed *exec.ExitError
	if _, err := list.Output(); errors.As(err, &failed) {
		return nil, fmt.Errorf("no Go package at %s: %s", pattern, bytes.TrimSpace(failed.Stderr))
	}
	return nil, fmt.Errorf("no Go package at %s", pattern)
}

func noModule(dir string) error {
	return fmt.Errorf("%s is not in a module; run `go mod init` in its repository first", dir)
}

func explainListFailure(dir, pattern string, err error) error {
	text := err.Error()
	switch {
	case strings.Contains(text, "go.mod file not found"), strings.Contains(text, "cannot find main module"):
		return noModule(dir)
	case errors.Is(err, context.Canceled):
		return err
	}
	return fmt.Errorf("loading %s: %w", pattern, err)
}

// read reads a file of the module and strips it.
func (m *module) read(name string) (*source, error) {
	if s, ok := m.sources[name]; ok {
		return s, nil
	}
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	disk, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	s := &source{name: name, disk: disk, stripped: strip(disk, m.generate.owns), mode: info.Mode()}
	m.sources[name] = s
	return s, nil
}

// check parses and type-checks one package of the module from its stripped
// source.
func (m *module) check(p *packages.Package) (*checked, error) {
	if c, ok := m.checked[p.PkgPath]; ok {
		return c, nil
	}
	contents := map[string][]byte{}
	for _, name := range p.GoFiles {
		s, err := m.read(name)
		if err != nil {
			return nil, err
		}
		contents[name] = s.stripped
	}
	c := m.typeCheck(p, contents, nil)
	m.checked[p.PkgPath] = c
	return c, nil
}

// typeCheck checks p with the given file contents. The runtime package, which
// need not exist yet, is taken from substitute.
func (m *module) typeCheck(p *packages.Package, contents map[string][]byte, substitute map[string]*types.Package) *checked {
	c := &checked{pkg: p, info: &types.Info{
		Types:      map[ast.Expr]types.TypeAndValue{},
		Uses:       map[*ast.Ident]types.Object{},
		Defs:       map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{},
	}}
	names := make([]string, 0, len(contents))
	for name := range contents {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		f, err := parser.ParseFile(m.fset, name, contents[name], parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			c.errs = append(c.errs, err)
			continue
		}
		c.files = append(c.files, f)
		c.names = append(c.names, name)
	}
	cfg := types.Config{
		Importer: importerFunc(func(path string) (*types.Package, error) {
			if sub, ok := substitute[path]; ok {
				return sub, nil
			}
			return m.importFor(p, path)
		}),
		FakeImportC: true,
		Sizes:       types.SizesFor("gc", build.Default.GOARCH),
		Error:       func(err error) { c.errs = append(c.errs, err) },
	}
	if p.Module != nil && p.Module.GoVersion != "" {
		cfg.GoVersion = "go" + p.Module.GoVersion
	}
	c.types, _ = cfg.Check(p.PkgPath, m.fset, c.files, c.info)
	return c
}

// importFor resolves an import of package p through export data.
func (m *module) importFor(p *packages.Package, path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	dep := p.Imports[path]
	if dep == nil {
		dep = m.all[path]
	}
	if dep == nil || dep.ExportFile == "" {
		return nil, fmt.Errorf("no export data for %s", path)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if t := m.imported[dep.PkgPath]; t != nil && t.Complete() {
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
	return gcexportdata.Read(r, token.NewFileSet(), m.imported, dep.PkgPath)
}

type importerFunc func(path string) (*types.Package, error)

func (f importerFunc) Import(path string) (*types.Package, error) { return f(path) }

// relative is a file's name as reports have it: relative to the module's root.
func (m *module) relative(name string) string {
	if rel, err := filepath.Rel(m.dir, name); err == nil && !strings.HasPrefix(rel, "..") {
		return rel
	}
	return name
}

func dedup(list []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, s := range list {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

func sortedKeys(set map[string]bool) []string {
	keys := make([]string, 0, len(set))
	for k := range set {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

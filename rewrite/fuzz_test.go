package rewrite

import (
	"bytes"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/txtar"
)

// FuzzInstrumentAndRemove edits any Go file that parses and removes the edits
// again: the bytes must be the same, the edited file must parse, be formatted
// if it was, and be what a second run makes of itself. Types are unknown to a
// fuzzer, so what the type checker decides in production is decided by name.
func FuzzInstrumentAndRemove(f *testing.F) {
	archives, _ := filepath.Glob("../testdata/golden/*.txtar")
	for _, name := range archives {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			if strings.HasSuffix(file.Name, ".go") {
				f.Add(file.Data)
				f.Add(bytes.ReplaceAll(file.Data, []byte("\n"), []byte("\r\n")))
			}
		}
	}
	sources, _ := filepath.Glob("*.go")
	for _, name := range sources {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		m := fuzzModule()
		if !bytes.Equal(strip(src, m.generate.owns), src) {
			return // instrumented already
		}
		parsed, err := parser.ParseFile(m.fset, "fuzz.go", src, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return
		}
		c := byName(parsed)
		m.sources["fuzz.go"] = &source{name: "fuzz.go", disk: src, stripped: src}
		fd := newFinder(m, c, 0)
		fd.walk()
		hookEveryCommand(fd)
		p := &plan{edited: map[string][]byte{}}
		m.assemble(p, fd)
		edited, ok := p.edited["fuzz.go"]
		if !ok {
			return // nothing to do, or refused by name
		}
		if _, err := parser.ParseFile(token.NewFileSet(), "fuzz.go", edited, parser.ParseComments); err != nil {
			t.Fatalf("the edited file does not parse: %v\n%s\nfrom\n%s", err, edited, src)
		}
		if back := strip(edited, m.generate.owns); !bytes.Equal(back, src) {
			t.Fatalf("removed:\n%q\nwas\n%q", back, src)
		}
		if isFormatted(src) && !isFormatted(edited) && !oneLineBlocks(src) {
			t.Fatalf("no longer formatted:\n%s\nfrom\n%s", edited, src)
		}
	})
}

// fuzzModule is a module without packages.
func fuzzModule() *module {
	return &module{
		path: "example.com/cli", fset: token.NewFileSet(), all: map[string]*packages.Package{},
		sources: map[string]*source{}, checked: map[string]*checked{}, dependencies: map[string]*dependency{},
		fatalEvents: map[string]bool{}, generate: generated{path: "example.com/cli/internal/telemetry"},
	}
}

// byName stands for the type checker: os.Exit is os.Exit where os is imported.
func byName(file *ast.File) *checked {
	c := &checked{
		pkg: &packages.Package{PkgPath: "example.com/cli"}, files: []*ast.File{file}, names: []string{"fuzz.go"},
		types: types.NewPackage("example.com/cli", file.Name.Name),
		info: &types.Info{
			Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{},
			Defs: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{},
		},
	}
	functions := map[string]*types.Func{}
	signature := func(pkg *types.Package, name string) *types.Func {
		key := pkg.Path() + "." + name
		if functions[key] == nil {
			any := types.NewParam(token.NoPos, pkg, "v", types.NewSlice(types.NewInterfaceType(nil, nil)))
			functions[key] = types.NewFunc(token.NoPos, pkg, name, types.NewSignatureType(nil, nil, nil, types.NewTuple(any), nil, true))
		}
		return functions[key]
	}
	imports := map[string]*types.PkgName{}
	for _, spec := range file.Imports {
		path := pathOf(spec)
		name := path[strings.LastIndexByte(path, '/')+1:]
		pkg := types.NewPackage(path, name)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		imports[name] = types.NewPkgName(token.NoPos, c.types, name, pkg)
	}
	command := types.NewNamed(types.NewTypeName(token.NoPos, types.NewPackage(cobraPath, "cobra"), "Command", nil), types.NewStruct(nil, nil), nil)
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if id, ok := n.X.(*ast.Ident); ok && imports[id.Name] != nil {
				c.info.Uses[id] = imports[id.Name]
				c.info.Uses[n.Sel] = signature(imports[id.Name].Imported(), n.Sel.Name)
			}
		case *ast.CompositeLit:
			if sel, ok := n.Type.(*ast.SelectorExpr); ok && sel.Sel.Name == "Command" {
				c.info.Types[n] = types.TypeAndValue{Type: command}
			}
		}
		return true
	})
	return c
}

// hookEveryCommand treats every command literal as a root.
func hookEveryCommand(f *finder) {
	ast.Inspect(f.file, func(n ast.Node) bool {
		if lit, ok := n.(*ast.CompositeLit); ok && isCommand(f.c.info.TypeOf(lit)) && !hasHook(lit) && keyed(lit) {
			f.find(KindRoot, lit, "root command", addHook(f.src, f.base, lit, f.local))
		}
		return true
	})
}

func isFormatted(src []byte) bool {
	out, err := format.Source(src)
	return err == nil && bytes.Equal(out, src)
}

// oneLineBlocks reports function bodies that share a line with their braces:
// gofmt keeps those only while they are short, so a statement more can make
// it break the line.
func oneLineBlocks(src []byte) bool {
	for _, line := range bytes.Split(src, []byte("\n")) {
		if open := bytes.IndexByte(line, '{'); open >= 0 && bytes.IndexByte(line[open:], '}') >= 0 {
			return true
		}
	}
	return false
}

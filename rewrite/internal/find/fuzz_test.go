package find

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/module"
	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/txtar"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/edit"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/form"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

const runtimePath = "example.com/cli/internal/telemetry"

func owns(path string) bool { return path == runtimePath || path == runtimePath+"/exit" }

// FuzzInstrumentAndRemove edits any Go file that parses and removes the edits
// again: the bytes must be the same, the plan must survive JSON, the tree rewriter
// must agree, the edited file must parse and be formatted if it was. Types are
// unknown to a fuzzer, so what the type checker decides in production is decided
// by name.
func FuzzInstrumentAndRemove(f *testing.F) {
	archives, _ := filepath.Glob("../../../testdata/golden/*.txtar")
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
		if !bytes.Equal(edit.Strip(src, owns, false), src) {
			return // instrumented already
		}
		p, ok := planByName(src)
		if !ok {
			return
		}
		files, err := edit.Apply(throughJSON(t, p), func(string) []byte { return src }, func(string) []byte { return src })
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.Contains(file.Refused, " became ") {
				t.Fatalf("%s\nfrom\n%s", file.Refused, src)
			}
			if file.Content == nil {
				continue // nothing to do, or refused by name
			}
			if _, err := parser.ParseFile(token.NewFileSet(), "fuzz.go", file.Content, parser.ParseComments); err != nil {
				t.Fatalf("the edited file does not parse: %v\n%s\nfrom\n%s", err, file.Content, src)
			}
			if back := edit.Strip(file.Content, owns, file.Factored); !bytes.Equal(back, src) {
				t.Fatalf("removed:\n%q\nwas\n%q", back, src)
			}
			if isFormatted(src) && !isFormatted(file.Content) && !oneLineBlocks(src) {
				t.Fatalf("no longer formatted:\n%s\nfrom\n%s", file.Content, src)
			}
		}
	})
}

func throughJSON(t *testing.T, p *plan.Plan) *plan.Plan {
	t.Helper()
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var read plan.Plan
	if err := json.Unmarshal(data, &read); err != nil {
		t.Fatal(err)
	}
	if again, _ := json.Marshal(&read); !bytes.Equal(again, data) || !reflect.DeepEqual(p.Sites, read.Sites) {
		t.Fatalf("JSON changes the plan:\n%s\n%s", data, again)
	}
	return &read
}

// planByName plans one file as the find stage does, with names for types. What is
// called Execute is executed, in each of the forms that a receiver can take.
func planByName(src []byte) (*plan.Plan, bool) {
	g := load.NewProgram(&load.Module{Path: "example.com/cli", Dir: "/", Main: &packages.Package{}, All: map[string]*packages.Package{}}, nil, owns)
	parsed, err := parser.ParseFile(g.Fset, "fuzz.go", src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil || slices.ContainsFunc(load.Imports(src), func(path string) bool { return module.CheckImportPath(path) != nil }) {
		return nil, false // the go command does not load it
	}
	s := &survey{g: g, options: Options{Shared: runtimePath}, flow: newFlow(), depend: newDependencies(g, nil)}
	c := byName(parsed)
	f := &finder{survey: s, c: c, file: parsed, name: "fuzz.go", src: src}
	f.walk()
	ast.Inspect(parsed, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if ok && sel.Sel.Name == "Execute" {
			f.edit(plan.Execute, sel, form.Track, sel.X.Pos(), sel.X.End(), anyOperands(sel, f.offset(sel.Pos())), "tracked")
		}
		return true
	})
	p := &plan.Plan{Module: g.Path, Leaf: runtimePath + "/exit", Sites: f.sites}
	if len(f.sites) > 0 {
		p.Files = []plan.File{f.facts()}
	}
	p.Sort()
	return p, true
}

// anyOperands picks one of the forms of a receiver.
func anyOperands(sel *ast.SelectorExpr, n int) plan.Operands {
	x, ok := sel.X.(*ast.SelectorExpr)
	field := ok && x.Sel.Name == "Command"
	return []plan.Operands{
		{Field: field}, {Field: field, Address: true}, {Embedded: []string{"Command"}},
		{Embedded: []string{"base", "Command"}}, {Embedded: []string{"root"}, Address: true},
	}[n%5]
}

// byName stands for the type checker: os.Exit is os.Exit where os is imported.
func byName(file *ast.File) *load.Package {
	c := &load.Package{
		Package: &packages.Package{PkgPath: "example.com/cli"}, Files: []*ast.File{file},
		Types: types.NewPackage("example.com/cli", file.Name.Name),
		Info: &types.Info{
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
		path := form.PathOf(spec)
		name := path[strings.LastIndexByte(path, '/')+1:]
		pkg := types.NewPackage(path, name)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		imports[name] = types.NewPkgName(token.NoPos, c.Types, name, pkg)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if n, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := n.X.(*ast.Ident); ok && imports[id.Name] != nil {
				c.Info.Uses[id] = imports[id.Name]
				c.Info.Uses[n.Sel] = signature(imports[id.Name].Imported(), n.Sel.Name)
			}
		}
		return true
	})
	return c
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

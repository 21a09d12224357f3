package find

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// facts are what the edit stage has to know of the file beside its sites.
func (f *finder) facts() plan.File {
	runtime := f.options.Shared
	if f.c.PkgPath == f.g.Main.PkgPath {
		runtime = f.options.Runtime
	}
	facts := plan.File{Name: f.name, Package: f.c.PkgPath, Runtime: runtime, Local: f.localName(path.Base(runtime))}
	for _, spec := range f.file.Imports {
		path := importPath(spec)
		if n := f.swapped[path]; n > 0 && f.usesOf(path, spec) <= n {
			facts.Unused = append(facts.Unused, path)
		}
	}
	if hasLineDirective(f.file) {
		facts.Refused = "the file has //line directives, so it is left alone; edit the file that it is generated from"
	}
	return facts
}

// localName picks the name for the injected package in a file: its own, unless
// the file or its package uses that name for something else.
func (f *finder) localName(want string) string {
	for _, name := range []string{want, "usagetelemetry", "cmdtelemetry", "telemetrygen"} {
		taken := f.c.Types != nil && f.c.Types.Scope().Lookup(name) != nil || f.declaredBeside(name)
		ast.Inspect(f.file, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && id.Name == name {
				switch obj := f.c.Info.ObjectOf(id).(type) {
				case *types.Var:
					taken = taken || !obj.IsField()
				case *types.Func:
					taken = taken || obj.Type().(*types.Signature).Recv() == nil && obj.Pkg() == f.c.Types
				case nil:
				default:
					taken = true
				}
			}
			return !taken
		})
		for _, spec := range f.file.Imports {
			if imported := f.g.All[importPath(spec)]; spec.Name == nil && imported != nil && imported.Name == name {
				taken = true
			}
		}
		if !taken {
			return name
		}
	}
	return want
}

// declaredBeside reports whether a file that this build leaves out, or a test, declares a
// name for the whole package.
func (f *finder) declaredBeside(name string) bool {
	all, _ := filepath.Glob(filepath.Join(filepath.Dir(f.c.Names[0]), "*.go"))
	return slices.ContainsFunc(all, func(other string) bool {
		src, err := os.ReadFile(other)
		if err != nil || slices.Contains(f.c.Names, other) || !bytes.Contains(src, []byte(name)) {
			return false
		}
		file, err := parser.ParseFile(token.NewFileSet(), "", src, 0)
		return err == nil && file.Name.Name == f.file.Name.Name && file.Scope.Lookup(name) != nil
	})
}

// usesOf counts the uses of an imported package in the file.
func (f *finder) usesOf(path string, spec *ast.ImportSpec) int {
	n := 0
	ast.Inspect(f.file, func(node ast.Node) bool {
		id, ok := node.(*ast.Ident)
		if !ok {
			return true
		}
		obj := f.c.Info.Uses[id]
		if pkg, ok := obj.(*types.PkgName); ok {
			if pkg.Imported().Path() == path {
				n++
			}
		} else if spec.Name != nil && spec.Name.Name == "." && obj != nil && obj.Pkg() != nil &&
			obj.Pkg().Path() == path && obj.Parent() == obj.Pkg().Scope() {
			n++
		}
		return true
	})
	return n
}

// lineDirective is the text of a comment that the compiler obeys: a position ends in a number.
var lineDirective = regexp.MustCompile(`^/[/*]line .*:[0-9]+(\*/)?$`)

func hasLineDirective(file *ast.File) bool {
	for _, group := range file.Comments {
		for _, c := range group.List {
			if lineDirective.MatchString(c.Text) {
				return true
			}
		}
	}
	return false
}

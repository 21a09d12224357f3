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

	"github.com/telemetrygen/telemetrygen/rewrite/internal/form"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// facts returns what the edit stage has to know of the file beside its sites.
func (f *finder) facts() plan.File {
	runtime := f.options.Shared
	if f.c.PkgPath == f.g.Main.PkgPath {
		runtime = f.options.Runtime
	}
	facts := plan.File{Name: f.name, Package: f.c.PkgPath, Runtime: runtime, Local: f.localName(path.Base(runtime))}
	for _, spec := range f.file.Imports {
		facts.LosesOS = facts.LosesOS || f.swapped > 0 && form.PathOf(spec) == "os" && f.usesOf(spec) <= f.swapped
	}
	if hasLineDirective(f.file) {
		facts.Refused = "the file has //line directives, so it is left alone; edit the file that it is generated from"
	}
	return facts
}

// localName returns the name of the injected package in the file: its own name, unless
// the file or its package uses that for something else.
func (f *finder) localName(want string) string {
	for _, name := range []string{want, "usagetelemetry", "cmdtelemetry", "telemetrygen"} {
		if !f.taken(name) {
			return name
		}
	}
	return want
}

// taken reports whether the file, or its package, uses a name for something other than
// a field or method.
func (f *finder) taken(name string) bool {
	if f.c.Types != nil && f.c.Types.Scope().Lookup(name) != nil || f.declaredBeside(name) {
		return true
	}
	for id := range nodes[*ast.Ident](f.file) {
		if id.Name != name {
			continue
		}
		switch obj := f.c.Info.ObjectOf(id).(type) {
		case nil, *types.Func: // a method; functions were looked up above
		case *types.Var:
			if !obj.IsField() {
				return true
			}
		default: // an import, say
			return true
		}
	}
	return false
}

// declaredBeside reports whether a test of the package, or a file that this build leaves
// out, declares a name at package level.
func (f *finder) declaredBeside(name string) bool {
	return slices.ContainsFunc(load.GoFiles(filepath.Dir(f.g.NameOf(f.file))), func(other string) bool {
		src, _ := os.ReadFile(other)
		if !bytes.Contains(src, []byte(name)) || slices.ContainsFunc(f.c.Files, func(file *ast.File) bool { return f.g.NameOf(file) == other }) {
			return false
		}
		file, err := parser.ParseFile(token.NewFileSet(), "", src, 0)
		return err == nil && file.Name.Name == f.file.Name.Name && file.Scope.Lookup(name) != nil
	})
}

// usesOf counts the uses of an imported package in the file.
func (f *finder) usesOf(spec *ast.ImportSpec) (n int) {
	path := form.PathOf(spec)
	for id := range nodes[*ast.Ident](f.file) {
		obj := f.c.Info.Uses[id]
		if pkg, ok := obj.(*types.PkgName); ok {
			if pkg.Imported().Path() == path {
				n++
			}
		} else if spec.Name != nil && spec.Name.Name == "." && pathOf(obj) == path && obj.Parent() == obj.Pkg().Scope() {
			n++
		}
	}
	return n
}

// lineDirective matches a //line or /*line comment that the compiler obeys. Its position
// ends in a number.
var lineDirective = regexp.MustCompile(`^/[/*]line .*:[0-9]+(\*/)?$`)

func hasLineDirective(file *ast.File) bool {
	return slices.ContainsFunc(file.Comments, func(group *ast.CommentGroup) bool {
		return slices.ContainsFunc(group.List, func(c *ast.Comment) bool { return lineDirective.MatchString(c.Text) })
	})
}

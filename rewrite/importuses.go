package rewrite

import (
	"go/ast"
	"go/types"
	"sort"
	"strings"
)

// localName picks the name for the runtime package in a file: its own, unless
// the file or its package uses that name for something else.
func (f *finder) localName(want string) string {
	for _, name := range []string{want, "usagetelemetry", "cmdtelemetry", "telemetrygen"} {
		taken := f.c.types != nil && f.c.types.Scope().Lookup(name) != nil
		ast.Inspect(f.file, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && id.Name == name {
				switch obj := f.c.info.ObjectOf(id).(type) {
				case *types.Var:
					taken = taken || !obj.IsField()
				case *types.Func:
					taken = taken || obj.Type().(*types.Signature).Recv() == nil && obj.Pkg() == f.c.types
				case nil:
				default:
					taken = true
				}
			}
			return !taken
		})
		for _, spec := range f.file.Imports {
			if imported := f.m.all[pathOf(spec)]; spec.Name == nil && imported != nil && imported.Name == name {
				taken = true
			}
		}
		if !taken {
			return name
		}
	}
	return want
}

// importEdits imports the runtime package and deals with imports whose every
// use was swapped: they go, or are kept in use by a declaration.
func (f *finder) importEdits(drops map[string]int, keep bool) []splice {
	alias := ""
	if f.local != f.m.generate.name() {
		alias = f.local
	}
	var edits, kept []splice
	imported := false
	paths := make([]string, 0, len(drops))
	for path := range drops {
		paths = append(paths, path)
	}
	sort.Strings(paths)
	for _, path := range paths {
		spec := f.importOf(path)
		if spec == nil || f.usesOf(path) > drops[path] {
			continue
		}
		if !keep && !imported {
			if dropped, ok := dropImport(f.src, f.base, f.file, spec, alias, f.m.generate.path, f.m.path); ok {
				edits = append(edits, dropped...)
				imported = true
				continue
			}
		}
		kept = append(kept, f.keepImport(spec, path))
	}
	if !imported {
		edits = append(edits, addImport(f.src, f.base, f.file, alias, f.m.generate.path, f.m.path))
	}
	return append(edits, kept...) // imports come before other declarations
}

func (f *finder) importOf(path string) *ast.ImportSpec {
	for _, spec := range f.file.Imports {
		if pathOf(spec) == path {
			return spec
		}
	}
	return nil
}

// usesOf counts the uses of an imported package in the file.
func (f *finder) usesOf(path string) int {
	n := 0
	ast.Inspect(f.file, func(node ast.Node) bool {
		id, ok := node.(*ast.Ident)
		if !ok {
			return true
		}
		obj := f.c.info.Uses[id]
		if pkg, ok := obj.(*types.PkgName); ok {
			if pkg.Imported().Path() == path {
				n++
			}
		} else if spec := f.importOf(path); spec.Name != nil && spec.Name.Name == "." &&
			obj != nil && obj.Pkg() != nil && obj.Pkg().Path() == path && obj.Parent() == obj.Pkg().Scope() {
			n++
		}
		return true
	})
	return n
}

// keepImport declares a use of an import behind the import declarations.
func (f *finder) keepImport(spec *ast.ImportSpec, path string) splice {
	name := swapOf(path)
	switch {
	case spec.Name == nil:
		name = path[strings.LastIndexByte(path, '/')+1:] + "." + name
	case spec.Name.Name != ".":
		name = spec.Name.Name + "." + name
	}
	end := 0
	for _, d := range f.file.Decls {
		if decl, ok := d.(*ast.GenDecl); ok && len(decl.Specs) > 0 {
			if _, ok := decl.Specs[0].(*ast.ImportSpec); ok {
				end = f.offset(decl.End())
			}
		}
	}
	at := lineEnd(f.src, end)
	eol := newlineOf(f.src)
	return splice{start: at, end: at, text: eol + "var _ = " + name + " " + keeperComment + eol}
}

func swapOf(path string) string {
	for _, original := range swaps {
		if original.path == path {
			return original.name
		}
	}
	return ""
}

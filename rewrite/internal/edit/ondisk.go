package edit

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/form"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/splice"
)

// asOnDisk returns the edits that import the injected package just where the
// file on disk imports it: a formatter, or the author, may have moved it since
// the last run. Nil where the file on disk has no such import, or differs in what
// it imports.
func (i importer) asOnDisk(unused []string, disk []byte, owns func(string) bool) []splice.Splice {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", disk, parser.ParseComments)
	if err != nil {
		return nil
	}
	ours := func(spec *ast.ImportSpec) bool { return owns(pathOf(spec)) }
	at := slices.IndexFunc(f.Imports, ours)
	if at < 0 || slices.ContainsFunc(f.Imports[at+1:], ours) {
		return nil
	}
	spec := f.Imports[at]
	if pathOf(spec) != i.path || packageName(spec, i.path) != i.local {
		return nil
	}
	s := &stripper{spec: spec, Undo: form.Undo{Src: disk, File: f, Base: fset.File(f.FileStart).Base(), Local: i.local}}
	s.Collect()
	others := len(s.Edits)
	s.imports()
	if !bytes.Equal(splice.Apply(disk, s.Edits), i.src) {
		s.Edits, s.factored = s.Edits[:others], true
		s.imports()
		if !bytes.Equal(splice.Apply(disk, s.Edits), i.src) {
			return nil
		}
	}
	for path := range s.Restore {
		if !slices.Contains(unused, path) {
			return nil
		}
	}
	edits := splice.Inverse(disk, s.Edits, others)
	for _, path := range unused {
		if spec := i.importOf(path); spec != nil && !s.Restore[path] {
			edits = append(edits, i.keepImport(spec, path))
		}
	}
	return edits
}

package edit

import (
	"bytes"
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/form"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/splice"
)

// Strip removes all instrumentation from a file: it is the inverse of Apply,
// and what --remove does. It works on syntax alone, so it also undoes what the
// author has edited around, moved or copied. A file that does not import an
// injected package, as owns says, or does not parse, is returned as it is.
//
// Where one other import is left, factored says that it stood in parentheses:
// the instrumented file is the same if it did not, and formatters rearrange what
// could tell the two apart.
func Strip(src []byte, owns func(importPath string) bool, factored bool) []byte {
	fset := token.NewFileSet()
	head, _ := parser.ParseFile(fset, "", src, parser.ImportsOnly)
	if head == nil || !slices.ContainsFunc(head.Imports, func(spec *ast.ImportSpec) bool { return owns(pathOf(spec)) }) {
		return src // most files, which need not be parsed whole
	}
	f, err := parser.ParseFile(fset, "", src, parser.ParseComments)
	if err != nil {
		return src
	}
	for _, spec := range f.Imports {
		path := pathOf(spec)
		if !owns(path) {
			continue
		}
		s := &stripper{spec: spec, factored: factored, Undo: form.Undo{Src: src, File: f, Base: fset.File(f.FileStart).Base(), Local: packageName(spec, path)}}
		s.Collect()
		if s.Referenced() {
			return splice.Apply(src, s.Edits)
		}
		s.imports()
		return Strip(splice.Apply(src, s.Edits), owns, factored) // it may import the leaf, too
	}
	return src
}

// packageName returns the name under which a file uses an import of ours: the
// generated package is always named after its folder, the leaf is imported by name.
func packageName(spec *ast.ImportSpec, path string) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	return path[strings.LastIndexByte(path, '/')+1:]
}

type stripper struct {
	form.Undo
	spec     *ast.ImportSpec // of the injected package
	factored bool            // as for Strip
}

// imports removes the import of the runtime package and restores those that
// the instrumented file no longer needed.
func (s *stripper) imports() {
	start, end := s.Offset(s.spec.Pos()), s.Offset(s.spec.End())
	missing := slices.SortedFunc(maps.Keys(s.Restore), func(a, b string) int {
		if standard(a) == standard(b) {
			return cmp.Compare(a, b)
		} else if standard(a) { // these have a group above the others'
			return -1
		}
		return 1
	})
	decl := declOf(s.File, s.spec)
	if len(decl.Specs) == 1 && len(missing) == 1 {
		s.Edits = append(s.Edits, splice.Splice{Start: start, End: end, Text: strconv.Quote(missing[0])})
		return
	}
	for _, path := range missing {
		s.restoreImport(path)
	}
	block := importGroups(s.Src, s.Base, s.File)
	if intoOurs := len(missing) > 0 && block != nil && block.decl == decl; len(decl.Specs) == 1 && !intoOurs {
		start, end = s.Offset(decl.Pos()), s.Offset(decl.End())
		from, to, alone := splice.OwnLine(s.Src, start, end)
		switch {
		case !alone && strings.HasSuffix(string(s.Src[:start]), "; "):
			s.Edits = append(s.Edits, splice.Splice{Start: start - 2, End: end})
		case len(s.File.Imports) == 1:
			s.Edits = append(s.Edits, splice.Splice{Start: splice.BlankLineBefore(s.Src, from), End: to})
		default:
			s.Edits = append(s.Edits, splice.Splice{Start: from, End: to})
		}
		return
	}
	if other := s.otherOf(decl); other != nil && len(missing) == 0 && !s.factored {
		spec := s.Src[s.Offset(other.Pos()):s.Offset(other.End())]
		s.Edits = append(s.Edits, splice.Splice{Start: s.Offset(decl.Lparen), End: s.Offset(decl.End()), Text: string(spec)})
		return
	}
	from, to, alone := splice.OwnLine(s.Src, start, end)
	if !alone {
		to = splice.LineEnd(s.Src, end) // the author put a comment behind it
	}
	if before := splice.BlankLineBefore(s.Src, from); before < from && s.groupEnds(to) && !s.inserts(from, to) {
		from = before
	}
	s.Edits = append(s.Edits, splice.Splice{Start: from, End: to})
}

// otherOf returns the spec beside ours in a block of two: such a block was a
// single import. Nil where there are more, or comments that would be lost.
func (s *stripper) otherOf(decl *ast.GenDecl) *ast.ImportSpec {
	if len(decl.Specs) != 2 {
		return nil
	}
	for _, group := range s.File.Comments {
		if decl.Lparen < group.Pos() && group.Pos() < decl.Rparen {
			return nil
		}
	}
	for _, spec := range decl.Specs {
		if spec != s.spec {
			return spec.(*ast.ImportSpec)
		}
	}
	return nil
}

// inserts reports whether an import is restored beside the spec that goes: then
// its group stays.
func (s *stripper) inserts(from, to int) bool {
	return slices.ContainsFunc(s.Edits, func(e splice.Splice) bool {
		return e.Start == e.End && from <= e.Start && e.Start <= to
	})
}

// groupEnds reports whether no spec follows in the same group. Comments may: an import
// that the author has commented out.
func (s *stripper) groupEnds(offset int) bool {
	for {
		next := s.Src[offset:splice.LineEnd(s.Src, offset)]
		if text := bytes.TrimSpace(next); !bytes.HasPrefix(text, []byte("//")) {
			return len(text) == 0 || text[0] == ')'
		}
		offset += len(next)
	}
}

// restoreImport brings an import back to where gofmt keeps it: sorted in the
// first group of its kind, or in a new first group for the standard library.
func (s *stripper) restoreImport(path string) {
	eol := splice.Newline(s.Src)
	spec := strconv.Quote(path)
	block := importGroups(s.Src, s.Base, s.File)
	if block == nil {
		at := splice.LineEnd(s.Src, s.Offset(s.File.Name.End()))
		s.Edits = append(s.Edits, splice.Splice{Start: at, End: at, Text: eol + "import " + spec + eol})
		return
	}
	for _, group := range block.groups {
		if standard(pathOf(group[0])) == standard(path) {
			s.Edits = append(s.Edits, sortedInsert(s.Src, s.Base, group, spec, path, eol))
			return
		}
	}
	first := block.groups[0][0]
	at := splice.LineStart(s.Src, s.Offset(first.Pos()))
	s.Edits = append(s.Edits, splice.Splice{Start: at, End: at, Text: splice.Indentation(s.Src, at) + spec + eol + eol})
}

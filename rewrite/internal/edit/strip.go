package edit

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/form"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/splice"
)

// Strip removes all instrumentation from a file. It is the inverse of Apply, and what
// --remove does. It needs only syntax, so it also undoes forms that the author has moved,
// copied or edited around. Owns says which import paths are those of injected packages; a
// file without one, or that does not parse, is returned as it is.
//
// Factored says that the only other import stood in parentheses before. The instrumented
// file does not show that.
func Strip(src []byte, owns func(importPath string) bool, factored bool) []byte {
	head, _ := parser.ParseFile(token.NewFileSet(), "", src, parser.ImportsOnly)
	if head == nil || len(importsOwned(head, owns)) == 0 {
		return src // most files: only their imports were parsed
	}
	source, err := form.Parse(src, parser.ParseComments)
	if err != nil {
		return src
	}
	s := newStripper(source, importsOwned(source.File, owns)[0])
	if s.Referenced() {
		return splice.Apply(src, s.Edits)
	}
	return Strip(s.stripped(factored), owns, factored) // the file may import another injected package
}

// importsOwned returns a file's imports of injected packages.
func importsOwned(f *ast.File, owns func(importPath string) bool) []*ast.ImportSpec {
	return slices.DeleteFunc(slices.Clone(f.Imports), func(spec *ast.ImportSpec) bool { return !owns(form.PathOf(spec)) })
}

// packageName returns the name under which a file uses an injected package. A generated
// package is named after its folder; a leaf is always imported under a name.
func packageName(spec *ast.ImportSpec) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	return path.Base(form.PathOf(spec))
}

type stripper struct {
	*form.Undo
	spec *ast.ImportSpec // of the injected package
}

func newStripper(source form.Source, spec *ast.ImportSpec) stripper {
	return stripper{form.Find(source, packageName(spec)), spec}
}

// stripped returns the file without forms and without the import.
func (s stripper) stripped(factored bool) []byte {
	return splice.Apply(s.Src, slices.Concat(s.Edits, s.imports(factored)))
}

// imports removes the import of the injected package, and restores that of os if the
// instrumented file no longer needed it.
func (s stripper) imports(factored bool) (edits []splice.Splice) {
	start, end := s.Offset(s.spec.Pos()), s.Offset(s.spec.End())
	decl := declOf(s.Source, s.spec)
	if len(decl.Specs) == 1 && s.RestoreOS {
		return []splice.Splice{{Start: start, End: end, Text: `"os"`}}
	}
	if s.RestoreOS {
		edits = append(edits, s.restoreOS())
	} else if len(decl.Specs) == 1 {
		start, end := s.Offset(decl.Pos()), s.Offset(decl.End())
		from, to, alone := splice.OwnLine(s.Src, start, end)
		switch {
		case !alone && bytes.HasSuffix(s.Src[:start], []byte("; ")):
			from, to = start-2, end
		case len(s.File.Imports) == 1:
			from = splice.BlankLineBefore(s.Src, from)
		}
		return []splice.Splice{splice.Cut(from, to)}
	} else if other := s.otherOf(decl); other != nil && !factored {
		spec := s.Src[s.Offset(other.Pos()):s.Offset(other.End())]
		return []splice.Splice{{Start: s.Offset(decl.Lparen), End: s.Offset(decl.End()), Text: string(spec)}}
	}
	from, to, alone := splice.OwnLine(s.Src, start, end)
	if !alone {
		to = splice.LineEnd(s.Src, end) // with a comment that the author put after it
	}
	besides := func(e splice.Splice) bool { return from <= e.Start && e.Start <= to } // a restored import keeps the group
	if before := splice.BlankLineBefore(s.Src, from); before < from && s.groupEnds(to) && !slices.ContainsFunc(edits, besides) {
		from = before
	}
	return append(edits, splice.Cut(from, to))
}

// otherOf returns the other spec of a block of two, which was a single import. It is nil
// if there are more specs, or comments that would be lost.
func (s stripper) otherOf(decl *ast.GenDecl) *ast.ImportSpec {
	inside := func(c *ast.CommentGroup) bool { return decl.Lparen < c.Pos() && c.Pos() < decl.Rparen }
	if len(decl.Specs) != 2 || slices.ContainsFunc(s.File.Comments, inside) {
		return nil
	}
	other := slices.IndexFunc(decl.Specs, func(spec ast.Spec) bool { return spec != s.spec })
	return decl.Specs[other].(*ast.ImportSpec)
}

// groupEnds reports whether no spec follows in the same group. A comment may follow, such
// as an import that the author has commented out.
func (s stripper) groupEnds(offset int) bool {
	for {
		next := s.Src[offset:splice.LineEnd(s.Src, offset)]
		if text := bytes.TrimSpace(next); !bytes.HasPrefix(text, []byte("//")) {
			return len(text) == 0 || text[0] == ')'
		}
		offset += len(next)
	}
}

// restoreOS returns the edit that brings the import of os back: sorted in the first group that
// has an import of the standard library, or in a new first group.
func (s stripper) restoreOS() splice.Splice {
	eol := splice.Newline(s.Src)
	block := importGroups(s.Source)
	if block == nil {
		at := splice.LineEnd(s.Src, s.Offset(s.File.Name.End()))
		return splice.Insert(at, eol+`import "os"`+eol)
	}
	for _, group := range block.groups {
		if slices.ContainsFunc(group, func(spec *ast.ImportSpec) bool { return standard(form.PathOf(spec)) }) {
			return sortedInsert(s.Source, group, "", "os")
		}
	}
	at := splice.LineStart(s.Src, s.Offset(block.groups[0][0].Pos()))
	return splice.Insert(at, splice.Indentation(s.Src, at)+`"os"`+eol+eol)
}

package edit

import (
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/splice"
)

// An importBlock is one parenthesised import declaration, cut into the groups
// that blank lines make, as gofmt sorts them.
type importBlock struct {
	decl   *ast.GenDecl
	groups [][]*ast.ImportSpec
}

// importGroups returns the first parenthesised import declaration that has
// every spec on a line of its own, or nil. `import "C"` is never in it: its
// comment is code.
func importGroups(src []byte, base int, f *ast.File) *importBlock {
	line := func(p token.Pos) int { return splice.LineStart(src, int(p)-base) }
	for _, d := range f.Decls {
		decl, ok := d.(*ast.GenDecl)
		if !ok || decl.Tok != token.IMPORT || !decl.Lparen.IsValid() || len(decl.Specs) == 0 {
			continue
		}
		b := &importBlock{decl: decl}
		usable := line(decl.Lparen) != line(decl.Specs[0].Pos()) && line(decl.Rparen) != line(decl.Specs[len(decl.Specs)-1].End())
		var prev *ast.ImportSpec
		for _, s := range decl.Specs {
			spec := s.(*ast.ImportSpec)
			if spec.Path.Value == `"C"` {
				usable = false
			}
			first := spec.Pos()
			if spec.Doc != nil {
				first = spec.Doc.Pos()
			}
			at := int(first) - base
			switch {
			case prev == nil, splice.BlankLineBefore(src, splice.LineStart(src, at)) < splice.LineStart(src, at):
				b.groups = append(b.groups, nil)
			case line(prev.End()) == line(spec.Pos()):
				usable = false
			}
			last := len(b.groups) - 1
			b.groups[last] = append(b.groups[last], spec)
			prev = spec
		}
		if usable {
			return b
		}
	}
	return nil
}

func pathOf(spec *ast.ImportSpec) string {
	path, _ := strconv.Unquote(spec.Path.Value)
	return path
}

// standard reports whether an import path looks like the standard library's:
// its first element has no dot (the rule of goimports).
func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

// addImport returns the edit that imports path under name ("" for its own) in a
// file. Where the file has an import block the spec goes into it, sorted. A
// single import becomes a block. Otherwise it is one more import declaration.
func addImport(src []byte, base int, f *ast.File, name, path, modulePath string) splice.Splice {
	spec := specText(name, path)
	eol := splice.Newline(src)
	if block := importGroups(src, base, f); block != nil {
		if group := groupFor(block, path, modulePath); group != nil {
			return sortedInsert(src, base, group, spec, path, eol)
		}
		last := block.groups[len(block.groups)-1]
		at := splice.LineEnd(src, int(last[len(last)-1].End())-base)
		return splice.Splice{Start: at, End: at, Text: eol + "\t" + spec + eol}
	}
	if only := onlyImport(src, base, f); only != nil {
		start, end := int(only.Pos())-base, int(only.End())-base
		theirs := string(src[start:end])
		between := eol + "\t"
		if standard(pathOf(only)) {
			between = eol + between
		}
		lines := theirs + between + spec
		if !standard(pathOf(only)) && pathOf(only) > path {
			lines = spec + between + theirs
		}
		return splice.Splice{Start: start, End: end, Text: "(" + eol + "\t" + lines + eol + ")"}
	}
	end := importsEnd(f) - base
	at := splice.LineEnd(src, end)
	if rest := strings.TrimSpace(string(src[end:at])); rest != "" && !strings.HasPrefix(rest, "//") || at == len(src) {
		return splice.Splice{Start: end, End: end, Text: "; import " + spec}
	}
	if len(f.Imports) > 0 {
		return splice.Insert(at, "import "+spec+eol)
	}
	return splice.Insert(at, eol+"import "+spec+eol)
}

// specText is an import under a name, "" for its own.
func specText(name, path string) string {
	return strings.TrimLeft(name+" "+strconv.Quote(path), " ")
}

// importsEnd is the end of the last import declaration, or of the package clause.
func importsEnd(f *ast.File) int {
	end := f.Name.End()
	for _, d := range f.Decls {
		if decl, ok := d.(*ast.GenDecl); ok && decl.Tok == token.IMPORT {
			end = decl.End()
		}
	}
	return int(end)
}

// declOf returns the declaration that an import stands in.
func declOf(f *ast.File, spec *ast.ImportSpec) (found *ast.GenDecl) {
	for _, d := range f.Decls {
		if decl, ok := d.(*ast.GenDecl); ok && slices.Contains(decl.Specs, ast.Spec(spec)) {
			found = decl
		}
	}
	return found
}

// onlyImport returns the import of a file that has a single one, on a line of
// its own and without parentheses; nil otherwise. `import "C"` does not count.
func onlyImport(src []byte, base int, f *ast.File) *ast.ImportSpec {
	var only *ast.ImportSpec
	for _, d := range f.Decls {
		decl, ok := d.(*ast.GenDecl)
		if !ok || decl.Tok != token.IMPORT || len(decl.Specs) == 1 && pathOf(decl.Specs[0].(*ast.ImportSpec)) == "C" {
			continue
		}
		if only != nil || decl.Lparen.IsValid() || len(decl.Specs) != 1 {
			return nil
		}
		only = decl.Specs[0].(*ast.ImportSpec)
		if _, _, alone := splice.OwnLine(src, int(decl.Pos())-base, int(decl.End())-base); !alone {
			return nil
		}
	}
	return only
}

// groupFor picks the group that the author would have put the import into:
// beside the module's other packages, else the last one that is not the
// standard library's. It is not put between two lines with comments behind them,
// gofmt would realign these.
func groupFor(block *importBlock, path, modulePath string) []*ast.ImportSpec {
	var best []*ast.ImportSpec
	for _, group := range block.groups {
		own, foreign := false, false
		for _, spec := range group {
			other := pathOf(spec)
			own = own || other == modulePath || strings.HasPrefix(other, modulePath+"/")
			foreign = foreign || !standard(other)
		}
		next := slices.IndexFunc(group, func(s *ast.ImportSpec) bool { return pathOf(s) > path })
		switch {
		case next > 0 && group[next-1].Comment != nil && group[next].Comment != nil:
		case own:
			return group
		case foreign:
			best = group
		}
	}
	return best
}

// sortedInsert puts a spec into a group before the first path that is greater.
func sortedInsert(src []byte, base int, group []*ast.ImportSpec, spec, path, eol string) splice.Splice {
	for _, other := range group {
		if pathOf(other) > path {
			first := other.Pos()
			if other.Doc != nil {
				first = other.Doc.Pos()
			}
			at := splice.LineStart(src, int(first)-base)
			return splice.Splice{Start: at, End: at, Text: splice.Indentation(src, at) + spec + eol}
		}
	}
	last := group[len(group)-1]
	at := splice.LineEnd(src, int(last.End())-base)
	return splice.Splice{Start: at, End: at, Text: splice.Indentation(src, int(last.Pos())-base) + spec + eol}
}

// dropImports returns the edits that take imports away whose every use was swapped, and
// bring ours in: in the place of one of them, or sorted. It reports false where
// restoreImport could not bring them back to the byte; the caller checks that.
func dropImports(src []byte, base int, f *ast.File, drop []*ast.ImportSpec, name, path, modulePath string) (edits []splice.Splice, ok bool) {
	dropped := func(spec *ast.ImportSpec) bool { return slices.Contains(drop, spec) }
	kept := func(spec *ast.ImportSpec) bool { return !dropped(spec) }
	var replaced *ast.ImportSpec
	var groups [][]*ast.ImportSpec
	if block := importGroups(src, base, f); block != nil {
		groups = block.groups
		if group := groupFor(block, path, modulePath); group != nil && !slices.ContainsFunc(group, kept) {
			replaced = group[0]
		}
	}
	if len(declOf(f, drop[0]).Specs) == 1 {
		replaced = drop[0]
	}
	for _, spec := range drop {
		start, end := int(spec.Pos())-base, int(spec.End())-base
		if spec == replaced {
			edits = append(edits, splice.Splice{Start: start, End: end, Text: specText(name, path)})
		}
		from, to, alone := splice.OwnLine(src, start, end)
		if spec.Name != nil || spec.Comment != nil || spec.Doc != nil || spec != replaced && !alone {
			return nil, false
		}
		for _, group := range groups {
			last := group[len(group)-1] == spec && !slices.ContainsFunc(group, func(other *ast.ImportSpec) bool { return kept(other) || other == replaced })
			if last && to < len(src) && splice.Blank(src[to:splice.LineEnd(src, to)]) {
				to = splice.LineEnd(src, to) // the group goes as a whole
			}
		}
		if spec != replaced {
			edits = append(edits, splice.Cut(from, to))
		}
	}
	if replaced == nil {
		edits = append(edits, addImport(src, base, f, name, path, modulePath))
	}
	return edits, true
}

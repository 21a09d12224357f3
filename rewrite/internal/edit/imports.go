package edit

import (
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/form"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/splice"
)

// An importBlock is a parenthesised import declaration, cut at its blank lines into
// groups, each of which gofmt sorts by itself.
type importBlock struct {
	decl   *ast.GenDecl
	groups [][]*ast.ImportSpec
}

// importGroups returns the first parenthesised import declaration that has each spec
// on a line of its own, or nil. A declaration of "C" does not count: its comment is code.
func importGroups(f form.Source) *importBlock {
	line := func(p token.Pos) int { return splice.LineStart(f.Src, f.Offset(p)) }
	for _, decl := range importDecls(f) {
		if !decl.Lparen.IsValid() || len(decl.Specs) == 0 {
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
			first := firstLine(f, spec)
			switch {
			case prev == nil, splice.BlankLineBefore(f.Src, first) < first:
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

// firstLine returns the offset of the line in which an import, with its comments, begins.
func firstLine(f form.Source, spec *ast.ImportSpec) int {
	if spec.Doc != nil {
		return splice.LineStart(f.Src, f.Offset(spec.Doc.Pos()))
	}
	return splice.LineStart(f.Src, f.Offset(spec.Pos()))
}

// standard reports whether an import path looks like the standard library's:
// its first element has no dot (the rule of goimports).
func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

// add returns the edit that imports the injected package in a file. Where the file has
// an import block the spec goes into it, sorted. A single import becomes a block.
// Otherwise it is one more import declaration.
func (i importer) add() splice.Splice {
	spec := specText(i.name, i.path)
	eol := splice.Newline(i.Src)
	if block := importGroups(i.Source); block != nil {
		if group := i.groupIn(block); group != nil {
			return sortedInsert(i.Source, group, i.name, i.path)
		}
		last := block.groups[len(block.groups)-1]
		return splice.Insert(splice.LineEnd(i.Src, i.Offset(last[len(last)-1].End())), eol+"\t"+spec+eol)
	}
	if only := onlyImport(i.Source); only != nil {
		start, end := i.Offset(only.Pos()), i.Offset(only.End())
		theirs := string(i.Src[start:end])
		between := eol + "\t"
		if standard(form.PathOf(only)) {
			between = eol + between
		}
		lines := theirs + between + spec
		if !standard(form.PathOf(only)) && form.PathOf(only) > i.path {
			lines = spec + between + theirs
		}
		return splice.Splice{Start: start, End: end, Text: "(" + eol + "\t" + lines + eol + ")"}
	}
	end := importsEnd(i.Source)
	at := splice.LineEnd(i.Src, end)
	if rest := strings.TrimSpace(string(i.Src[end:at])); rest != "" && !strings.HasPrefix(rest, "//") || at == len(i.Src) {
		return splice.Insert(end, "; import "+spec)
	}
	if len(i.File.Imports) > 0 {
		return splice.Insert(at, "import "+spec+eol)
	}
	return splice.Insert(at, eol+"import "+spec+eol)
}

// specText returns an import spec, with a name unless that is "".
func specText(name, path string) string {
	return strings.TrimLeft(name+" "+strconv.Quote(path), " ")
}

// importDecls returns the import declarations of a file.
func importDecls(f form.Source) (decls []*ast.GenDecl) {
	for _, d := range f.File.Decls {
		if decl, ok := d.(*ast.GenDecl); ok && decl.Tok == token.IMPORT {
			decls = append(decls, decl)
		}
	}
	return decls
}

// importsEnd returns the end of the last import declaration, or of the package clause.
func importsEnd(f form.Source) int {
	end := f.File.Name.End()
	for _, decl := range importDecls(f) {
		end = decl.End()
	}
	return f.Offset(end)
}

// declOf returns the declaration that an import stands in.
func declOf(f form.Source, spec *ast.ImportSpec) *ast.GenDecl {
	decls := importDecls(f)
	return decls[slices.IndexFunc(decls, func(decl *ast.GenDecl) bool { return slices.Contains(decl.Specs, ast.Spec(spec)) })]
}

// onlyImport returns the import of a file that has a single one, on a line of
// its own and without parentheses; nil otherwise. `import "C"` does not count.
func onlyImport(f form.Source) *ast.ImportSpec {
	decls := slices.DeleteFunc(importDecls(f), func(decl *ast.GenDecl) bool {
		return len(decl.Specs) == 1 && form.PathOf(decl.Specs[0].(*ast.ImportSpec)) == "C"
	})
	if len(decls) != 1 || decls[0].Lparen.IsValid() {
		return nil
	}
	if _, _, alone := splice.OwnLine(f.Src, f.Offset(decls[0].Pos()), f.Offset(decls[0].End())); !alone {
		return nil
	}
	return decls[0].Specs[0].(*ast.ImportSpec)
}

// groupIn returns the group that the author would have put the import into: the one with
// other packages of the module, else the last one that is not the standard library's. It
// avoids a place between two lines that end in comments: gofmt would realign these.
func (i importer) groupIn(block *importBlock) []*ast.ImportSpec {
	var best []*ast.ImportSpec
	for _, group := range block.groups {
		own, foreign := false, false
		for _, spec := range group {
			other := form.PathOf(spec)
			own = own || other == i.module || strings.HasPrefix(other, i.module+"/")
			foreign = foreign || !standard(other)
		}
		next := slices.IndexFunc(group, func(s *ast.ImportSpec) bool { return form.PathOf(s) > i.path })
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

// sortedInsert returns the edit that puts an import before the first greater path of a group.
func sortedInsert(f form.Source, group []*ast.ImportSpec, name, path string) splice.Splice {
	spec := specText(name, path) + splice.Newline(f.Src)
	for _, other := range group {
		if form.PathOf(other) > path {
			at := firstLine(f, other)
			return splice.Insert(at, splice.Indentation(f.Src, at)+spec)
		}
	}
	last := group[len(group)-1]
	return splice.Insert(splice.LineEnd(f.Src, f.Offset(last.End())), splice.Indentation(f.Src, f.Offset(last.Pos()))+spec)
}

// drop returns the edits that remove the unused import and add that of the injected package,
// nil if there are none. The caller checks that restoreOS brings the import back byte for
// byte.
func (i importer) drop() []splice.Splice {
	spec := i.unused
	start, end := i.Offset(spec.Pos()), i.Offset(spec.End())
	from, to, alone := splice.OwnLine(i.Src, start, end)
	switch {
	case spec.Name != nil || spec.Comment != nil || spec.Doc != nil:
		return nil
	case len(declOf(i.Source, spec).Specs) == 1:
		return []splice.Splice{{Start: start, End: end, Text: specText(i.name, i.path)}}
	case !alone:
		return nil
	}
	if block := importGroups(i.Source); block != nil {
		for _, group := range block.groups {
			if next := splice.LineEnd(i.Src, to); len(group) == 1 && group[0] == spec && to < next && splice.Blank(i.Src[to:next]) {
				to = next // the whole group is removed
			}
		}
	}
	return []splice.Splice{splice.Cut(from, to), i.add()}
}

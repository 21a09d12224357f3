package rewrite

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
)

// strip removes all instrumentation from a file: it is the inverse of the edit
// step, and what --remove does. It works on syntax alone, so it also undoes
// what the author has edited around, moved or copied. A file that does not
// import the runtime package, or does not parse, is returned as it is.
//
// Instrumenting again starts from the stripped bytes. So a second run changes
// nothing, and code that was added beside the instrumentation is treated as if
// it had been there from the beginning.
func strip(src []byte, owns func(importPath string) bool) []byte {
	if !bytes.Contains(src, []byte("telemetry")) {
		return src
	}
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return src
	}
	s := &stripper{src: src, file: f, base: fset.File(f.FileStart).Base()}
	for _, spec := range f.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err == nil && owns(path) {
			s.spec = spec
			s.local = packageName(spec, path)
		}
	}
	if s.spec == nil {
		return src
	}
	s.collect()
	if !s.referenced() {
		s.imports()
	}
	return spliced(src, s.edits)
}

// packageName returns the name under which a file uses an import of ours: the
// runtime package is always named after its folder.
func packageName(spec *ast.ImportSpec, path string) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	return path[strings.LastIndexByte(path, '/')+1:]
}

type stripper struct {
	src   []byte
	file  *ast.File
	base  int
	spec  *ast.ImportSpec // of the runtime package
	local string          // its name in this file

	edits   []splice
	undone  map[*ast.Ident]bool // uses of local that the edits remove
	restore map[string]bool     // import paths that the stripped file uses again
}

func (s *stripper) offset(p token.Pos) int { return int(p) - s.base }

func (s *stripper) cut(from, to token.Pos) {
	s.edits = append(s.edits, splice{start: s.offset(from), end: s.offset(to)})
}

// member returns the name selected from the runtime package, "" for any other
// expression.
func (s *stripper) member(e ast.Expr) (string, *ast.Ident) {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok {
		return "", nil
	}
	id, ok := sel.X.(*ast.Ident)
	if !ok || id.Name != s.local {
		return "", nil
	}
	return sel.Sel.Name, id
}

// collect finds every injected form in the file.
func (s *stripper) collect() {
	s.undone = map[*ast.Ident]bool{}
	s.restore = map[string]bool{}
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BlockStmt:
			s.statements(n.List)
		case *ast.CaseClause:
			s.statements(n.Body)
		case *ast.CommClause:
			s.statements(n.Body)
		case *ast.LabeledStmt:
			s.statements([]ast.Stmt{n.Stmt})
		case *ast.SelectorExpr:
			s.receiver(n)
			s.swapped(n)
		case *ast.CallExpr:
			s.wrapped(n)
		case *ast.CompositeLit:
			for i, elt := range n.Elts {
				s.field(n, i, elt)
			}
		case *ast.GenDecl:
			s.keeper(n)
		}
		return true
	})
}

// statements removes `defer telemetry.Start()()` and `telemetry.Exiting(n)`.
func (s *stripper) statements(list []ast.Stmt) {
	for _, stmt := range list {
		var name string
		var id *ast.Ident
		switch stmt := stmt.(type) {
		case *ast.DeferStmt:
			if start, ok := stmt.Call.Fun.(*ast.CallExpr); ok {
				name, id = s.member(start.Fun)
			}
			if name != "Start" {
				continue
			}
		case *ast.ExprStmt:
			call, ok := stmt.X.(*ast.CallExpr)
			if !ok {
				continue
			}
			if name, id = s.member(call.Fun); name != "Exiting" {
				continue
			}
		default:
			continue
		}
		s.undone[id] = true
		s.cutStatement(s.offset(stmt.Pos()), s.offset(stmt.End()))
	}
}

// cutStatement removes a statement with its line, or with the `; ` behind it
// where it shares the line with others.
func (s *stripper) cutStatement(start, end int) {
	if from, to, alone := ownLine(s.src, start, end); alone {
		s.edits = append(s.edits, splice{start: from, end: to})
		return
	}
	rest := s.src[end:]
	switch {
	case bytes.HasPrefix(rest, []byte("; ")):
		end += 2
	case bytes.HasPrefix(rest, []byte(";")):
		end++
	}
	s.edits = append(s.edits, splice{start: start, end: end})
}

// wrapped unwraps the calls that return their argument.
func (s *stripper) wrapped(call *ast.CallExpr) {
	name, id := s.member(call.Fun)
	if id == nil || s.undone[id] {
		return
	}
	var arg ast.Expr
	switch {
	case name == "Track" && len(call.Args) == 1,
		name == "WrapPreRunE" && len(call.Args) == 1,
		name == "WrapPreRun" && len(call.Args) == 1:
		arg = call.Args[0]
	case name == "ExitingWith" && len(call.Args) == 2:
		arg = call.Args[1]
	default:
		return
	}
	s.undone[id] = true
	s.cut(call.Pos(), arg.Pos())
	s.cut(arg.End(), call.End())
}

// receiver undoes what handing a method's receiver to Track took: the & of an
// addressable value and the name of an embedded command are implied in x.Execute().
func (s *stripper) receiver(sel *ast.SelectorExpr) {
	call, ok := sel.X.(*ast.CallExpr)
	if !ok || len(call.Args) != 1 {
		return
	}
	name, id := s.member(call.Fun)
	if name != "Track" {
		return
	}
	kept := impliedReceiver(call.Args[0])
	if kept == call.Args[0] {
		return // wrapped does it
	}
	s.undone[id] = true
	s.cut(call.Pos(), kept.Pos())
	s.cut(kept.End(), call.End())
}

// impliedReceiver returns the part of a tracked receiver that the author wrote.
//
//	Track(&root).Execute()              root.Execute()           a value
//	Track(app.Command).Execute()        app.Execute()            embedded
//	Track((app).base.Command).Execute() app.Execute()            embedded, deeper or renamed
//	Track((app.Command)).Execute()      app.Command.Execute()    a field of that name
//	Track(root).Execute()               root.Execute()
func impliedReceiver(arg ast.Expr) ast.Expr {
	if u, ok := arg.(*ast.UnaryExpr); ok && u.Op == token.AND {
		return impliedReceiver(u.X)
	}
	if p, ok := arg.(*ast.ParenExpr); ok {
		if sel, ok := p.X.(*ast.SelectorExpr); ok && sel.Sel.Name == "Command" {
			return p.X
		}
		return arg
	}
	sel, ok := arg.(*ast.SelectorExpr)
	if !ok {
		return arg
	}
	for x := sel.X; ; {
		switch inner := x.(type) {
		case *ast.SelectorExpr:
			x = inner.X
			continue
		case *ast.ParenExpr:
			return inner.X
		}
		break
	}
	if sel.Sel.Name == "Command" {
		return sel.X
	}
	return arg
}

// swapped turns telemetry.Exit and telemetry.CheckErr back.
func (s *stripper) swapped(sel *ast.SelectorExpr) {
	name, id := s.member(sel)
	original, ok := swaps[name]
	if !ok {
		return
	}
	s.undone[id] = true
	s.edits = append(s.edits, splice{
		start: s.offset(sel.Pos()), end: s.offset(sel.End()),
		text: s.qualified(original.path, original.name),
	})
}

// qualified returns how this file names a function of another package, and
// notes the import to restore when the file has lost it.
func (s *stripper) qualified(path, name string) string {
	for _, spec := range s.file.Imports {
		if spec.Path.Value != strconv.Quote(path) {
			continue
		}
		switch {
		case spec.Name == nil:
			return path[strings.LastIndexByte(path, '/')+1:] + "." + name
		case spec.Name.Name == ".":
			return name
		case spec.Name.Name != "_":
			return spec.Name.Name + "." + name
		}
	}
	s.restore[path] = true
	return path[strings.LastIndexByte(path, '/')+1:] + "." + name
}

// field removes an injected hook from a composite literal.
func (s *stripper) field(lit *ast.CompositeLit, i int, elt ast.Expr) {
	kv, ok := elt.(*ast.KeyValueExpr)
	if !ok {
		return
	}
	name, id := s.member(kv.Value)
	if name != "PersistentPreRunE" {
		return
	}
	s.undone[id] = true
	start, end := s.offset(kv.Pos()), s.offset(kv.End())
	withComma := end
	if withComma < len(s.src) && s.src[withComma] == ',' {
		withComma++
	}
	if from, to, alone := ownLine(s.src, start, withComma); alone {
		// The blank line above goes with it, unless the author added to the block.
		if strings.HasPrefix(strings.TrimSpace(string(s.src[to:])), "}") {
			from = blankLineBefore(s.src, from)
		}
		s.edits = append(s.edits, splice{start: from, end: to})
		return
	}
	if i > 0 {
		s.edits = append(s.edits, splice{start: s.offset(lit.Elts[i-1].End()), end: end})
		return
	}
	s.edits = append(s.edits, splice{start: start, end: end})
}

// keeper removes the declaration that keeps an import in use.
func (s *stripper) keeper(decl *ast.GenDecl) {
	start, end := s.offset(decl.Pos()), s.offset(decl.End())
	to := lineEnd(s.src, end)
	if decl.Tok != token.VAR || !bytes.Equal(bytes.TrimSpace(s.src[end:to]), []byte(keeperComment)) {
		return
	}
	s.edits = append(s.edits, splice{start: blankLineBefore(s.src, lineStart(s.src, start)), end: to})
}

// referenced reports whether the file uses the runtime package in a way that
// strip does not know: then the import has to stay.
func (s *stripper) referenced() bool {
	found := false
	ast.Inspect(s.file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := sel.X.(*ast.Ident); ok && id.Name == s.local && !s.undone[id] {
				found = true
			}
		}
		return !found
	})
	return found
}

// Package form holds every form of injected code once: its text, its inverse,
// and how the tree rewriter that checks each edit recognises it. To add a form, add
// a file with one more Form; no other file of this package mentions it.
package form

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"

	"github.com/dave/dst"
	"github.com/dave/dst/dstutil"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/splice"
)

// A Form is one way in which code is injected.
type Form struct {
	Name string // in plan.Site.Form
	Root bool   // it needs the generated package, not only the leaf

	// Text returns the edits that inject the form at a site. Local is the name of the
	// injected package there.
	Text func(src []byte, s plan.Site, local string) []splice.Splice

	// Undo looks at one node of an instrumented file and notes how to take the
	// form out of it, if it is there.
	Undo func(u *Undo, n ast.Node)

	// Tree takes the form out of the node at the cursor, if it is there, and
	// reports whether it did. It sees no offsets.
	Tree func(t *Tree, c *dstutil.Cursor) bool
}

// forms has all forms by name. No two of them recognise the same code.
var forms = map[string]*Form{}

// register makes a form known and returns its name.
func register(f Form) string {
	forms[f.Name] = &f
	return f.Name
}

// Get returns the form of that name, nil for none.
func Get(name string) *Form { return forms[name] }

// A Source is a file with its syntax.
type Source struct {
	Src  []byte
	File *ast.File
}

// Parse parses a file.
func Parse(src []byte, mode parser.Mode) (Source, error) {
	f, err := parser.ParseFile(token.NewFileSet(), "", src, mode)
	if err != nil {
		return Source{}, err
	}
	return Source{Src: src, File: f}, nil
}

// Offset is the offset of a position in Src.
func (s Source) Offset(p token.Pos) int { return int(p - s.File.FileStart) }

// Undo has the edits that remove all forms from one file.
type Undo struct {
	Source
	Edits     []splice.Splice
	RestoreOS bool // the file uses os again, and does not import it

	local string
	names int // how often the file names the injected package
	done  map[*ast.Ident]bool
}

// Find finds every form in a file that was parsed with object resolution. Local is the
// injected package's name there.
func Find(source Source, local string) *Undo {
	u := &Undo{Source: source, local: local, done: map[*ast.Ident]bool{}}
	for n := range ast.Preorder(u.File) {
		if sel, ok := n.(*ast.SelectorExpr); ok && u.injected(sel.X) != nil {
			u.names++
		}
		for _, f := range forms {
			f.Undo(u, n)
		}
	}
	return u
}

// Referenced reports whether the file uses the injected package in a way that
// no form knows: then its import has to stay.
func (u *Undo) Referenced() bool { return u.names > len(u.done) }

func (u *Undo) cut(from, to token.Pos) {
	u.Edits = append(u.Edits, splice.Cut(u.Offset(from), u.Offset(to)))
}

// keep replaces a call by one of its parts.
func (u *Undo) keep(call *ast.CallExpr, part ast.Expr) {
	u.cut(call.Pos(), part.Pos())
	u.cut(part.End(), call.End())
}

// call returns e if it is a call of a function of the injected package that was not returned
// before. The caller removes it.
func (u *Undo) call(e ast.Node, name string, args int) *ast.CallExpr {
	call, ok := e.(*ast.CallExpr)
	if !ok || len(call.Args) != args {
		return nil
	}
	id := u.member(call.Fun, name)
	if id == nil || u.done[id] {
		return nil
	}
	u.done[id] = true
	return call
}

// member returns the package's identifier if e selects name from the injected package,
// else nil.
func (u *Undo) member(e ast.Node, name string) *ast.Ident {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != name {
		return nil
	}
	return u.injected(sel.X)
}

// injected returns e if it is an identifier of the injected package, else nil. An identifier
// that the parser resolved in the file is a variable of the author's.
func (u *Undo) injected(e ast.Expr) *ast.Ident {
	id, ok := e.(*ast.Ident)
	if !ok || id.Name != u.local || id.Obj != nil {
		return nil
	}
	return id
}

// cutStatement removes a statement with its line, or with the `; ` after it if it shares
// the line with others.
func (u *Undo) cutStatement(stmt ast.Stmt) {
	start, end := u.Offset(stmt.Pos()), u.Offset(stmt.End())
	if from, to, alone := splice.OwnLine(u.Src, start, end); alone {
		u.Edits = append(u.Edits, splice.Cut(from, to))
		return
	}
	if rest, ok := bytes.CutPrefix(u.Src[end:], []byte(";")); ok {
		end = len(u.Src) - len(bytes.TrimPrefix(rest, []byte(" ")))
	}
	u.Edits = append(u.Edits, splice.Cut(start, end))
}

// PathOf returns the path of an import.
func PathOf(spec *ast.ImportSpec) string {
	path, _ := strconv.Unquote(spec.Path.Value)
	return path
}

// A Tree is a file from which the tree rewriter removes the forms.
type Tree struct {
	File      *dst.File
	Local     string
	RestoreOS bool // the file uses os again
}

// Remove removes every form from the file.
func (t *Tree) Remove() { t.removeFrom(t.File) }

// removeFrom removes the forms below a node, those further down first: the rewriter does
// not visit what replaces a node.
func (t *Tree) removeFrom(n dst.Node) {
	dstutil.Apply(n, nil, func(c *dstutil.Cursor) bool {
		for _, f := range forms {
			if f.Tree(t, c) {
				break
			}
		}
		return true
	})
}

// is reports whether e selects name from the injected package.
func (t *Tree) is(e dst.Node, name string) bool {
	sel, ok := e.(*dst.SelectorExpr)
	if !ok || sel.Sel.Name != name {
		return false
	}
	id, ok := sel.X.(*dst.Ident)
	return ok && id.Name == t.Local
}

// unwrap replaces a call of a function of the injected package by one of its
// arguments.
func (t *Tree) unwrap(c *dstutil.Cursor, name string, arg int) bool {
	call, ok := c.Node().(*dst.CallExpr)
	if !ok || !t.is(call.Fun, name) || len(call.Args) <= arg {
		return false
	}
	inner := call.Args[arg]
	decorate(inner, call)
	c.Replace(inner)
	return true
}

// drop deletes the statement at the cursor. Comments before it go to the statement after it.
func drop(c *dstutil.Cursor) bool {
	list, next := behind(c)
	if list == nil {
		return false
	}
	if next < len(*list) {
		comments := c.Node().Decorations()
		(*list)[next].Decorations().Start.Prepend(slices.Concat(comments.Start, comments.End)...)
	}
	c.Delete()
	return true
}

// behind returns the list that the statement at the cursor stands in, and the index of the
// next one; nil if it stands in none.
func behind(c *dstutil.Cursor) (list *[]dst.Stmt, next int) {
	switch parent := c.Parent().(type) {
	case *dst.BlockStmt:
		list = &parent.List
	case *dst.CaseClause:
		list = &parent.Body
	case *dst.CommClause:
		list = &parent.Body
	}
	return list, c.Index() + 1
}

// decorate gives a node the comments and line breaks of the node that it replaces.
func decorate(inner, outer dst.Node) {
	in, out := inner.Decorations(), outer.Decorations()
	in.Before, in.After = out.Before, out.After
	in.Start.Prepend(out.Start...)
	in.End.Append(out.End...)
}

package form

import (
	"go/ast"
	"slices"

	"github.com/dave/dst"
	"github.com/dave/dst/dstutil"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/splice"
)

// Exiting records the status before a statement that ends the process. The site is the
// statement.
//
//	telemetry.Exiting(1)
//	log.Fatal(err)
var Exiting = register(Form{
	Name: "exiting",
	Text: func(src []byte, s plan.Site, local string) []splice.Splice {
		text := local + ".Exiting(" + s.Operands.Status + ")"
		if splice.Blank(src[splice.LineStart(src, s.Start):s.Start]) {
			text += splice.Newline(src) + splice.Indentation(src, s.Start)
		} else {
			text += "; "
		}
		return []splice.Splice{splice.Insert(s.Start, text)}
	},
	Undo: func(u *Undo, n ast.Node) {
		if stmt, ok := n.(*ast.ExprStmt); ok && u.call(stmt.X, "Exiting", 1) != nil {
			u.cutStatement(stmt)
		}
	},
	Tree: func(t *Tree, c *dstutil.Cursor) bool {
		if label, ok := c.Node().(*dst.LabeledStmt); ok && t.announces(label.Stmt) {
			return t.relabel(c, label)
		}
		stmt, ok := c.Node().(dst.Stmt)
		return ok && t.announces(stmt) && drop(c)
	},
})

func (t *Tree) announces(stmt dst.Stmt) bool {
	expr, ok := stmt.(*dst.ExprStmt)
	if !ok {
		return false
	}
	call, ok := expr.X.(*dst.CallExpr)
	return ok && t.is(call.Fun, "Exiting")
}

// relabel puts the statement after an injected one back under its label.
func (t *Tree) relabel(c *dstutil.Cursor, label *dst.LabeledStmt) bool {
	list, next := behind(c)
	if list == nil || next >= len(*list) {
		return false
	}
	stmt := (*list)[next]
	t.removeFrom(stmt)
	stmt.Decorations().Start.Prepend(label.Stmt.Decorations().Start...)
	label.Stmt = stmt
	*list = slices.Delete(slices.Clone(*list), next, next+1)
	return true
}

// ExitingWith records the status after the last argument of a call was evaluated, which
// may take the whole run. The site is that argument.
//
//	log.Fatal(telemetry.ExitingWith(1, http.ListenAndServe(addr, nil)))
var ExitingWith = around("exiting-with", "ExitingWith")

// ExitingIf records the status unless the argument of cobra.CheckErr is nil. The site is
// that argument.
//
//	cobra.CheckErr(telemetry.ExitingIf(1, err))
var ExitingIf = around("exiting-if", "ExitingIf")

// around returns the form with a name that puts a call of an injected function around an
// argument, with the status before it.
func around(name, injected string) string {
	return register(Form{
		Name: name,
		Text: func(src []byte, s plan.Site, local string) []splice.Splice {
			return []splice.Splice{splice.Insert(s.Start, local+"."+injected+"("+s.Operands.Status+", "), splice.Insert(s.End, ")")}
		},
		Undo: func(u *Undo, n ast.Node) {
			if call := u.call(n, injected, 2); call != nil {
				u.keep(call, call.Args[1])
			}
		},
		Tree: func(t *Tree, c *dstutil.Cursor) bool { return t.unwrap(c, injected, 1) },
	})
}

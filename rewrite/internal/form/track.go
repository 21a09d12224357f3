package form

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"

	"github.com/dave/dst"
	"github.com/dave/dst/dstutil"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/splice"
)

// Track is put around a command that is executed, or handed to a function that executes
// it. The receiver of x.Execute() may not be a *cobra.Command: then Track gets the address
// of a value, or the embedded command.
//
//	Track(root).Execute()               root.Execute()
//	Track(&root).Execute()              root.Execute()           a value
//	Track(app.Command).Execute()        app.Execute()            embedded
//	Track((app).base.Command).Execute() app.Execute()            embedded, deeper or renamed
//	Track((app.Command)).Execute()      app.Command.Execute()    a field of that name
//	f(ctx, Track(root))                 f(ctx, root)
var Track = register(Form{
	Name: "track",
	Root: true,
	Text: func(src []byte, s plan.Site, local string) []splice.Splice {
		before, after := receiver(s.Operands)
		return []splice.Splice{splice.Insert(s.Start, local+".Track("+before), splice.Insert(s.End, after+")")}
	},
	Undo: func(u *Undo, n ast.Node) {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if call := u.call(sel.X, "Track", 1); call != nil {
				u.keep(call, impliedReceiver(call.Args[0]))
			}
		}
		if call := u.call(n, "Track", 1); call != nil {
			u.keep(call, call.Args[0])
		}
	},
	Tree: func(t *Tree, c *dstutil.Cursor) bool {
		call, ok := c.Node().(*dst.CallExpr)
		if _, receiver := c.Parent().(*dst.SelectorExpr); ok && receiver && t.is(call.Fun, "Track") && len(call.Args) == 1 {
			kept := writtenReceiver(call.Args[0])
			decorate(kept, call)
			c.Replace(kept)
			return true
		}
		return t.unwrap(c, "Track", 0)
	},
})

// receiver returns the text to add before and after the author's receiver.
func receiver(o plan.Operands) (before, after string) {
	if o.Address {
		before = "&"
	}
	switch {
	case slices.Equal(o.Embedded, []string{"Command"}):
		return before, ".Command"
	case len(o.Embedded) > 0:
		return before + "(", ")." + strings.Join(o.Embedded, ".")
	case o.Field:
		return before + "(", ")"
	}
	return before, ""
}

// impliedReceiver returns the part of a tracked receiver that the author wrote.
func impliedReceiver(arg ast.Expr) ast.Expr {
	if u, ok := arg.(*ast.UnaryExpr); ok && u.Op == token.AND {
		arg = u.X
	}
	last, _ := arg.(*ast.SelectorExpr)
	x := arg
	for sel := last; sel != nil; sel, _ = x.(*ast.SelectorExpr) {
		x = sel.X
	}
	paren, ok := x.(*ast.ParenExpr)
	switch {
	case ok && last == nil: // (app.Command), or another expression that the author has put there
		if field, ok := paren.X.(*ast.SelectorExpr); ok && field.Sel.Name == "Command" {
			return field
		}
	case ok:
		return paren.X
	case last != nil && last.Sel.Name == "Command":
		return last.X
	}
	return arg
}

// writtenReceiver is impliedReceiver for the tree rewriter: & and a last .Command are
// injected, and so is everything around a receiver in parentheses.
func writtenReceiver(arg dst.Expr) dst.Expr {
	if u, ok := arg.(*dst.UnaryExpr); ok && u.Op == token.AND {
		arg = u.X
	}
	var path []string
	x := arg
	for sel, ok := x.(*dst.SelectorExpr); ok; sel, ok = x.(*dst.SelectorExpr) {
		path = append(path, sel.Sel.Name)
		x = sel.X
	}
	if paren, ok := x.(*dst.ParenExpr); ok {
		inner, field := paren.X.(*dst.SelectorExpr)
		if len(path) > 0 || field && inner.Sel.Name == "Command" {
			return paren.X
		}
	}
	if len(path) > 0 && path[0] == "Command" {
		return arg.(*dst.SelectorExpr).X
	}
	return arg
}

package form

import (
	"go/ast"
	"strings"

	"github.com/dave/dst"
	"github.com/dave/dst/dstutil"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/splice"
)

// Start is main's first statement: Start runs before anything else, and the function that
// it returns after everything else. The site reaches from the opening brace of main's body
// to its first statement, or to the closing brace.
//
//	defer telemetry.Start()()
var Start = register(Form{
	Name: "start",
	Root: true,
	Text: func(src []byte, s plan.Site, local string) []splice.Splice {
		stmt := "defer " + local + ".Start()()"
		next := splice.LineEnd(src, s.Start)
		rest := strings.TrimSpace(string(src[s.Start:next]))
		empty := src[s.End] == '}'
		if (rest == "" || strings.HasPrefix(rest, "//")) && next <= s.End {
			indent := splice.Indentation(src, s.Start) + "\t"
			if theirs := splice.Indentation(src, s.End); !empty && splice.LineStart(src, s.End) >= next && theirs != "" { // labels have none
				indent = theirs
			}
			return []splice.Splice{splice.Insert(next, indent+stmt+splice.Newline(src))}
		}
		at := s.End
		if empty {
			at = s.Start
		}
		return []splice.Splice{splice.Insert(at, stmt+"; ")}
	},
	Undo: func(u *Undo, n ast.Node) {
		if stmt, ok := n.(*ast.DeferStmt); ok && u.call(stmt.Call.Fun, "Start", 0) != nil {
			u.cutStatement(stmt)
		}
	},
	Tree: func(t *Tree, c *dstutil.Cursor) bool {
		if d, ok := c.Node().(*dst.DeferStmt); ok {
			if start, ok := d.Call.Fun.(*dst.CallExpr); ok && t.is(start.Fun, "Start") {
				return drop(c)
			}
		}
		return false
	},
})

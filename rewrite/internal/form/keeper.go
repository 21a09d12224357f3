package form

import (
	"bytes"
	"go/ast"
	"go/token"
	"slices"

	"github.com/dave/dst"
	"github.com/dave/dst/dstutil"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/splice"
)

const keeperComment = "// telemetrygen: keeps the import for --remove"

// KeeperText declares a use of an import of which every other use was swapped. It is
// needed where removing the import could not be undone byte for byte.
//
//	var _ = os.Exit // telemetrygen: keeps the import for --remove
func KeeperText(name, newline string) string {
	return newline + "var _ = " + name + " " + keeperComment + newline
}

var _ = register(Form{
	Name: "keeper",
	Undo: func(u *Undo, n ast.Node) {
		decl, ok := n.(*ast.GenDecl)
		if !ok || decl.Tok != token.VAR {
			return
		}
		start, end := u.Offset(decl.Pos()), u.Offset(decl.End())
		to := splice.LineEnd(u.Src, end)
		if bytes.Equal(bytes.TrimSpace(u.Src[end:to]), []byte(keeperComment)) {
			u.Edits = append(u.Edits, splice.Cut(splice.BlankLineBefore(u.Src, splice.LineStart(u.Src, start)), to))
		}
	},
	Tree: func(_ *Tree, c *dstutil.Cursor) bool {
		decl, ok := c.Node().(*dst.GenDecl)
		if !ok || decl.Tok != token.VAR || !slices.Contains(decl.Decs.End.All(), keeperComment) {
			return false
		}
		c.Delete()
		return true
	},
})

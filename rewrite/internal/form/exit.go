package form

import (
	"go/ast"

	"github.com/dave/dst"
	"github.com/dave/dst/dstutil"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/splice"
)

// A Function is a function of a package.
type Function struct{ Path, Name string }

// Swaps are the functions whose every use, called or stored, is replaced by
// the injected function of the same type. The site is the whole selector.
//
//	telemetry.Exit(1)      os.Exit(1)
//	run(telemetry.Exit)    run(os.Exit)
var Swaps = map[Function]string{}

// Exit and CheckErr are the swapped functions.
var (
	Exit     = swap("exit", "Exit", Function{"os", "Exit"})
	CheckErr = swap("check-err", "CheckErr", Function{"github.com/spf13/cobra", "CheckErr"})
)

// swap returns the form with a name that replaces a function by an injected one.
func swap(name, injected string, original Function) string {
	Swaps[original] = name
	return register(Form{
		Name: name,
		Text: func(src []byte, s plan.Site, local string) []splice.Splice {
			return []splice.Splice{{Start: s.Start, End: s.End, Text: local + "." + injected}}
		},
		Undo: func(u *Undo, n ast.Node) {
			if id := u.member(n, injected); id != nil {
				u.done[id] = true
				u.Edits = append(u.Edits, splice.Splice{
					Start: u.Offset(n.Pos()), End: u.Offset(n.End()),
					Text: u.qualified(original.Path, original.Name),
				})
			}
		},
		Tree: func(t *Tree, c *dstutil.Cursor) bool {
			sel, ok := c.Node().(*dst.SelectorExpr)
			if !ok || !t.is(sel, injected) {
				return false
			}
			sel.Sel.Name = original.Name
			t.Restored[original.Path] = true
			name := t.nameOf(original.Path)
			if name == "." {
				id := dst.NewIdent(original.Name)
				decorate(id, sel)
				c.Replace(id)
				return true
			}
			sel.X.(*dst.Ident).Name = name
			return true
		},
	})
}

// nameOf returns the name under which the file imports a package: "." for a dot
// import, and the last element of the path if the file does not import it.
func (t *Tree) nameOf(path string) string {
	for _, spec := range t.File.Imports {
		if spec.Path.Value == `"`+path+`"` && spec.Name != nil && spec.Name.Name != "_" {
			return spec.Name.Name
		}
	}
	return base(path)
}

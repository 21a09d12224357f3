package form

import (
	"go/ast"

	"github.com/dave/dst"
	"github.com/dave/dst/dstutil"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/splice"
)

// Exit replaces every use of os.Exit, called or stored, by the injected function of the
// same type. The site is the whole selector.
//
//	telemetry.Exit(1)      os.Exit(1)
//	run(telemetry.Exit)    run(os.Exit)
var Exit = register(Form{
	Name: "exit",
	Text: func(src []byte, s plan.Site, local string) []splice.Splice {
		return []splice.Splice{{Start: s.Start, End: s.End, Text: local + ".Exit"}}
	},
	Undo: func(u *Undo, n ast.Node) {
		if id := u.member(n, "Exit"); id != nil {
			u.done[id] = true
			u.Edits = append(u.Edits, splice.Splice{Start: u.Offset(n.Pos()), End: u.Offset(n.End()), Text: u.osExit()})
		}
	},
	Tree: func(t *Tree, c *dstutil.Cursor) bool {
		sel, ok := c.Node().(*dst.SelectorExpr)
		if !ok || !t.is(sel, "Exit") {
			return false
		}
		t.RestoreOS = true
		name := t.nameOfOS()
		if name == "." {
			id := dst.NewIdent("Exit")
			decorate(id, sel)
			c.Replace(id)
			return true
		}
		sel.X.(*dst.Ident).Name = name
		return true
	},
})

// osExit returns how the file names os.Exit, and notes if it has lost the import of os.
func (u *Undo) osExit() string {
	for _, spec := range u.File.Imports {
		if text := SpelledExit(spec); text != "" {
			return text
		}
	}
	u.RestoreOS = true
	return "os.Exit"
}

// SpelledExit returns how a file names os.Exit by one of its imports. It is "" if the import
// has another path, or is blank.
func SpelledExit(spec *ast.ImportSpec) string {
	switch {
	case PathOf(spec) != "os":
		return ""
	case spec.Name == nil:
		return "os.Exit"
	case spec.Name.Name == ".":
		return "Exit"
	case spec.Name.Name == "_":
		return ""
	}
	return spec.Name.Name + ".Exit"
}

// nameOfOS returns the name under which the file imports os: "." for a dot import, and os if
// the file does not import it.
func (t *Tree) nameOfOS() string {
	for _, spec := range t.File.Imports {
		if spec.Path.Value == `"os"` && spec.Name != nil && spec.Name.Name != "_" {
			return spec.Name.Name
		}
	}
	return "os"
}

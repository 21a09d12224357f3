package find

import (
	"fmt"
	"go/ast"
	"go/types"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
)

// endsProcess reports whether a function is known to end the process.
func endsProcess(fn *types.Func) bool {
	if fn.Pkg() == nil {
		return false
	}
	path := fn.Pkg().Path()
	_, fatal := fatalLogger(path, receiverName(fn), fn.Name())
	return fatal || zerologFatal(fn) || isSyscallExit(fn) || path == "os" && fn.Name() == "Exit" || path == load.Cobra && fn.Name() == "CheckErr"
}

// isSyscallExit reports whether a function is syscall.Exit, which ends the
// process without os.Exit.
func isSyscallExit(fn *types.Func) bool { return fn.Pkg().Path() == "syscall" && fn.Name() == "Exit" }

// ends returns the function with which a function of a dependency may end the
// process, "" if its source, and what it calls in its package, has none.
func (d *dependencies) ends(fn *types.Func) string {
	if isSyscallExit(fn) {
		return fn.FullName()
	}
	name := fn.FullName()
	how, ok := d.ending[name]
	if !ok {
		how = d.endsIn(fn.Origin(), map[string]bool{})
		d.ending[name] = how
	}
	return how
}

func (d *dependencies) endsIn(fn *types.Func, seen map[string]bool) string {
	name := fn.FullName()
	if seen[name] {
		return ""
	}
	seen[name] = true
	p := d.g.All[fn.Pkg().Path()]
	if p == nil || p.Module == nil { // the standard library ends nothing else
		return ""
	}
	c, err := d.g.Package(p)
	if err != nil || len(c.Files) == 0 {
		return "a function whose source is not there"
	}
	recv := fn.Type().(*types.Signature).Recv()
	behindInterface := recv != nil && types.IsInterface(recv.Type())
	known := false
	for _, file := range c.Files {
		for _, decl := range file.Decls {
			decl, ok := decl.(*ast.FuncDecl)
			if !ok || decl.Body == nil || decl.Name.Name != fn.Name() {
				continue
			}
			own, ok := c.Info.Defs[decl.Name].(*types.Func)
			if !ok || own.FullName() != name && !(behindInterface && decl.Recv != nil) {
				continue
			}
			known = true
			if how := d.endsWithin(c, decl.Body, seen); how != "" {
				return how
			}
		}
	}
	if !known {
		return "a method behind an interface"
	}
	return ""
}

// endsWithin looks at everything that a piece of code names.
func (d *dependencies) endsWithin(c *load.Package, code ast.Node, seen map[string]bool) (how string) {
	ast.Inspect(code, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok || how != "" {
			return how == ""
		}
		switch obj := c.Info.Uses[id].(type) {
		case *types.Func:
			switch {
			case obj.Pkg() == nil:
			case endsProcess(obj):
				how = obj.FullName()
			case obj.Pkg().Path() == c.PkgPath && !isInterfaceMethod(obj), mayEnd(obj.Pkg().Path(), obj.Name()):
				how = d.endsIn(obj.Origin(), seen)
			}
		case *types.Var:
			if _, ok := types.Unalias(obj.Type()).Underlying().(*types.Signature); ok && obj.Pkg() == c.Types {
				how = d.endsInValue(c, obj, seen)
			}
		}
		return how == ""
	})
	return how
}

func isInterfaceMethod(fn *types.Func) bool {
	recv := fn.Type().(*types.Signature).Recv()
	return recv != nil && types.IsInterface(recv.Type())
}

// endsInValue looks at what a variable or field of function type may hold.
func (d *dependencies) endsInValue(c *load.Package, v *types.Var, seen map[string]bool) (how string) {
	if v.Parent() != c.Types.Scope() && !v.IsField() {
		return "" // its value stands in the same code
	}
	key := fmt.Sprintf("%s@%d", c.PkgPath, v.Pos())
	if seen[key] {
		return ""
	}
	seen[key] = true
	is := func(e ast.Expr) bool {
		switch e := ast.Unparen(e).(type) {
		case *ast.Ident:
			return c.Info.ObjectOf(e) == v
		case *ast.SelectorExpr:
			return c.Info.Uses[e.Sel] == v
		}
		return false
	}
	look := func(to, value ast.Expr) {
		if how == "" && is(to) {
			how = d.endsWithin(c, value, seen)
		}
	}
	d.each(c, func(n ast.Node) {
		switch n := n.(type) {
		case *ast.ValueSpec:
			for i := range n.Values {
				if len(n.Values) == len(n.Names) {
					look(n.Names[i], n.Values[i])
				}
			}
		case *ast.AssignStmt:
			for i := range n.Rhs {
				if len(n.Lhs) == len(n.Rhs) {
					look(n.Lhs[i], n.Rhs[i])
				}
			}
		case *ast.KeyValueExpr:
			look(n.Key, n.Value)
		}
	})
	return how
}

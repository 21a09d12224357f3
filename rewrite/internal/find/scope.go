package find

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
)

// dead reports whether n is a branch that its condition, written out as false or
// true, keeps from ever running. A named constant proves nothing: another build
// may give it another value.
func (f *finder) dead(n ast.Node) bool {
	switch outer := f.parent().(type) {
	case *ast.IfStmt:
		value, known := f.literalBool(outer.Cond)
		return known && (n == outer.Body && !value || n == outer.Else && value)
	case *ast.ForStmt:
		if outer.Cond == nil {
			return false
		}
		value, known := f.literalBool(outer.Cond)
		return known && !value && n == outer.Body
	}
	return false
}

// literalBool evaluates a condition as far as it is made of true and false.
func (f *finder) literalBool(e ast.Expr) (value, known bool) {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		if f.c.Info.Uses[e] == types.Universe.Lookup(e.Name) {
			return e.Name == "true", e.Name == "true" || e.Name == "false"
		}
	case *ast.UnaryExpr:
		if e.Op == token.NOT {
			value, known = f.literalBool(e.X)
			return !value, known
		}
	case *ast.BinaryExpr:
		x, knownX := f.literalBool(e.X)
		y, knownY := f.literalBool(e.Y)
		switch e.Op {
		case token.LAND:
			return x && y, knownX && knownY || knownX && !x || knownY && !y
		case token.LOR:
			return x || y, knownX && knownY || knownX && x || knownY && y
		}
	}
	return false, false
}

// beforeMain reports whether a call runs while packages are initialised: in an
// init function itself, or in a function literal that is called on the spot,
// there or in a variable's initialiser. Nothing can be recorded there.
func (f *finder) beforeMain(call *ast.CallExpr) bool {
	for i := len(f.stack) - 1; i >= 0; i-- {
		switch n := f.stack[i].(type) {
		case *ast.FuncDecl:
			return n.Recv == nil && n.Name.Name == "init"
		case *ast.FuncLit:
			outer, ok := f.above(i).(*ast.CallExpr)
			if !ok || ast.Unparen(outer.Fun) != ast.Expr(n) {
				return false // it is kept, and called later
			}
		case *ast.GoStmt:
			return false // it goes on beside main
		}
	}
	return true
}

// above is the parent of the i-th ancestor, behind parentheses.
func (f *finder) above(i int) ast.Node {
	for i--; i >= 0; i-- {
		if _, ok := f.stack[i].(*ast.ParenExpr); !ok {
			return f.stack[i]
		}
	}
	return nil
}

// hooks are the fields of a command whose functions cobra calls in a run.
var hooks = map[string]bool{
	"PersistentPreRun": true, "PersistentPreRunE": true, "PreRun": true, "PreRunE": true, "Run": true, "RunE": true,
	"PostRun": true, "PostRunE": true, "PersistentPostRun": true, "PersistentPostRunE": true,
}

// givesHook reports whether n, below its ancestors, sets a hook of a command: a
// field of its literal, or an assignment to one.
func givesHook(c *load.Package, n ast.Node, above ast.Node) bool {
	switch n := n.(type) {
	case *ast.KeyValueExpr:
		key, ok := n.Key.(*ast.Ident)
		lit, _ := above.(*ast.CompositeLit)
		return ok && hooks[key.Name] && lit != nil && isCommand(c.Info.TypeOf(lit))
	case *ast.AssignStmt:
		for _, lhs := range n.Lhs {
			sel, ok := ast.Unparen(lhs).(*ast.SelectorExpr)
			if !ok || !hooks[sel.Sel.Name] {
				continue
			}
			if s, ok := c.Info.Selections[sel]; ok && s.Kind() == types.FieldVal && isCommand(ownerOf(s)) {
				return true
			}
		}
	}
	return false
}

// hasHookType reports whether a function can be a hook of a command.
func hasHookType(t types.Type) bool {
	sig, ok := t.(*types.Signature)
	return ok && sig.Params().Len() == 2 && isCommandPointer(sig.Params().At(0).Type()) &&
		types.Identical(sig.Params().At(1).Type(), types.NewSlice(types.Typ[types.String]))
}

// An enclosure says where code stands, as far as runs of commands are concerned.
type enclosure struct {
	hook bool   // in a hook of a command, or handed to one
	decl string // else the declared function, "" outside of any
}

// enclosed says where a node stands, given its ancestors. Inside says whether it
// is known to run later than the expression around it, as a function's name is.
func enclosed(c *load.Package, stack []ast.Node, inside bool) enclosure {
	for i := len(stack) - 1; i >= 0; i-- {
		var above ast.Node
		if i > 0 {
			above = stack[i-1]
		}
		switch n := stack[i].(type) {
		case *ast.FuncLit:
			inside = true
			if _, returned := above.(*ast.ReturnStmt); returned && hasHookType(c.Info.TypeOf(n)) {
				return enclosure{hook: true}
			}
		case *ast.KeyValueExpr, *ast.AssignStmt:
			if inside && givesHook(c, n, above) {
				return enclosure{hook: true}
			}
		case *ast.FuncDecl:
			if fn, ok := c.Info.Defs[n.Name].(*types.Func); ok {
				return enclosure{decl: fn.FullName()}
			}
		}
	}
	return enclosure{}
}

// insideRuns returns the functions of the module that are only ever used as
// hooks of commands, or by such functions.
func (s *survey) insideRuns() map[string]bool {
	uses := map[string][]enclosure{}
	for _, c := range s.packages {
		for _, file := range c.Files {
			var stack []ast.Node
			ast.Inspect(file, func(n ast.Node) bool {
				if n == nil {
					stack = stack[:len(stack)-1]
					return true
				}
				if id, ok := n.(*ast.Ident); ok {
					if fn, ok := c.Info.Uses[id].(*types.Func); ok && fn.Pkg() != nil && s.g.IsOwn(fn.Pkg().Path()) {
						uses[fn.Origin().FullName()] = append(uses[fn.Origin().FullName()], use(c, stack, id))
					}
				}
				stack = append(stack, n)
				return true
			})
		}
	}
	inside := map[string]bool{}
	for grew := true; grew; {
		grew = false
		for fn, places := range uses {
			all := !inside[fn]
			for _, p := range places {
				all = all && (p.hook || inside[p.decl])
			}
			if all {
				inside[fn], grew = true, true
			}
		}
	}
	return inside
}

// use says where a function is used: as a hook, or somewhere in the code.
func use(c *load.Package, stack []ast.Node, id *ast.Ident) enclosure {
	called := false
	var whole ast.Expr = id
	for i := len(stack) - 1; i >= 0; i-- {
		if sel, ok := stack[i].(*ast.SelectorExpr); ok && sel.Sel == id {
			whole = sel
			continue
		}
		call, ok := stack[i].(*ast.CallExpr)
		called = ok && ast.Unparen(call.Fun) == whole
		break
	}
	return enclosed(c, stack, !called)
}

package find

import (
	"bytes"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
)

// dead reports whether n never runs in the CLI: a branch that its condition,
// written out as false or true, keeps from it, a function for tests, or one for
// other programs. A named constant proves nothing: another build may give it another value.
func (f *finder) dead(n ast.Node) bool {
	if decl, ok := n.(*ast.FuncDecl); ok {
		return f.forTests(decl) || f.leftUnused(decl)
	}
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

// forTests reports whether a function is handed a *testing.T or its like.
func (f *finder) forTests(decl *ast.FuncDecl) bool {
	for _, field := range decl.Type.Params.List {
		if named, ok := deref(f.c.Info.TypeOf(field.Type)).(*types.Named); ok && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == "testing" {
			return true
		}
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

// givesHook reports whether n, below its ancestors, gives cobra a function to
// call: as a field of a command, in its literal or by assignment. Below is the
// child of n on the way to that function.
func givesHook(c *load.Package, n, above, below ast.Node) bool {
	switch n := n.(type) {
	case *ast.KeyValueExpr:
		lit, _ := above.(*ast.CompositeLit)
		return lit != nil && isCommand(c.Info.TypeOf(lit)) && isFunc(c.Info.TypeOf(n.Value))
	case *ast.AssignStmt:
		for _, lhs := range n.Lhs {
			sel, ok := ast.Unparen(lhs).(*ast.SelectorExpr)
			if !ok || !isFunc(c.Info.TypeOf(sel)) {
				continue
			}
			if s, ok := c.Info.Selections[sel]; ok && s.Kind() == types.FieldVal && isCommand(ownerOf(s)) {
				return true
			}
		}
	case *ast.CallExpr:
		return ofCobra(c, n) != "" && below != ast.Node(n.Fun) && isFunc(c.Info.TypeOf(below.(ast.Expr)))
	}
	return false
}

func isFunc(t types.Type) bool {
	if t == nil {
		return false
	}
	_, ok := t.Underlying().(*types.Signature)
	return ok
}

// hasHookType reports whether a function can be a hook of a command.
func hasHookType(t types.Type) bool {
	sig, ok := t.(*types.Signature)
	return ok && sig.Params().Len() == 2 && isCommandPointer(sig.Params().At(0).Type()) &&
		types.Identical(sig.Params().At(1).Type(), types.NewSlice(types.Typ[types.String]))
}

// An enclosure says where code stands, as far as runs of commands are concerned.
type enclosure struct {
	hook bool   // in a function that cobra calls in a run: a hook, or what was handed to OnInitialize, SetHelpFunc ...
	decl string // else the declared function, "" outside of any
	sig  *types.Signature
}

// enclosed says where a node stands, given its ancestors. Inside says whether it
// is known to run later than the expression around it, as a function's name is.
func enclosed(c *load.Package, stack []ast.Node, inside bool) enclosure {
	for i := len(stack) - 1; i >= 0; i-- {
		var above, below ast.Node
		if i > 0 {
			above = stack[i-1]
		}
		if i+1 < len(stack) {
			below = stack[i+1]
		}
		switch n := stack[i].(type) {
		case *ast.FuncLit:
			inside = true
			if _, returned := above.(*ast.ReturnStmt); returned && hasHookType(c.Info.TypeOf(n)) {
				return enclosure{hook: true}
			}
		case *ast.KeyValueExpr, *ast.AssignStmt, *ast.CallExpr:
			if inside && below != nil && givesHook(c, n, above, below) {
				return enclosure{hook: true}
			}
		case *ast.FuncDecl:
			if fn, ok := c.Info.Defs[n.Name].(*types.Func); ok {
				return enclosure{decl: fn.FullName(), sig: fn.Signature()}
			}
		}
	}
	return enclosure{}
}

// insideRuns returns, of some declared functions of the module and those that
// they are used in, the ones that are only ever used inside runs: as hooks of
// commands, or by such functions. What only a dependency calls, through an
// interface of its own, is not known to be.
func (s *survey) insideRuns(of []enclosure) (map[string]bool, error) {
	uses := map[string][]enclosure{}
	for len(of) > 0 {
		functions := map[string]*types.Signature{}
		for _, p := range of {
			if _, known := uses[p.decl]; !known && p.decl != "" {
				functions[p.decl] = p.sig
			}
		}
		of = nil
		found, err := s.usesOf(functions)
		if err != nil {
			return nil, err
		}
		for fn := range functions {
			uses[fn] = found[fn]
			of = append(of, found[fn]...)
		}
	}
	inside := map[string]bool{}
	for grew := true; grew; {
		grew = false
		for fn, places := range uses {
			all := !inside[fn] && len(places) > 0
			for _, p := range places {
				all = all && (p.hook || inside[p.decl])
			}
			if all {
				inside[fn], grew = true, true
			}
		}
	}
	return inside, nil
}

// usesOf returns where functions of the module are used, by their full names. A
// method is also used where an interface of the same form is called.
func (s *survey) usesOf(functions map[string]*types.Signature) (map[string][]enclosure, error) {
	uses := map[string][]enclosure{}
	var names [][]byte
	for fn := range functions {
		names = append(names, []byte(fn[strings.LastIndexByte(fn, '.')+1:]))
	}
	list, err := s.g.Check(s.options.Skip, func(src []byte) bool {
		return slices.ContainsFunc(names, func(name []byte) bool { return bytes.Contains(src, name) })
	})
	if err != nil {
		return nil, err
	}
	for _, c := range list {
		for _, file := range c.Files {
			var stack []ast.Node
			ast.Inspect(file, func(n ast.Node) bool {
				if n == nil {
					stack = stack[:len(stack)-1]
					return true
				}
				if id, ok := n.(*ast.Ident); ok {
					if fn, ok := c.Info.Uses[id].(*types.Func); ok && fn.Pkg() != nil {
						for name, sig := range functions {
							if name == fn.Origin().FullName() || isInterfaceMethod(fn) && strings.HasSuffix(name, ")."+fn.Name()) && alike(sig, fn.Signature()) {
								uses[name] = append(uses[name], use(c, stack, id))
							}
						}
					}
				}
				stack = append(stack, n)
				return true
			})
		}
	}
	return uses, nil
}

// alike reports whether a method can be that of an interface, as far as counts tell.
func alike(a, b *types.Signature) bool {
	return a.Params().Len() == b.Params().Len() && a.Results().Len() == b.Results().Len() && a.Variadic() == b.Variadic()
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
	return enclosed(c, append(stack[:len(stack):len(stack)], id), !called)
}

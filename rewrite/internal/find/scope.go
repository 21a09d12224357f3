package find

import (
	"bytes"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/packages"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
)

// dead reports whether the node at hand never runs in the CLI: a branch that its condition,
// written out as false or true, keeps from it, a statement behind one that never goes on, a
// function for tests, or one for other programs. A named constant proves nothing: another build may give it another value.
func (f *finder) dead() bool {
	if decl, ok := f.cur.Node().(*ast.FuncDecl); ok {
		return f.forTests(decl) || f.leftUnused(decl)
	}
	switch kind := f.cur.ParentEdgeKind(); kind {
	case edge.IfStmt_Body, edge.IfStmt_Else:
		value, known := f.literalBool(f.cur.Parent().Node().(*ast.IfStmt).Cond)
		return known && value == (kind == edge.IfStmt_Else)
	case edge.ForStmt_Body:
		value, known := f.literalBool(f.cur.Parent().Node().(*ast.ForStmt).Cond)
		return known && !value
	case edge.BlockStmt_List, edge.CaseClause_Body, edge.CommClause_Body:
		before, ok := f.cur.PrevSibling()
		_, labelled := f.cur.Node().(*ast.LabeledStmt)
		return ok && !labelled && f.neverGoesOn(before.Node())
	}
	return false
}

// neverGoesOn reports whether what follows a statement in its list is not reached from it. Only functions of the
// standard library are taken to end the process for certain.
func (f *finder) neverGoesOn(stmt ast.Node) bool {
	switch stmt := stmt.(type) {
	case *ast.ReturnStmt, *ast.BranchStmt:
		return true
	case *ast.ExprStmt:
		call, ok := ast.Unparen(stmt.X).(*ast.CallExpr)
		if !ok {
			return false
		}
		if named(f.c, call.Fun) == types.Universe.Lookup("panic") {
			return true
		}
		fn := callee(f.c, call)
		return fn != nil && slices.Contains([]string{"os", "log", "syscall"}, fn.Pkg().Path()) && endsProcess(fn)
	}
	return false
}

// forTests reports whether a function is handed a *testing.T or its like.
func (f *finder) forTests(decl *ast.FuncDecl) bool {
	return slices.ContainsFunc(decl.Type.Params.List, func(field *ast.Field) bool {
		named, ok := deref(f.c.Info.TypeOf(field.Type)).(*types.Named)
		return ok && pathOf(named.Obj()) == "testing"
	})
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

// givesHook reports whether a node gives cobra a function to call: as a field of a
// command, in its literal or by assignment. Below is its child on the way to that
// function.
func givesHook(c *load.Package, below inspector.Cursor) bool {
	switch n := below.Parent().Node().(type) {
	case *ast.KeyValueExpr:
		lit, _ := below.Parent().Parent().Node().(*ast.CompositeLit)
		return lit != nil && isCommand(c.Info.TypeOf(lit)) && isFunc(c.Info.TypeOf(n.Value))
	case *ast.AssignStmt:
		return slices.ContainsFunc(n.Lhs, func(lhs ast.Expr) bool {
			sel, _ := ast.Unparen(lhs).(*ast.SelectorExpr)
			s := c.Info.Selections[sel]
			return s != nil && s.Kind() == types.FieldVal && isCommand(ownerOf(s)) && isFunc(s.Type())
		})
	case *ast.CallExpr:
		return ofCobra(c, n) != "" && below.ParentEdgeKind() == edge.CallExpr_Args && isFunc(c.Info.TypeOf(below.Node().(ast.Expr)))
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
	hook bool         // in a function that cobra calls in a run: a hook, or what was handed to OnInitialize, SetHelpFunc ...
	decl types.Object // the declared function, or the variable of the package that keeps it for later; nil for neither and in init
	now  bool         // it runs while that function does, not in one that is kept or in a goroutine
}

// enclosed says where a node stands. Inside says whether it is known to run later
// than the expression around it, as a function's name is.
func enclosed(c *load.Package, below inspector.Cursor, inside bool) enclosure {
	code := enclosure{now: !inside}
	for ; below.ParentEdgeKind() != edge.Invalid; below = below.Parent() {
		switch n := below.Parent().Node().(type) {
		case *ast.GoStmt:
			code.now = false
		case *ast.FuncLit:
			inside, code.now = true, code.now && callOf(below.Parent()) != nil
			code.hook = code.hook || below.Parent().ParentEdgeKind() == edge.ReturnStmt_Results && hasHookType(c.Info.TypeOf(n))
		case *ast.KeyValueExpr, *ast.AssignStmt, *ast.CallExpr:
			code.hook = code.hook || inside && givesHook(c, below)
		case *ast.ValueSpec:
			if !code.now && len(n.Names) == 1 {
				code.decl = c.Info.Defs[n.Names[0]]
			}
		case *ast.FuncDecl:
			code.decl = nil
			if n.Recv != nil || n.Name.Name != "init" { // nothing can call that
				code.decl = c.Info.Defs[n.Name]
				code.now = code.now && code.decl != nil
			}
			return code
		}
	}
	return code
}

// insideRuns reports whether code is only ever reached inside runs: it stands in a hook
// of a command, or in a declared function or a variable that is only used in such places.
// What only a dependency calls, through an interface of its own, is not known to be.
func (s *survey) insideRuns(code enclosure) bool {
	if code.hook || code.decl == nil {
		return code.hook
	}
	return s.all(s.inside, code.decl, s.insideRuns)
}

// beforeMain reports whether code only runs while packages are initialised: in an init
// function itself, in a variable's initialiser, or in a function that is not exported and
// only called there. Nothing can be recorded then.
func (s *survey) beforeMain(code enclosure) bool {
	fn, _ := code.decl.(*types.Func)
	return code.now && (fn == nil || fn.Signature().Recv() == nil && !fn.Exported() && s.all(s.early, fn, s.beforeMain))
}

// all reports whether a function or variable of the module is used, and only in such places.
func (s *survey) all(known map[string]bool, decl types.Object, is func(enclosure) bool) bool {
	return remembered(known, nameOf(decl), func() bool { // one that uses itself is none for that
		uses := s.usesOf(decl)
		return len(uses) > 0 && !slices.ContainsFunc(uses, func(use enclosure) bool { return !is(use) })
	})
}

// usesOf returns where a function or variable of the module is used. A method is also
// used where an interface of the same form is called. Uses that may be in code which is
// not looked at are an enclosure without a function.
func (s *survey) usesOf(decl types.Object) (uses []enclosure) {
	if s.mayUseUnseen(decl) {
		return []enclosure{{}}
	}
	fn, _ := decl.(*types.Func)
	method := fn != nil && fn.Signature().Recv() != nil
	list := []*load.Package{s.g.Package(s.g.All[decl.Pkg().Path()])}
	if decl.Exported() {
		list = append(list, s.g.Check(func(p *packages.Package) bool {
			return (method || p.Imports[decl.Pkg().Path()] != nil) && textContains(s.g, p, []string{decl.Name()})
		})...)
	}
	for _, c := range list {
		for _, cur := range s.names(c)[decl.Name()] {
			used := c.Info.Uses[cur.Node().(*ast.Ident)]
			if other, ok := used.(*types.Func); nameOf(used) == nameOf(decl) || ok && method && isInterfaceMethod(other) && alike(fn.Signature(), other.Signature()) {
				uses = append(uses, enclosed(c, cur, ok && callOf(whole(cur)) == nil))
			}
		}
	}
	return uses
}

// nameOf is the full name of a function or a variable.
func nameOf(decl types.Object) string {
	if fn, ok := decl.(*types.Func); ok {
		return fn.Origin().FullName()
	}
	return pathOf(decl) + "." + decl.Name()
}

// names are the places where a package names functions and variables of packages, by their names.
func (s *survey) names(c *load.Package) map[string][]inspector.Cursor {
	return remembered(s.named, c.PkgPath, func() map[string][]inspector.Cursor {
		names := map[string][]inspector.Cursor{}
		for cur := range inspector.New(c.Files).Root().Preorder((*ast.Ident)(nil)) {
			decl := c.Info.Uses[cur.Node().(*ast.Ident)]
			if _, ok := decl.(*types.Func); pathOf(decl) != "" && (ok || decl.Parent() == decl.Pkg().Scope()) {
				names[decl.Name()] = append(names[decl.Name()], cur)
			}
		}
		return names
	})
}

// mayUseUnseen reports whether code that is not looked at may use a function or variable: that of another system, of another
// module, which may import this one back, of C or of the linker.
func (s *survey) mayUseUnseen(decl types.Object) bool {
	path := decl.Pkg().Path()
	named := func(src []byte) bool { return bytes.Contains(src, []byte(decl.Name())) }
	p := s.g.All[path]
	return p == nil || // only another system has the package
		some(s.g.Texts(p, load.LeftOut(p)), named) || textContains(s.g, p, []string{"//export " + decl.Name(), "go:linkname " + decl.Name()}) ||
		decl.Exported() && some(maps.Values(s.g.All), func(p *packages.Package) bool {
			if s.g.IsOwn(p.PkgPath) {
				return !s.g.Generated(p.PkgPath) && some(s.g.Texts(p, load.LeftOut(p)), func(src []byte) bool { return bytes.Contains(src, []byte(`"`+path+`"`)) && named(src) })
			}
			return p.Imports[path] != nil && some(s.g.Texts(p, slices.Concat(p.GoFiles, load.LeftOut(p))), named)
		})
}

// alike reports whether a method can be that of an interface. Their types may come from two readings of one package,
// so names are compared; what has no name of its own, and what is generic, may be anything.
func alike(a, b *types.Signature) bool {
	same := func(a, b *types.Tuple) bool {
		return slices.EqualFunc(slices.Collect(a.Variables()), slices.Collect(b.Variables()), func(a, b *types.Var) bool {
			x, y := typeName(a.Type()), typeName(b.Type())
			return x == y || x == "" || y == ""
		})
	}
	return same(a.Params(), b.Params()) && same(a.Results(), b.Results()) && a.Variadic() == b.Variadic()
}

// typeName names a type, and a pointer to it or a slice of it as Go does. It is "" for others.
func typeName(t types.Type) string {
	switch t := types.Unalias(t).(type) {
	case *types.Pointer:
		if name := typeName(t.Elem()); name != "" {
			return "*" + name
		}
	case *types.Slice:
		if name := typeName(t.Elem()); name != "" {
			return "[]" + name
		}
	case *types.Named:
		if t.TypeArgs().Len() == 0 && t.TypeParams().Len() == 0 {
			return t.String()
		}
	case *types.Basic:
		if t.Kind() != types.Invalid {
			return types.Typ[t.Kind()].Name() // byte is uint8
		}
	}
	return ""
}

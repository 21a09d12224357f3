package find

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/packages"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
)

// dead reports whether the node at hand never runs in the CLI: it is a branch whose condition is written out as true or
// false, a statement after one that never goes on, a function for tests, or one for other programs. A named constant
// proves nothing: another build may give it another value.
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

// neverGoesOn reports whether a statement never reaches the next one of its list. Of functions that end the process, only
// those of the standard library count: no hook or mock can change them.
func (f *finder) neverGoesOn(stmt ast.Node) bool {
	switch stmt := stmt.(type) {
	case *ast.ReturnStmt, *ast.BranchStmt:
		return true
	case *ast.ExprStmt:
		call, ok := ast.Unparen(stmt.X).(*ast.CallExpr)
		if !ok {
			return false
		}
		fn := callee(f.c, call)
		return named(f.c, call.Fun) == types.Universe.Lookup("panic") || fn != nil && slices.Contains([]string{"os", "log", "syscall"}, fn.Pkg().Path()) && endsProcess(fn)
	}
	return false
}

// forTests reports whether a function has a parameter of package testing, such as *testing.T, or an interface that stands
// for it.
func (f *finder) forTests(decl *ast.FuncDecl) bool {
	return slices.ContainsFunc(decl.Type.Params.List, func(field *ast.Field) bool {
		named, ok := deref(f.c.Info.TypeOf(field.Type)).(*types.Named)
		if !ok || pathOf(named.Obj()) == "testing" {
			return ok
		}
		fails, _, _ := types.LookupFieldOrMethod(named, false, nil, "FailNow")
		return types.IsInterface(named) && fails != nil
	})
}

// literalBool evaluates a condition that consists of true, false and operators.
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

// givesHook reports whether the parent of below hands cobra a function: in the literal of
// a command, by assignment to a field of one, or as an argument. The function is below,
// or inside of it.
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

// hasHookType reports whether a function has the type of a command's hook, with or
// without a result.
func hasHookType(t types.Type) bool {
	sig, ok := t.(*types.Signature)
	return ok && sig.Params().Len() == 2 && isCommandPointer(sig.Params().At(0).Type()) &&
		types.Identical(sig.Params().At(1).Type(), types.NewSlice(types.Typ[types.String]))
}

// An enclosure says which function or variable code stands in, and when it runs.
type enclosure struct {
	hook bool         // cobra calls it in a run: in a hook, or a function handed to OnInitialize, SetHelpFunc ...
	decl types.Object // the declared function, or the package's variable, that it stands in; nil in neither, and in init
	now  bool         // it runs during the call of decl: not in a goroutine, nor in a function that is kept
}

// enclosed returns where a node stands. Inside says that the node runs later than the
// expression around it, as a function does that is named and not called.
func enclosed(c *load.Package, below inspector.Cursor, inside bool) enclosure {
	code := enclosure{now: !inside}
	for ; below.ParentEdgeKind() != edge.Invalid; below = below.Parent() {
		switch n := below.Parent().Node().(type) {
		case *ast.GoStmt:
			code.now = false
		case *ast.FuncLit:
			inside, code.now = true, code.now && callOf(below.Parent()) != nil
			code.hook = code.hook || below.Parent().ParentEdgeKind() == edge.ReturnStmt_Results && hasHookType(c.Info.TypeOf(n))
		case *ast.CallExpr:
			code.hook = code.hook || inside && givesHook(c, below)
			fn := callee(c, n)
			code.now = code.now || fn != nil && strings.HasSuffix(fn.FullName(), "/reexec.Register") // a helper records as little as init
		case *ast.KeyValueExpr, *ast.AssignStmt:
			code.hook = code.hook || inside && givesHook(c, below)
		case *ast.ValueSpec:
			if !code.now && len(n.Names) == 1 {
				code.decl = c.Info.Defs[n.Names[0]]
			}
		case *ast.FuncDecl:
			code.decl = nil
			if n.Recv != nil || n.Name.Name != "init" { // nothing can call an init function
				code.decl = c.Info.Defs[n.Name]
				code.now = code.now && code.decl != nil
			}
			return code
		}
	}
	return code
}

// insideRuns reports whether code only runs inside runs of commands: it stands in a hook of
// a command, or in a function or variable that is only used in such places. It is false
// where that cannot be known, as for a method that a dependency calls through an interface.
func (s *survey) insideRuns(code enclosure) bool {
	if code.hook || code.decl == nil {
		return code.hook
	}
	return s.all(s.inside, code.decl, s.insideRuns)
}

// beforeMain reports whether code only runs while packages are initialised, when nothing can
// be recorded yet: in an init function, in a variable's initialiser, or in a function that
// is only called there, or only in helpers.
func (s *survey) beforeMain(code enclosure) bool {
	fn, _ := code.decl.(*types.Func)
	return code.now && (fn == nil || fn.Signature().Recv() == nil && s.all(s.early, fn, s.beforeMain) && (!fn.Exported() || s.seesAllUses(fn.Pkg().Path())))
}

// all reports whether a function or variable of the module is used at all, and every use is
// as asked for.
func (s *survey) all(known map[string]bool, decl types.Object, is func(enclosure) bool) bool {
	return remembered(known, nameOf(decl), func() bool { // a function that calls itself gets false while it is asked for
		uses := s.usesOf(decl)
		return len(uses) > 0 && !slices.ContainsFunc(uses, func(use enclosure) bool { return !is(use) })
	})
}

// usesOf returns where a function or variable of the module is used. A call through an
// interface counts as a use of each method with its name and signature. If code that is not
// looked at may use decl, the result is one empty enclosure.
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

// nameOf returns the full name of a function or a variable.
func nameOf(decl types.Object) string {
	if fn, ok := decl.(*types.Func); ok {
		return fn.Origin().FullName()
	}
	return pathOf(decl) + "." + decl.Name()
}

// names returns where a package uses functions and package variables, by their names.
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

// mayUseUnseen reports whether code that is not looked at may use a function or variable: files for another system, another
// module that imports this one, C, or a go:linkname line.
func (s *survey) mayUseUnseen(decl types.Object) bool {
	path := decl.Pkg().Path()
	named := func(src []byte) bool { return bytes.Contains(src, []byte(decl.Name())) }
	p := s.g.All[path]
	return p == nil || // only a build for another system has the package
		some(s.g.Texts(p, load.LeftOut(p)), func(src []byte) bool { return named(src) && usedIn(src, decl) }) || textContains(s.g, p, []string{"//export " + decl.Name(), "go:linkname " + decl.Name()}) ||
		decl.Exported() && some(maps.Values(s.g.All), func(p *packages.Package) bool {
			if s.g.IsOwn(p.PkgPath) {
				return !s.g.Generated(p.PkgPath) && some(s.g.Texts(p, load.LeftOut(p)), func(src []byte) bool { return bytes.Contains(src, []byte(`"`+path+`"`)) && named(src) })
			}
			return p.Imports[path] != nil && some(s.g.Texts(p, slices.Concat(p.GoFiles, load.LeftOut(p))), named)
		})
}

// usedIn reports whether a file of a function's package does more than declare it for another system, as far as one can tell
// without types.
func usedIn(src []byte, decl types.Object) bool {
	file, err := parser.ParseFile(token.NewFileSet(), "", src, parser.SkipObjectResolution)
	fn, _ := decl.(*types.Func)
	other := map[*ast.Ident]bool{}
	return err != nil || some(ast.Preorder(file), func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			other[n.Name] = true
		case *ast.SelectorExpr: // os.Exit is no use of a function Exit
			other[n.Sel] = fn == nil || fn.Signature().Recv() == nil
		case *ast.Ident:
			return n.Name == decl.Name() && !other[n]
		}
		return false
	})
}

// alike reports whether a method can stand for that of an interface. Types are compared by name, because one package may
// have been read twice; a type that typeName has no name for matches any.
func alike(a, b *types.Signature) bool {
	same := func(a, b *types.Tuple) bool {
		return slices.EqualFunc(slices.Collect(a.Variables()), slices.Collect(b.Variables()), func(a, b *types.Var) bool {
			x, y := typeName(a.Type()), typeName(b.Type())
			return x == y || x == "" || y == ""
		})
	}
	return same(a.Params(), b.Params()) && same(a.Results(), b.Results()) && a.Variadic() == b.Variadic()
}

// typeName returns the name of a named or basic type, also behind pointers and slices. It is "" for others and for generic types.
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

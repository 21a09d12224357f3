package find

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
)

// A flow says where the *cobra.Command values of packages come from: for each
// variable, field, parameter and function result, the expressions that are
// assigned to it. Places are named by strings, because each package is checked
// against its imports' export data and the same object has another identity in
// every package. The place P() is what a call of the function value at P returns.
type flow struct {
	into   map[string][]origin
	params map[*load.Package]map[*types.Var]string
	more   func(place string) // adds the packages that a place may belong to
}

// An origin is an expression and the package that it stands in.
type origin struct {
	expr ast.Expr
	in   *load.Package
}

func newFlow() *flow {
	return &flow{into: map[string][]origin{}, params: map[*load.Package]map[*types.Var]string{}, more: func(string) {}}
}

// add records the assignments of one package.
func (fl *flow) add(c *load.Package) {
	for _, f := range c.Files {
		fl.addFile(c, f)
	}
}

// addFile records the assignments of one file.
func (fl *flow) addFile(c *load.Package, f *ast.File) {
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			fl.assign(c, n.Lhs, n.Rhs)
		case *ast.ValueSpec:
			lhs := make([]ast.Expr, len(n.Names))
			for i, id := range n.Names {
				lhs[i] = id
			}
			fl.assign(c, lhs, n.Values)
		case *ast.CompositeLit:
			fl.literal(c, n)
		case *ast.CallExpr:
			fl.call(c, n)
		case *ast.FuncDecl:
			if fn, ok := c.Info.Defs[n.Name].(*types.Func); ok && n.Body != nil {
				fl.returns(c, n.Body, fn.FullName(), n.Type)
			}
		case *ast.FuncLit:
			fl.returns(c, n.Body, fl.function(c, n), n.Type)
		}
		return true
	})
}

func (fl *flow) put(c *load.Package, to string, e ast.Expr) {
	if to != "" && mayHoldCommand(c.Info.TypeOf(e)) {
		fl.into[to] = append(fl.into[to], origin{e, c})
	}
}

func (fl *flow) assign(c *load.Package, lhs, rhs []ast.Expr) {
	if len(lhs) == len(rhs) {
		for i := range lhs {
			fl.put(c, fl.place(c, lhs[i]), rhs[i])
		}
		return
	}
	if len(rhs) != 1 {
		return
	}
	call, ok := ast.Unparen(rhs[0]).(*ast.CallExpr)
	if !ok {
		return
	}
	for i := range lhs {
		if to := fl.place(c, lhs[i]); to != "" && mayHoldCommand(c.Info.TypeOf(lhs[i])) {
			fl.into[to] = append(fl.into[to], origin{&resultOf{CallExpr: call, index: i}, c})
		}
	}
}

// resultOf is one result of a call with several.
type resultOf struct {
	*ast.CallExpr
	index int
}

// fieldOf is an embedded field that a promoted method's receiver implies.
type fieldOf struct {
	ast.Expr
	owner types.Type
	name  string
}

func (fl *flow) literal(c *load.Package, lit *ast.CompositeLit) {
	t := c.Info.TypeOf(lit)
	if t == nil || isCommand(t) {
		return
	}
	st, ok := deref(t).Underlying().(*types.Struct)
	if !ok {
		return
	}
	for i, elt := range lit.Elts {
		if kv, ok := elt.(*ast.KeyValueExpr); ok {
			if key, ok := kv.Key.(*ast.Ident); ok {
				fl.put(c, fieldPlace(t, key.Name), kv.Value)
			}
		} else if i < st.NumFields() {
			fl.put(c, fieldPlace(t, st.Field(i).Name()), elt)
		}
	}
}

func (fl *flow) call(c *load.Package, call *ast.CallExpr) {
	fn := callee(c, call)
	if fn == nil {
		return
	}
	for i, arg := range call.Args {
		fl.put(c, paramPlace(fn, i), arg)
	}
}

func (fl *flow) returns(c *load.Package, body *ast.BlockStmt, name string, typ *ast.FuncType) {
	eachReturn(body, func(ret *ast.ReturnStmt) {
		for i, e := range ret.Results {
			fl.put(c, fmt.Sprintf("%s#%d", name, i), e)
		}
		if len(ret.Results) == 0 && typ.Results != nil {
			i := 0
			for _, field := range typ.Results.List {
				for _, id := range field.Names {
					fl.put(c, fmt.Sprintf("%s#%d", name, i), id)
					i++
				}
			}
		}
	})
}

// eachReturn visits the return statements of a function, not those of
// functions inside it.
func eachReturn(body *ast.BlockStmt, visit func(*ast.ReturnStmt)) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			visit(n)
		}
		return true
	})
}

// function names a function literal.
func (fl *flow) function(c *load.Package, lit *ast.FuncLit) string {
	return fmt.Sprintf("%s@%d", c.PkgPath, lit.Pos())
}

// place names what an expression denotes, "" for what the flow does not follow.
func (fl *flow) place(c *load.Package, e ast.Expr) string {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		if v, ok := c.Info.ObjectOf(e).(*types.Var); ok {
			return fl.variable(c, v)
		}
	case *ast.SelectorExpr:
		if sel, ok := c.Info.Selections[e]; ok {
			if sel.Kind() == types.FieldVal {
				return fieldPlace(ownerOf(sel), e.Sel.Name)
			}
			return ""
		}
		if v, ok := c.Info.Uses[e.Sel].(*types.Var); ok {
			return fl.variable(c, v)
		}
	case *ast.StarExpr:
		return fl.place(c, e.X)
	case *ast.UnaryExpr:
		if e.Op == token.AND {
			return fl.place(c, e.X)
		}
	case *ast.TypeAssertExpr:
		return fl.place(c, e.X)
	case *fieldOf:
		return fieldPlace(e.owner, e.name)
	case *resultOf:
		return fl.result(c, e.CallExpr, e.index)
	case *ast.CallExpr:
		return fl.result(c, e, 0)
	}
	return ""
}

// result names a result of a call: of a function, of a function literal, or of
// whatever function the called value holds.
func (fl *flow) result(c *load.Package, call *ast.CallExpr, i int) string {
	if fn := callee(c, call); fn != nil {
		return fmt.Sprintf("%s#%d", fn.FullName(), i)
	}
	if lit, ok := ast.Unparen(call.Fun).(*ast.FuncLit); ok {
		return fmt.Sprintf("%s#%d", fl.function(c, lit), i)
	}
	if value := fl.place(c, call.Fun); value != "" && mayHoldCommand(c.Info.TypeOf(call.Fun)) {
		return value + "()"
	}
	return ""
}

// variable names a variable: by package and name at package level, by its
// function and position in the list for a parameter, by position elsewhere.
func (fl *flow) variable(c *load.Package, v *types.Var) string {
	if v.Pkg() != nil && v.Parent() == v.Pkg().Scope() {
		return v.Pkg().Path() + "." + v.Name()
	}
	if p, ok := fl.parameters(c)[v]; ok {
		return p
	}
	return fmt.Sprintf("%s@%d", c.PkgPath, v.Pos())
}

// parameters maps the parameters of a package's declared functions to places.
func (fl *flow) parameters(c *load.Package) map[*types.Var]string {
	if places := fl.params[c]; places != nil {
		return places
	}
	places := map[*types.Var]string{}
	for _, f := range c.Files {
		for _, d := range f.Decls {
			decl, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			fn, ok := c.Info.Defs[decl.Name].(*types.Func)
			if !ok {
				continue
			}
			sig := fn.Type().(*types.Signature)
			for i := 0; i < sig.Params().Len(); i++ {
				places[sig.Params().At(i)] = paramPlace(fn, i)
			}
		}
	}
	fl.params[c] = places
	return places
}

func paramPlace(fn *types.Func, i int) string { return fmt.Sprintf("%s$%d", fn.FullName(), i) }

func fieldPlace(owner types.Type, name string) string {
	if owner == nil {
		return ""
	}
	return "field " + types.TypeString(deref(owner), nil) + "." + name
}

// ownerOf returns the struct type that declares the selected field, behind
// any embedding.
func ownerOf(sel *types.Selection) types.Type {
	t := sel.Recv()
	for _, i := range sel.Index()[:len(sel.Index())-1] {
		st, ok := deref(t).Underlying().(*types.Struct)
		if !ok {
			return nil
		}
		t = st.Field(i).Type()
	}
	return t
}

// A literal is a composite literal of cobra.Command.
type literal struct {
	lit *ast.CompositeLit
	in  *load.Package
}

// literals returns the composite literals that expr can stand for. It calls
// visited with every place on the way back.
func (fl *flow) literals(expr ast.Expr, in *load.Package, visited func(place string)) (found []literal) {
	seen := map[string]bool{}
	var follow func(place string)
	visit := func(e ast.Expr, c *load.Package) {
		e = ast.Unparen(e)
		if u, ok := e.(*ast.UnaryExpr); ok && u.Op == token.AND {
			e = ast.Unparen(u.X)
		}
		if lit, ok := e.(*ast.CompositeLit); ok && isCommand(c.Info.TypeOf(lit)) {
			found = append(found, literal{lit, c})
			return
		}
		follow(fl.place(c, e))
	}
	follow = func(place string) {
		if place == "" || seen[place] {
			return
		}
		seen[place] = true
		fl.more(place)
		visited(place)
		for _, o := range fl.into[place] {
			if !isNil(o.expr, o.in) {
				visit(o.expr, o.in)
			}
		}
		if value, ok := strings.CutSuffix(place, "()"); ok {
			for _, o := range fl.into[value] {
				follow(fl.called(o))
			}
		}
	}
	visit(expr, in)
	return found
}

// called is the place of what a function value returns.
func (fl *flow) called(o origin) string {
	if lit, ok := ast.Unparen(o.expr).(*ast.FuncLit); ok {
		return fl.function(o.in, lit) + "#0"
	}
	if fn, ok := named(o.in, o.expr).(*types.Func); ok {
		return fn.FullName() + "#0"
	}
	if value := fl.place(o.in, o.expr); value != "" {
		return value + "()"
	}
	return ""
}

package rewrite

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strings"
)

// A flow says where the *cobra.Command values of the checked packages come
// from: for each variable, field, parameter and function result, the
// expressions that are assigned to it. Places are named by strings, because
// each package is checked against its imports' export data and the same object
// has another identity in every package.
type flow struct {
	into map[string][]origin
}

// An origin is an expression and the package that it stands in.
type origin struct {
	expr ast.Expr
	in   *checked
}

func newFlow() *flow { return &flow{into: map[string][]origin{}} }

// add records the assignments of one package.
func (fl *flow) add(c *checked) {
	for _, f := range c.files {
		fl.addFile(c, f)
	}
}

// addFile records the assignments of one file.
func (fl *flow) addFile(c *checked, f *ast.File) {
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
			if fn, ok := c.info.Defs[n.Name].(*types.Func); ok && n.Body != nil {
				fl.returns(c, n.Body, fn.FullName(), n.Type)
			}
		}
		return true
	})
}

func (fl *flow) put(c *checked, to string, e ast.Expr) {
	if to != "" && mayHoldCommand(c.info.TypeOf(e)) {
		fl.into[to] = append(fl.into[to], origin{e, c})
	}
}

func (fl *flow) assign(c *checked, lhs, rhs []ast.Expr) {
	if len(lhs) == len(rhs) {
		for i := range lhs {
			fl.put(c, c.place(lhs[i]), rhs[i])
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
	fn := c.callee(call)
	if fn == nil {
		return
	}
	for i := range lhs {
		if to := c.place(lhs[i]); to != "" && mayHoldCommand(c.info.TypeOf(lhs[i])) {
			fl.into[to] = append(fl.into[to], origin{&resultOf{CallExpr: call, index: i}, c})
		}
	}
}

// resultOf is one result of a call with several.
type resultOf struct {
	*ast.CallExpr
	index int
}

func (fl *flow) literal(c *checked, lit *ast.CompositeLit) {
	t := c.info.TypeOf(lit)
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

func (fl *flow) call(c *checked, call *ast.CallExpr) {
	fn := c.callee(call)
	if fn == nil {
		return
	}
	for i, arg := range call.Args {
		fl.put(c, paramPlace(fn, i), arg)
	}
}

func (fl *flow) returns(c *checked, body *ast.BlockStmt, name string, typ *ast.FuncType) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			for i, e := range n.Results {
				fl.put(c, fmt.Sprintf("%s#%d", name, i), e)
			}
			if len(n.Results) == 0 && typ.Results != nil {
				i := 0
				for _, field := range typ.Results.List {
					for _, id := range field.Names {
						fl.put(c, fmt.Sprintf("%s#%d", name, i), id)
						i++
					}
				}
			}
		}
		return true
	})
}

// place names what an expression denotes, "" for what the flow does not follow.
func (c *checked) place(e ast.Expr) string {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		obj := c.info.ObjectOf(e)
		v, ok := obj.(*types.Var)
		if !ok {
			return ""
		}
		return c.variable(v)
	case *ast.SelectorExpr:
		if sel, ok := c.info.Selections[e]; ok {
			if sel.Kind() == types.FieldVal {
				return fieldPlace(ownerOf(sel), e.Sel.Name)
			}
			return ""
		}
		if v, ok := c.info.Uses[e.Sel].(*types.Var); ok {
			return c.variable(v)
		}
	case *ast.StarExpr:
		return c.place(e.X)
	case *ast.UnaryExpr:
		if e.Op == token.AND {
			return c.place(e.X)
		}
	case *ast.TypeAssertExpr:
		return c.place(e.X)
	case *fieldOf:
		return fieldPlace(e.owner, e.name)
	case *resultOf:
		if fn := c.callee(e.CallExpr); fn != nil {
			return fmt.Sprintf("%s#%d", fn.FullName(), e.index)
		}
	case *ast.CallExpr:
		if fn := c.callee(e); fn != nil {
			return fn.FullName() + "#0"
		}
	}
	return ""
}

// variable names a variable: by package and name at package level, by its
// function and position in the list for a parameter, by position elsewhere.
func (c *checked) variable(v *types.Var) string {
	if v.Pkg() != nil && v.Parent() == v.Pkg().Scope() {
		return v.Pkg().Path() + "." + v.Name()
	}
	if p, ok := c.params()[v]; ok {
		return p
	}
	return fmt.Sprintf("%s@%d", c.pkg.PkgPath, v.Pos())
}

// params maps the parameters of the package's declared functions to places.
func (c *checked) params() map[*types.Var]string {
	if c.paramPlaces != nil {
		return c.paramPlaces
	}
	c.paramPlaces = map[*types.Var]string{}
	for _, f := range c.files {
		for _, d := range f.Decls {
			decl, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			fn, ok := c.info.Defs[decl.Name].(*types.Func)
			if !ok {
				continue
			}
			sig := fn.Type().(*types.Signature)
			for i := 0; i < sig.Params().Len(); i++ {
				c.paramPlaces[sig.Params().At(i)] = paramPlace(fn, i)
			}
		}
	}
	return c.paramPlaces
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

// callee returns the function or method that a call names, nil for values.
func (c *checked) callee(call *ast.CallExpr) *types.Func {
	var id *ast.Ident
	switch fun := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		id = fun
	case *ast.SelectorExpr:
		id = fun.Sel
	case *ast.IndexExpr:
		return c.callee(&ast.CallExpr{Fun: fun.X})
	default:
		return nil
	}
	fn, _ := c.info.Uses[id].(*types.Func)
	if fn != nil {
		return fn.Origin()
	}
	return nil
}

func deref(t types.Type) types.Type {
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok {
		return types.Unalias(p.Elem())
	}
	return t
}

// isCommand reports whether t is cobra.Command or a pointer to it.
func isCommand(t types.Type) bool {
	if t == nil {
		return false
	}
	named, ok := deref(t).(*types.Named)
	return ok && named.Obj().Name() == "Command" && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == cobraPath
}

// mayHoldCommand reports whether a command can travel in a value of type t: a
// command, or a struct that holds one.
func mayHoldCommand(t types.Type) bool {
	if t == nil {
		return false
	}
	if isCommand(t) {
		return true
	}
	switch u := deref(t).Underlying().(type) {
	case *types.Interface:
		return true
	case *types.Struct:
		for i := 0; i < u.NumFields(); i++ {
			if isCommand(u.Field(i).Type()) {
				return true
			}
		}
	case *types.Tuple:
		return true
	}
	return false
}

// A rootLiteral is a composite literal of cobra.Command that can be executed.
type rootLiteral struct {
	lit *ast.CompositeLit
	in  *checked
}

// literals returns the composite literals that expr can stand for, and whether
// every way back ended at one.
func (fl *flow) literals(expr ast.Expr, in *checked, more func(place string)) (found []rootLiteral, complete bool) {
	complete = true
	seen := map[string]bool{}
	var visit func(e ast.Expr, c *checked)
	visit = func(e ast.Expr, c *checked) {
		e = ast.Unparen(e)
		if u, ok := e.(*ast.UnaryExpr); ok && u.Op == token.AND {
			e = ast.Unparen(u.X)
		}
		if lit, ok := e.(*ast.CompositeLit); ok {
			if isCommand(c.info.TypeOf(lit)) {
				found = append(found, rootLiteral{lit, c})
				return
			}
		}
		place := c.place(e)
		if seen[place] && place != "" {
			return
		}
		seen[place] = true
		more(place)
		origins := fl.into[place]
		known := false
		for _, o := range origins {
			if isNil(o.expr, o.in) {
				continue
			}
			known = true
			visit(o.expr, o.in)
		}
		if !known {
			complete = false
		}
	}
	visit(expr, in)
	return found, complete
}

func isNil(e ast.Expr, c *checked) bool {
	tv, ok := c.info.Types[e]
	return ok && tv.IsNil()
}

// useOf returns the first word of a command literal's Use, "" when it is not
// constant.
func useOf(r rootLiteral) string {
	for _, elt := range r.lit.Elts {
		if kv, ok := elt.(*ast.KeyValueExpr); ok {
			if key, ok := kv.Key.(*ast.Ident); ok && key.Name == "Use" {
				return firstWord(kv.Value, r.in)
			}
		}
	}
	return ""
}

// firstWord is the first word of a constant string, "" for anything else.
func firstWord(e ast.Expr, c *checked) string {
	if e == nil {
		return ""
	}
	value := c.info.Types[e].Value
	if value == nil || value.Kind() != constant.String {
		return ""
	}
	word, _, _ := strings.Cut(constant.StringVal(value), " ")
	return word
}

// fieldOf is an embedded field that a promoted method's receiver implies.
type fieldOf struct {
	ast.Expr
	owner types.Type
	name  string
}

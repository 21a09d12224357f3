package find

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
)

// A flow says where values come from: it has, for each place that keeps a value, what is
// assigned to it. It covers the packages that were added to it. It is a may-analysis: the
// order of statements, conditions and callers are ignored.
type flow struct {
	into   map[string][]origin
	params map[*types.Var]string // places of the parameters of declared functions
	added  map[*load.Package]bool
	more   func(place string) // called for each place on the way back; may add its package
}

// An origin is where a value comes from: an expression, or else another place.
type origin struct {
	expr  ast.Expr
	place string
	in    *load.Package
}

func newFlow() *flow {
	return &flow{into: map[string][]origin{}, params: map[*types.Var]string{}, added: map[*load.Package]bool{}, more: func(string) {}}
}

// add records the assignments of one package, once.
func (fl *flow) add(c *load.Package) {
	if fl.added[c] {
		return
	}
	fl.added[c] = true
	for _, f := range c.Files {
		fl.addFile(c, f)
	}
}

// addFile records the assignments of one file.
func (fl *flow) addFile(c *load.Package, f *ast.File) {
	for n := range ast.Preorder(f) {
		switch n := n.(type) {
		case *ast.AssignStmt:
			fl.assign(c, places(fl, c, n.Lhs), n.Rhs)
		case *ast.ValueSpec:
			fl.assign(c, places(fl, c, n.Names), n.Values)
		case *ast.RangeStmt:
			if n.Value != nil {
				fl.put(fl.place(c, n.Value), origin{place: elementOf(fl.place(c, n.X)), in: c})
			}
		case *ast.SendStmt:
			fl.put(elementOf(fl.place(c, n.Chan)), origin{expr: n.Value, in: c})
		case *ast.TypeSwitchStmt:
			if assign, ok := n.Assign.(*ast.AssignStmt); ok { // the variables of all cases share one place
				fl.put(at(c, assign.Lhs[0]), origin{expr: assign.Rhs[0], in: c})
			}
		case *ast.CompositeLit:
			fl.literal(c, n)
		case *ast.CallExpr:
			fl.call(c, n)
		case *ast.SelectorExpr:
			if sel := c.Info.Selections[n]; sel != nil && sel.Kind() == types.MethodVal {
				fl.put(paramPlace(sel.Obj().(*types.Func), ofReceiver), receiver(c, n, sel))
			}
		case *ast.FuncDecl:
			if fn, ok := c.Info.Defs[n.Name].(*types.Func); ok {
				fl.declare(c, n, fn)
			}
		case *ast.FuncLit:
			fl.returns(c, n.Body, fl.place(c, n), n.Type)
		}
	}
}

func (fl *flow) put(to string, from origin) {
	if to != "" && (from.expr != nil || from.place != "") {
		fl.into[to] = append(fl.into[to], from)
	}
}

// places returns those of some expressions.
func places[E ast.Expr](fl *flow, c *load.Package, list []E) (names []string) {
	for _, e := range list {
		names = append(names, fl.place(c, e))
	}
	return names
}

// assign records an assignment to places: of one value each, or of the results of one call.
func (fl *flow) assign(c *load.Package, to []string, values []ast.Expr) {
	if len(to) == len(values) {
		for i, value := range values {
			fl.put(to[i], origin{expr: value, in: c})
		}
		return
	}
	if len(values) != 1 {
		return
	}
	call, ok := ast.Unparen(values[0]).(*ast.CallExpr)
	if !ok { // v, ok := m[k]
		fl.put(to[0], origin{expr: values[0], in: c})
		return
	}
	for i, place := range to {
		fl.put(place, origin{place: resultOf(fl.place(c, call.Fun), i), in: c})
	}
}

// literal records the fields of a struct, or the elements of anything else.
// Since Go 1.27 the literal of the outer struct may have keys of an embedded
// struct's fields.
func (fl *flow) literal(c *load.Package, lit *ast.CompositeLit) {
	t := c.Info.TypeOf(lit)
	if t == nil {
		return
	}
	st, isStruct := deref(t).Underlying().(*types.Struct)
	for i, elt := range lit.Elts {
		kv, keyed := elt.(*ast.KeyValueExpr)
		to := elementOf(fl.place(c, lit))
		switch {
		case isStruct && keyed:
			to = ""
			if key, ok := kv.Key.(*ast.Ident); ok {
				if _, index, _ := types.LookupFieldOrMethod(t, true, c.Types, key.Name); len(index) > 0 {
					to = fieldPlace(declaring(t, index), key.Name)
				}
			}
		case isStruct && i < st.NumFields():
			to = fieldPlace(t, st.Field(i).Name())
		}
		if keyed {
			elt = kv.Value
		}
		fl.put(to, origin{expr: elt, in: c})
	}
}

func (fl *flow) call(c *load.Package, call *ast.CallExpr) {
	if builtin, ok := named(c, call.Fun).(*types.Builtin); ok && builtin.Name() == "append" {
		fl.put(at(c, call), origin{expr: call.Args[0], in: c})
		for _, arg := range call.Args[1:] {
			fl.put(elementOf(at(c, call)), fl.variadic(c, call, arg))
		}
	}
	fn := callee(c, call)
	if fn == nil {
		return
	}
	for i, arg := range call.Args {
		fl.put(argumentPlace(fn, i, call.Ellipsis.IsValid()), origin{expr: arg, in: c})
	}
}

// variadic returns the origin of an element that a call hands to a variadic parameter in
// one of its arguments.
func (fl *flow) variadic(c *load.Package, call *ast.CallExpr, arg ast.Expr) origin {
	if call.Ellipsis.IsValid() {
		return origin{place: elementOf(fl.place(c, arg)), in: c}
	}
	return origin{expr: arg, in: c}
}

// declare records what a function returns and where its parameters are. A
// method's parameters and results are also those of the interface methods that it
// may implement.
func (fl *flow) declare(c *load.Package, decl *ast.FuncDecl, fn *types.Func) {
	sig := fn.Signature()
	fl.params[sig.Recv()] = paramPlace(fn, ofReceiver) // a function has none: nil
	for i := range sig.Params().Len() {
		fl.params[sig.Params().At(i)] = paramPlace(fn, i)
		if sig.Recv() != nil {
			fl.put(paramPlace(fn, i), origin{place: fmt.Sprintf("%s$%d", methodPlace(fn), i), in: c})
		}
	}
	if decl.Body == nil {
		return
	}
	fl.returns(c, decl.Body, fn.FullName(), decl.Type)
	if sig.Recv() != nil {
		for i := range sig.Results().Len() {
			fl.put(resultOf(methodPlace(fn), i), origin{place: resultOf(fn.FullName(), i), in: c})
		}
	}
}

// returns records the results of the function at a place.
func (fl *flow) returns(c *load.Package, body *ast.BlockStmt, function string, typ *ast.FuncType) {
	results := make([]string, typ.Results.NumFields())
	for i := range results {
		results[i] = resultOf(function, i)
	}
	var names []ast.Expr
	if typ.Results != nil {
		for _, field := range typ.Results.List {
			for _, id := range field.Names {
				names = append(names, id)
			}
		}
	}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false // its return statements are its own
		case *ast.ReturnStmt:
			if n.Results == nil {
				fl.assign(c, results, names)
			}
			fl.assign(c, results, n.Results)
		}
		return true
	})
}

// back visits every expression that a value can come from, backwards, until visitExpr
// reports the end of a way. It returns the places that it passed.
func (fl *flow) back(from origin, visitExpr func(e ast.Expr, in *load.Package) (end bool)) (passed map[string]bool) {
	passed = map[string]bool{}
	var follow func(place string)
	visit := func(o origin) {
		if o.expr == nil {
			follow(o.place)
			return
		}
		for e := o.expr; !isNil(e, o.in) && !visitExpr(e, o.in); e = inner(o.in, e) {
			if inner(o.in, e) == nil {
				follow(fl.place(o.in, e))
				return
			}
		}
	}
	follow = func(place string) {
		if place == "" || passed[place] {
			return
		}
		passed[place] = true
		fl.more(place)
		for _, o := range fl.origins(place) {
			visit(o)
		}
	}
	visit(from)
	return passed
}

// origins returns what is assigned to a place. A derived place, such as the result of calling a
// variable, also has the origins that the same suffix gives to the origins of the variable.
func (fl *flow) origins(place string) (list []origin) {
	list = slices.Clone(fl.into[place])
	if value, suffix := cutDerived(place); suffix != "" && strings.Count(value, "[]")+strings.Count(value, "()#") < 4 { // a tree's nodes hold nodes
		for _, o := range fl.origins(value) {
			list = append(list, origin{place: derived(cmp.Or(o.place, fl.place(o.in, o.expr)), suffix), in: o.in})
		}
	}
	return list
}

// inner returns an expression without one of its parentheses, conversions, type assertions, &
// and *, nil if it has none. They make no difference to where a value comes from.
func inner(c *load.Package, e ast.Expr) ast.Expr {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return e.X
	case *ast.UnaryExpr:
		if e.Op == token.AND {
			return e.X
		}
	case *ast.StarExpr:
		return e.X
	case *ast.TypeAssertExpr:
		return e.X
	case *ast.CallExpr:
		if tv, ok := c.Info.Types[e.Fun]; ok && tv.IsType() && len(e.Args) == 1 {
			return e.Args[0]
		}
	}
	return nil
}

// A literal is a composite literal of cobra.Command.
type literal struct {
	lit *ast.CompositeLit
	in  *load.Package
}

// literals returns the composite literals that a command can come from.
func (fl *flow) literals(from origin) []literal {
	found, _ := fl.backToLiterals(from)
	return found
}

// backToLiterals is literals with the places that it passed.
func (fl *flow) backToLiterals(from origin) (found []literal, passed map[string]bool) {
	passed = fl.back(from, func(e ast.Expr, in *load.Package) bool {
		lit, ok := e.(*ast.CompositeLit)
		if !ok || !isCommand(in.Info.TypeOf(lit)) {
			return false
		}
		found = append(found, literal{lit, in})
		return true
	})
	return found, passed
}

// packageOf returns the import path in the name of a place.
func packageOf(place string) string {
	place = strings.TrimPrefix(place, "field ")
	place = strings.TrimLeft(place, "(*")
	if i := strings.IndexAny(place, "[@"); i >= 0 {
		place = place[:i]
	}
	slash := strings.LastIndexByte(place, '/') + 1
	if dot := strings.IndexByte(place[slash:], '.'); dot >= 0 {
		return place[:slash+dot]
	}
	return place
}

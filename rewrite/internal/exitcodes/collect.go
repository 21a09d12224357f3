package exitcodes

import (
	"fmt"
	"go/ast"
	"go/types"
)

// collect records the assignments of a package, and the calls that end the process.
func (s *search) collect(p Package) {
	for _, f := range p.Files {
		for _, d := range f.Decls {
			if decl, ok := d.(*ast.FuncDecl); ok && decl.Body != nil {
				if fn, ok := p.Info.Defs[decl.Name].(*types.Func); ok {
					s.declared(p, decl, fn)
				}
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				s.assign(p, n.Lhs, n.Rhs)
			case *ast.ValueSpec:
				lhs := make([]ast.Expr, len(n.Names))
				for i, id := range n.Names {
					lhs[i] = id
				}
				s.assign(p, lhs, n.Values)
			case *ast.RangeStmt:
				if n.Value != nil {
					s.put(p, place(p, n.Value), &ast.IndexExpr{X: n.X, Index: n.X})
				}
			case *ast.CompositeLit:
				s.literal(p, n)
			case *ast.FuncLit:
				s.returns(p, n.Body, literalPlace(p, n), n.Type)
			case *ast.CallExpr:
				s.call(p, n)
			}
			return true
		})
	}
}

// throughValues adds the calls of values that hold a function which ends the process.
func (s *search) throughValues() {
	for _, c := range s.called {
		if s.holdsExit(c.place, map[string]bool{}) {
			s.exit = append(s.exit, c.arg)
		}
	}
}

// declared records what a function returns, and where its parameters are.
func (s *search) declared(p Package, decl *ast.FuncDecl, fn *types.Func) {
	s.returns(p, decl.Body, fn.FullName(), decl.Type)
	sig := fn.Signature()
	if sig.Recv() != nil {
		for i := range sig.Results().Len() {
			s.alias(fmt.Sprintf("%s#%d", methodPlace(fn), i), fmt.Sprintf("%s#%d", fn.FullName(), i), p)
		}
	}
	for i := range sig.Params().Len() {
		s.alias(variable(sig.Params().At(i)), paramPlace(fn, i), p)
	}
}

// alias makes a place get all that another gets.
func (s *search) alias(to, from string, p Package) {
	if to != "" {
		s.into[to] = append(s.into[to], origin{&placed{place: from}, p})
	}
}

// placed is an expression that stands for a place.
type placed struct {
	ast.BadExpr
	place string
}

func (s *search) put(p Package, to string, e ast.Expr) {
	if to != "" {
		s.into[to] = append(s.into[to], origin{e, p})
	}
}

func (s *search) assign(p Package, lhs, rhs []ast.Expr) {
	if len(lhs) == len(rhs) {
		for i := range lhs {
			s.put(p, place(p, lhs[i]), rhs[i])
		}
		return
	}
	if len(rhs) != 1 {
		return
	}
	switch value := ast.Unparen(rhs[0]).(type) {
	case *ast.CallExpr: // several results
		for i := range lhs {
			s.alias(place(p, lhs[i]), resultPlace(p, value, i), p)
		}
	case *ast.IndexExpr, *ast.TypeAssertExpr: // v, ok := m[k]
		s.put(p, place(p, lhs[0]), value)
	}
}

// literal records the fields of a struct, those of embedded structs included,
// whose keys may stand in the outer literal since Go 1.27.
func (s *search) literal(p Package, lit *ast.CompositeLit) {
	t := p.Info.TypeOf(lit)
	if t == nil {
		return
	}
	st, ok := deref(t).Underlying().(*types.Struct)
	if !ok {
		return
	}
	for i, elt := range lit.Elts {
		if kv, ok := elt.(*ast.KeyValueExpr); ok {
			if key, ok := kv.Key.(*ast.Ident); ok {
				if _, index, _ := types.LookupFieldOrMethod(t, true, p.Types, key.Name); len(index) > 0 {
					s.put(p, fieldPlace(declaring(t, index), key.Name), kv.Value)
				}
			}
		} else if i < st.NumFields() {
			s.put(p, fieldPlace(t, st.Field(i).Name()), elt)
		}
	}
}

func (s *search) call(p Package, c *ast.CallExpr) {
	switch fn := object(p, c.Fun).(type) {
	case *types.Func:
		for i, arg := range c.Args {
			s.put(p, paramPlace(fn.Origin(), i), arg)
		}
		if i := s.exits(fn.Origin()); i >= 0 && i < len(c.Args) {
			s.exit = append(s.exit, origin{c.Args[i], p})
		}
	case *types.Var:
		if len(c.Args) == 1 {
			s.called = append(s.called, call{place(p, c.Fun), origin{c.Args[0], p}})
		}
	}
}

// holdsExit reports whether a function that ends the process is kept in a place.
func (s *search) holdsExit(name string, seen map[string]bool) bool {
	if name == "" || seen[name] {
		return false
	}
	seen[name] = true
	for _, o := range s.into[name] {
		from, aliased := o.expr.(*placed)
		switch {
		case aliased:
			if s.holdsExit(from.place, seen) {
				return true
			}
		default:
			if fn, ok := object(o.in, o.expr).(*types.Func); ok && s.exits(fn.Origin()) == 0 {
				return true
			}
			if s.holdsExit(place(o.in, o.expr), seen) {
				return true
			}
		}
	}
	return false
}

func (s *search) returns(p Package, body *ast.BlockStmt, name string, typ *ast.FuncType) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			if call, ok := onlyCall(n); ok && typ.Results.NumFields() > 1 {
				for i := range typ.Results.NumFields() {
					s.alias(fmt.Sprintf("%s#%d", name, i), resultPlace(p, call, i), p)
				}
				return true
			}
			for i, e := range n.Results {
				s.put(p, fmt.Sprintf("%s#%d", name, i), e)
			}
		}
		return true
	})
	if typ.Results == nil {
		return
	}
	i := 0
	for _, field := range typ.Results.List {
		for _, id := range field.Names { // may be returned by name
			s.put(p, fmt.Sprintf("%s#%d", name, i), id)
			i++
		}
	}
}

func onlyCall(ret *ast.ReturnStmt) (*ast.CallExpr, bool) {
	if len(ret.Results) != 1 {
		return nil, false
	}
	call, ok := ast.Unparen(ret.Results[0]).(*ast.CallExpr)
	return call, ok
}

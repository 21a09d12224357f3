package exitcodes

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
)

// A place is where a value is kept: a variable, a field, a parameter, a result.
// Places are named by strings, because each package is type-checked against the
// export data of its imports, and the same object is another one there.

// place names what an expression denotes, "" for what is not followed.
func place(p Package, e ast.Expr) string {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		if v, ok := p.Info.ObjectOf(e).(*types.Var); ok {
			return variable(v)
		}
	case *ast.SelectorExpr:
		if sel, ok := p.Info.Selections[e]; ok {
			if sel.Kind() == types.FieldVal {
				return fieldPlace(owner(sel), e.Sel.Name)
			}
			return ""
		}
		if v, ok := p.Info.Uses[e.Sel].(*types.Var); ok {
			return variable(v)
		}
	case *ast.StarExpr:
		return place(p, e.X)
	case *ast.UnaryExpr:
		if e.Op == token.AND {
			return place(p, e.X)
		}
	case *ast.TypeAssertExpr:
		return place(p, e.X)
	case *ast.CallExpr:
		return resultPlace(p, e, 0)
	case *ast.IndexExpr:
		return elementsOf(place(p, e.X))
	}
	return ""
}

// resultPlace names a result of a call.
func resultPlace(p Package, call *ast.CallExpr, i int) string {
	switch fn := object(p, call.Fun).(type) {
	case *types.Func:
		return functionPlace(fn) + fmt.Sprintf("#%d", i)
	case *types.Var:
		if value := place(p, call.Fun); value != "" {
			return fmt.Sprintf("%s()#%d", value, i)
		}
	}
	return ""
}

// functionPlace names a function. A method called through an interface may be
// any of that name: all methods of one name and number of results share a place.
func functionPlace(fn *types.Func) string {
	fn = fn.Origin()
	if recv := fn.Signature().Recv(); recv != nil && types.IsInterface(recv.Type()) {
		return methodPlace(fn)
	}
	return fn.FullName()
}

func methodPlace(fn *types.Func) string {
	return fmt.Sprintf("method %s %s", fn.Name(), types.TypeString(types.NewSignatureType(nil, nil, nil, fn.Signature().Params(), fn.Signature().Results(), fn.Signature().Variadic()), nil))
}

// variable names a variable: by package and name at package level, by its
// position elsewhere, where positions are those of one file set.
func variable(v *types.Var) string {
	if v.Pkg() != nil && v.Parent() == v.Pkg().Scope() {
		return v.Pkg().Path() + "." + v.Name()
	}
	if v.Pkg() == nil {
		return ""
	}
	return fmt.Sprintf("%s@%d", v.Pkg().Path(), v.Pos())
}

func paramPlace(fn *types.Func, i int) string { return fmt.Sprintf("%s$%d", fn.FullName(), i) }

func literalPlace(p Package, lit *ast.FuncLit) string {
	return fmt.Sprintf("%s@%d", p.Types.Path(), lit.Pos())
}

func elementsOf(place string) string {
	if place == "" {
		return ""
	}
	return place + "[]"
}

func fieldPlace(owner types.Type, name string) string {
	if owner == nil {
		return ""
	}
	if named, ok := deref(owner).(*types.Named); ok {
		owner = named.Origin()
	}
	return "field " + types.TypeString(deref(owner), nil) + "." + name
}

// owner returns the struct type that declares a selected field, behind any embedding.
func owner(sel *types.Selection) types.Type { return declaring(sel.Recv(), sel.Index()) }

func declaring(t types.Type, index []int) types.Type {
	for _, i := range index[:len(index)-1] {
		st, ok := deref(t).Underlying().(*types.Struct)
		if !ok {
			return nil
		}
		t = st.Field(i).Type()
	}
	return t
}

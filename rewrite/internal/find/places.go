package find

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
)

// A place keeps a value: a variable, a field, a parameter, a function. It is named by
// a string, because each package is type-checked against the export data of its imports,
// in which the same object has another identity. Two suffixes derive a place from
// another: F()#0 is the first result of the function at F, and L[] stands for all
// elements of the map, slice, array or channel at L.

// place returns the place of an expression, "" if the flow does not follow it.
func (fl *flow) place(c *load.Package, e ast.Expr) string {
	if inside := inner(c, e); inside != nil {
		return fl.place(c, inside)
	}
	switch e := e.(type) {
	case *ast.Ident:
		return fl.object(c, c.Info.ObjectOf(e))
	case *ast.SelectorExpr:
		if sel, ok := c.Info.Selections[e]; ok && sel.Kind() == types.FieldVal {
			return fieldPlace(ownerOf(sel), e.Sel.Name)
		}
		return fl.object(c, c.Info.Uses[e.Sel])
	case *ast.IndexExpr:
		if fn, ok := named(c, e).(*types.Func); ok {
			return functionPlace(fn) // with a type argument
		}
		return elementOf(fl.place(c, e.X))
	case *ast.IndexListExpr:
		return fl.place(c, e.X)
	case *ast.UnaryExpr:
		if e.Op == token.ARROW {
			return elementOf(fl.place(c, e.X))
		}
	case *ast.CallExpr:
		if c.Info.Types[e.Fun].IsBuiltin() {
			return at(c, e)
		}
		return resultOf(fl.place(c, e.Fun), 0)
	case *ast.FuncLit, *ast.CompositeLit:
		return at(c, e)
	}
	return ""
}

// at returns the place of what has no name, by its position.
func at(c *load.Package, e interface{ Pos() token.Pos }) string {
	return fmt.Sprintf("%s@%d", c.PkgPath, e.Pos())
}

// object returns the place of a variable or function: by package and name at package level,
// as a parameter of its function, by its position elsewhere.
func (fl *flow) object(c *load.Package, obj types.Object) string {
	switch obj := obj.(type) {
	case *types.Func:
		return functionPlace(obj)
	case *types.Var:
		if obj.Pkg() != nil && obj.Parent() == obj.Pkg().Scope() {
			return obj.Pkg().Path() + "." + obj.Name()
		}
		if place, ok := fl.params[obj]; ok {
			return place
		}
		return at(c, obj)
	}
	return ""
}

// functionPlace returns the place of a function. A method of an interface shares the place
// of all methods with its name and signature.
func functionPlace(fn *types.Func) string {
	fn = fn.Origin()
	if recv := fn.Signature().Recv(); recv != nil && types.IsInterface(recv.Type()) {
		return methodPlace(fn)
	}
	return fn.FullName()
}

// methodPlace returns the place that all methods of one name and signature share.
func methodPlace(fn *types.Func) string {
	return fmt.Sprintf("method %s%v%v", fn.Name(), typesOf(fn.Signature().Params()), typesOf(fn.Signature().Results()))
}

// typesOf returns the types of parameters or results, without their names.
func typesOf(list *types.Tuple) (names []string) {
	for v := range list.Variables() {
		names = append(names, v.Type().String())
	}
	return names
}

// ofReceiver is the index of a method's receiver among its parameters.
const ofReceiver = -1

func paramPlace(fn *types.Func, i int) string { return fmt.Sprintf("%s$%d", functionPlace(fn), i) }

// argumentPlace returns the place that a call's i-th argument is assigned to.
func argumentPlace(fn *types.Func, i int, ellipsis bool) string {
	sig := fn.Signature()
	if last := sig.Params().Len() - 1; sig.Variadic() && i >= last && !ellipsis {
		return elementOf(paramPlace(fn, last))
	}
	return paramPlace(fn, i)
}

// resultOf returns the place of a function's i-th result.
func resultOf(function string, i int) string { return derived(function, fmt.Sprintf("()#%d", i)) }

// elementOf returns the place of the elements of a map, slice, array or channel.
func elementOf(place string) string { return derived(place, "[]") }

// derived returns a place with a suffix, "" if there is no place.
func derived(place, suffix string) string {
	if place == "" {
		return ""
	}
	return place + suffix
}

// cutDerived cuts the last suffix off a derived place.
func cutDerived(place string) (value, suffix string) {
	at := strings.LastIndex(place, "()#")
	if strings.HasSuffix(place, "[]") {
		at = len(place) - len("[]")
	}
	if at < 0 {
		return place, ""
	}
	return place[:at], place[at:]
}

func fieldPlace(owner types.Type, name string) string {
	if named, ok := deref(owner).(*types.Named); ok {
		owner = named.Origin()
	}
	return "field " + types.TypeString(deref(owner), nil) + "." + name
}

// ownerOf returns the struct type that declares the selected field, behind
// any embedding.
func ownerOf(sel *types.Selection) types.Type { return declaring(sel.Recv(), sel.Index()) }

// declaring returns the struct type that declares the field at an index path of t.
func declaring(t types.Type, index []int) types.Type {
	for _, field := range embedded(t, index) {
		t = field.Type()
	}
	return t
}

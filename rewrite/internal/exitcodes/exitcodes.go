// Package exitcodes finds the names that a CLI's source gives to its exit
// statuses: constants that reach a function which ends the process, through
// variables, fields, parameters, results and the elements of maps and slices. It
// goes as far as types tell, and knows nothing of how a module is loaded.
package exitcodes

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/constant"
	"go/types"
	"slices"
	"strings"
)

// A Package has syntax and types.
type Package struct {
	Files []*ast.File
	Info  *types.Info
	Types *types.Package
}

// A Code is an exit status, as the shell sees it, and the names of its constants.
type Code struct {
	Status int      `json:"status"`
	Names  []string `json:"names"`
}

// Find returns the named exit statuses of some packages, sorted by number. Exits
// tells the index of the argument of a function that ends the process with it,
// -1 for other functions.
func Find(list []Package, exits func(fn *types.Func) int) []Code {
	s := search{into: map[string][]origin{}, names: map[int]map[string]bool{}, seen: map[string]bool{}, exits: exits}
	for _, p := range list {
		s.collect(p)
	}
	s.throughValues()
	for _, e := range s.exit {
		s.visit(e)
	}
	var codes []Code
	for status, names := range s.names {
		c := Code{Status: status}
		for name := range names {
			c.Names = append(c.Names, name)
		}
		slices.Sort(c.Names)
		codes = append(codes, c)
	}
	slices.SortFunc(codes, func(a, b Code) int { return cmp.Compare(a.Status, b.Status) })
	return codes
}

// Text is the content of exitcodes.txt, a status and its names a line; nil where
// no status has a name.
func Text(codes []Code) []byte {
	var b bytes.Buffer
	for _, c := range codes {
		fmt.Fprintf(&b, "%d %s\n", c.Status, strings.Join(c.Names, " "))
	}
	return b.Bytes()
}

// An origin is an expression and the package that it stands in.
type origin struct {
	expr ast.Expr
	in   Package
}

type search struct {
	into   map[string][]origin // what is assigned to a place
	exit   []origin            // what functions that end the process are called with
	called []call              // values that are called
	names  map[int]map[string]bool
	seen   map[string]bool
	exits  func(fn *types.Func) int
}

type call struct {
	place string
	arg   origin
}

// visit goes from an expression back to the constants that it can be.
func (s *search) visit(o origin) {
	if p, ok := o.expr.(*placed); ok {
		s.place(p.place)
		return
	}
	e := ast.Unparen(o.expr)
	if c := constantOf(o.in, e); c != nil {
		if status, ok := constant.Int64Val(constant.ToInt(c.Val())); ok {
			status &= 0xff
			if s.names[int(status)] == nil {
				s.names[int(status)] = map[string]bool{}
			}
			s.names[int(status)][c.Name()] = true
		}
		return
	}
	switch e := e.(type) {
	case *ast.CallExpr:
		if tv, ok := o.in.Info.Types[e.Fun]; ok && tv.IsType() && len(e.Args) == 1 {
			s.visit(origin{e.Args[0], o.in}) // a conversion
			return
		}
		if lit, ok := ast.Unparen(e.Fun).(*ast.FuncLit); ok {
			s.place(literalPlace(o.in, lit) + "#0")
			return
		}
	case *ast.IndexExpr:
		s.place(elementsOf(place(o.in, e.X)))
		if lit, ok := ast.Unparen(e.X).(*ast.CompositeLit); ok {
			s.elements(origin{lit, o.in})
		}
		return
	case *ast.CompositeLit:
		s.elements(origin{e, o.in})
		return
	case *ast.FuncLit:
		s.place(literalPlace(o.in, e) + "#0")
		return
	}
	s.place(place(o.in, e))
}

// place follows everything that is assigned to a place.
func (s *search) place(name string) {
	if name == "" || s.seen[name] {
		return
	}
	s.seen[name] = true
	for _, o := range s.into[name] {
		s.visit(o)
	}
	// The result of a value that is called is what its functions return.
	if value, ok := strings.CutSuffix(name, "()#0"); ok {
		for _, o := range s.into[value] {
			if p, ok := o.expr.(*placed); ok {
				s.place(p.place + "()#0")
			} else if fn, ok := object(o.in, o.expr).(*types.Func); ok {
				s.place(fn.Origin().FullName() + "#0")
			} else {
				s.visit(o)
			}
		}
	}
	// A range or an index takes the elements of what is assigned.
	if value, ok := strings.CutSuffix(name, "[]"); ok {
		for _, o := range s.into[value] {
			if p, ok := o.expr.(*placed); ok {
				s.place(elementsOf(p.place))
			} else if lit, ok := ast.Unparen(o.expr).(*ast.CompositeLit); ok {
				s.elements(origin{lit, o.in})
			} else {
				s.place(elementsOf(place(o.in, o.expr)))
			}
		}
	}
}

// elements visits the elements of a literal of a map, slice or array.
func (s *search) elements(o origin) {
	lit := ast.Unparen(o.expr).(*ast.CompositeLit)
	t := o.in.Info.TypeOf(lit)
	if t == nil {
		return
	}
	switch deref(t).Underlying().(type) {
	case *types.Map, *types.Slice, *types.Array:
	default:
		return
	}
	for _, elt := range lit.Elts {
		if kv, ok := elt.(*ast.KeyValueExpr); ok {
			elt = kv.Value
		}
		s.visit(origin{elt, o.in})
	}
}

// constantOf returns the declared constant that an expression names.
func constantOf(p Package, e ast.Expr) *types.Const {
	c, ok := object(p, e).(*types.Const)
	if !ok || c.Pkg() == nil || c.Val().Kind() != constant.Int {
		return nil
	}
	return c
}

// object is what an expression names.
func object(p Package, e ast.Expr) types.Object {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return p.Info.ObjectOf(e)
	case *ast.SelectorExpr:
		return p.Info.Uses[e.Sel]
	case *ast.IndexExpr:
		return object(p, e.X)
	case *ast.IndexListExpr:
		return object(p, e.X)
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

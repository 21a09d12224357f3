package rewrite

import (
	"bytes"
	"go/ast"
	"go/types"
	"os"

	"golang.org/x/tools/go/packages"
)

// isOwn reports whether a package belongs to the CLI's module.
func (m *module) isOwn(path string) bool {
	p := m.all[path]
	return p != nil && p.Module != nil && p.Module.Path == m.path
}

// executor returns the package of a function of a dependency that executes, or
// keeps for its package to execute, the command passed as its i-th argument; nil
// for other functions. The dependency's source decides; nothing of it is edited.
func (m *module) executor(fn *types.Func, i int) *dependency {
	d := m.dependency(fn.Pkg().Path())
	if d == nil || !d.executed[paramPlace(fn, i)] {
		return nil
	}
	return d
}

// A dependency is a package of another module that executes cobra commands.
type dependency struct {
	executed map[string]bool // places from which a command reaches an Execute
	ends     string          // a function that it ends the process with, "" if it leaves that to others
}

// dependency analyses a package of another module, nil when it has nothing to
// do with executing commands.
func (m *module) dependency(path string) *dependency {
	if d, ok := m.dependencies[path]; ok {
		return d
	}
	m.dependencies[path] = nil // breaks import cycles through test variants, and stands for "no"
	p := m.all[path]
	if p == nil || !mentionsExecute(p) {
		return nil
	}
	contents := map[string][]byte{}
	for _, name := range p.GoFiles {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil
		}
		contents[name] = data
	}
	c := m.typeCheck(p, contents, nil)
	fl := newFlow()
	fl.add(c)
	d := &dependency{executed: map[string]bool{}}
	for _, file := range c.files {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if s, ok := c.info.Selections[n]; ok && executeMethods[n.Sel.Name] && isCommand(s.Obj().Type().(*types.Signature).Recv().Type()) {
					f := &finder{c: c}
					d.reach(fl, f.receiverExpr(n, s), c)
				}
			case *ast.CallExpr:
				fn := c.callee(n)
				if fn == nil || fn.Pkg() == nil || fn.Pkg().Path() == path {
					return true
				}
				if d.ends == "" && endsProcess(fn) {
					d.ends = fn.FullName()
				}
				if fn.Pkg().Path() == cobraPath {
					return true
				}
				for i, arg := range n.Args {
					if !isCommand(c.info.TypeOf(arg)) {
						continue
					}
					if next := m.executor(fn, i); next != nil {
						d.reach(fl, arg, c)
						if d.ends == "" {
							d.ends = next.ends
						}
					}
				}
			}
			return true
		})
	}
	d.throughInterfaces(c.types.Scope())
	m.dependencies[path] = d
	return d
}

// endsProcess reports whether a function is known to end the process.
func endsProcess(fn *types.Func) bool {
	path := fn.Pkg().Path()
	_, fatal := fatalLogger(path, receiverName(fn), fn.Name())
	return fatal || path == "os" && fn.Name() == "Exit" || path == cobraPath && fn.Name() == "CheckErr"
}

// throughInterfaces marks the parameters of an interface's method where the
// method of a type of the same package executes its own: callers often hold
// only the interface, as clio's Application.
func (d *dependency) throughInterfaces(scope *types.Scope) {
	var interfaces, others []types.Type
	for _, name := range scope.Names() {
		tn, ok := scope.Lookup(name).(*types.TypeName)
		if !ok || tn.IsAlias() {
			continue
		}
		if named, ok := tn.Type().(*types.Named); !ok || named.TypeParams().Len() > 0 {
			continue
		}
		if types.IsInterface(tn.Type()) {
			interfaces = append(interfaces, tn.Type())
		} else {
			others = append(others, types.NewPointer(tn.Type()))
		}
	}
	for _, face := range interfaces {
		set := face.Underlying().(*types.Interface)
		for _, impl := range others {
			if set.NumMethods() == 0 || !types.Implements(impl, set) {
				continue
			}
			methods := types.NewMethodSet(impl)
			for i := 0; i < set.NumMethods(); i++ {
				method := set.Method(i)
				own, ok := methods.Lookup(method.Pkg(), method.Name()).Obj().(*types.Func)
				for j := 0; ok && j < own.Type().(*types.Signature).Params().Len(); j++ {
					if d.executed[paramPlace(own, j)] {
						d.executed[paramPlace(method, j)] = true
					}
				}
			}
		}
	}
}

// reach marks every place from which a command can come to expr.
func (d *dependency) reach(fl *flow, expr ast.Expr, c *checked) {
	fl.literals(expr, c, func(place string) { d.executed[place] = true })
}

// mentionsExecute looks for the text of a call before paying for types.
func mentionsExecute(p *packages.Package) bool {
	if _, ok := p.Imports[cobraPath]; !ok {
		return false
	}
	for _, name := range p.GoFiles {
		data, err := os.ReadFile(name)
		if err == nil && bytes.Contains(data, []byte(".Execute")) {
			return true
		}
	}
	return false
}

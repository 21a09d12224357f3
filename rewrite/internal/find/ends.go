package find

import (
	"cmp"
	"go/ast"
	"go/types"
	"strconv"

	"golang.org/x/tools/go/packages"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/loggers"
)

// endsProcess reports whether a function is known to end the process.
func endsProcess(fn *types.Func) bool {
	_, _, fatal := loggers.Status(fn)
	return fatal || isExit(fn) || isCheckErr(fn) || isSyscallExit(fn)
}

// mayEnd reports whether the source of a function is worth looking at: the text of its
// package names something that ends the process. Methods of an interface, and functions of
// a logger, are judged by their own names.
func (d *dependencies) mayEnd(fn *types.Func) bool {
	switch path := fn.Pkg().Path(); {
	case isSyscallExit(fn):
		return true
	case isInterfaceMethod(fn), loggers.Known(path):
		return d.foreign(path) && loggers.NamesEnd(fn.Name())
	default:
		return d.namesEnd(path)
	}
}

// foreign reports whether a package belongs to another module, and is not cobra.
func (d *dependencies) foreign(path string) bool {
	p := d.g.All[path]
	return p != nil && p.Module != nil && path != load.Cobra && !d.g.IsOwn(path)
}

// standard reports whether a function is of the standard library.
func (d *dependencies) standard(fn *types.Func) bool {
	p := d.g.All[pathOf(fn)]
	return p != nil && p.Module == nil
}

// namesEnd reports whether the text of a dependency's package names something that
// ends the process.
func (d *dependencies) namesEnd(path string) bool {
	return remembered(d.endings, path, func() bool { return d.foreign(path) && textContains(d.g, d.g.All[path], endWords) })
}

// endWords are the words of which the text of such a package has at least one.
var endWords = func() []string {
	names := []string{"os.Exit", "syscall.Exit", "unix.Exit", "cobra.CheckErr"}
	for _, name := range loggers.Names() {
		names = append(names, "."+name)
	}
	return names
}()

// textContains reports whether a file of a package that this machine builds has one of some words.
func textContains(g *load.Program, p *packages.Package, words []string) bool {
	return some(g.Texts(p, p.GoFiles), func(text []byte) bool { return containsOne(text, words) })
}

// isSyscallExit reports whether a function is the system call that ends the process, without
// os.Exit.
func isSyscallExit(fn *types.Func) bool { return fn.Name() == "Exit" && systemCalls[pathOf(fn)] }

// systemCalls are the packages that have them on Unix.
var systemCalls = map[string]bool{"syscall": true, "golang.org/x/sys/unix": true}

// ends returns the name of a function with which a dependency's function may end the
// process, "" if neither its source nor the functions of its package that it calls do.
func (d *dependencies) ends(fn *types.Func) string {
	if isSyscallExit(fn) {
		return fn.FullName()
	}
	return remembered(d.ending, fn.FullName(), func() string { return d.endsIn(fn.Origin(), map[string]bool{}) })
}

// remembered returns find's answer for a name, and calls find once for each. While find runs,
// the answer for that name is the zero value, so recursion ends.
func remembered[V any](known map[string]V, name string, find func() V) V {
	answer, ok := known[name]
	if !ok {
		known[name] = answer
		answer = find()
		known[name] = answer
	}
	return answer
}

func (d *dependencies) endsIn(fn *types.Func, seen map[string]bool) string {
	name := fn.FullName()
	if seen[name] {
		return ""
	}
	seen[name] = true
	p := d.g.All[fn.Pkg().Path()]
	if p == nil || p.Module == nil { // endsProcess has those of the standard library
		return ""
	}
	c, bodies := d.declared(fn)
	if c == nil || len(c.Files) == 0 {
		return "a function whose source is not there"
	}
	for _, body := range bodies {
		if how := d.endsWithin(c, body, seen); how != "" {
			return how
		}
	}
	if len(bodies) == 0 && isInterfaceMethod(fn) {
		return "a method behind an interface"
	}
	return "" // also for a function in assembly
}

// always returns the status with which a function of a dependency ends the process in every
// call: its last statement ends it, and nothing before that returns, may end the process, or
// calls another module. It is "" for any other function, and for status 0: a function that
// does the work of a command and ends with 0 may panic or fail before.
func (d *dependencies) always(fn *types.Func) string {
	return remembered(d.status, fn.FullName(), func() (status string) {
		c, bodies := d.declared(fn)
		if len(bodies) != 1 || isInterfaceMethod(fn) {
			return ""
		}
		for n := range ast.Preorder(bodies[0]) {
			switch n := n.(type) {
			case *ast.ReturnStmt:
				return ""
			case *ast.CallExpr:
				called := callee(c, n)
				_, kept := named(c, n.Fun).(*types.Var)
				fatal, chain, _ := loggers.Status(cmp.Or(called, fn))
				switch last, _ := bodies[0].List[len(bodies[0].List)-1].(*ast.ExprStmt); {
				case called == nil && !kept, called != nil && !endsProcess(called) && d.standard(called),
					called != nil && called.Pkg() == c.Types && d.ends(called) == "":
				case kept || last == nil || last.X != ast.Expr(n) || chain:
					return ""
				case called.Pkg() == c.Types:
					return d.always(called)
				case fatal > 0:
					return strconv.Itoa(fatal)
				case pathOf(called) == "os" || isSyscallExit(called):
					if value := c.Info.Types[n.Args[0]].Value; value != nil && value.ExactString() != "0" {
						return value.ExactString()
					}
				}
			}
		}
		return ""
	})
}

// endsItself returns the name of a function that a dependency's function, which returns
// something, calls to end the process, directly or in a function of its package:
// func Load() Config { ... log.Fatal(err) }. It is "" if there is none, and for loggers,
// whose functions are known.
func (d *dependencies) endsItself(fn *types.Func) string {
	return remembered(d.itself, fn.FullName(), func() string { return d.endsInCode(fn, map[string]bool{}) })
}

func (d *dependencies) endsInCode(fn *types.Func, seen map[string]bool) (how string) {
	name, path := fn.FullName(), fn.Pkg().Path()
	if seen[name] || settingUp[path] || loggers.Known(path) || isInterfaceMethod(fn) || !d.namesEnd(path) {
		return ""
	}
	seen[name] = true
	c, bodies := d.declared(fn)
	for _, body := range bodies {
		ast.Inspect(body, func(n ast.Node) bool {
			if _, kept := n.(*ast.FuncLit); kept || how != "" {
				return false
			}
			if call, ok := n.(*ast.CallExpr); ok {
				switch called := callee(c, call); {
				case called == nil || loggers.Covers(d.hooks, called) != "":
				case endsProcess(called):
					how = called.FullName()
				case called.Pkg().Path() == path:
					how = d.endsInCode(called, seen)
				}
			}
			return true
		})
	}
	return how
}

// endsWithin is ends for a piece of code: it looks at everything that the code names.
func (d *dependencies) endsWithin(c *load.Package, code ast.Node, seen map[string]bool) (how string) {
	for n := range ast.Preorder(code) {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if s, ok := c.Info.Selections[n]; ok && s.Kind() == types.FieldVal && s.Obj().Pkg() == c.Types && isFunc(s.Type()) {
				how = d.endsInValue(c, n, seen)
			}
		case *ast.Ident:
			switch obj := c.Info.Uses[n].(type) {
			case *types.Func:
				switch {
				case obj.Pkg() == nil, loggers.Covers(d.hooks, obj) != "":
				case endsProcess(obj):
					how = obj.FullName()
				case d.mayEnd(obj), !isInterfaceMethod(obj) && (obj.Pkg().Path() == c.PkgPath || makesCommand(obj)):
					how = d.endsIn(obj.Origin(), seen)
				}
			case *types.Var:
				if c.Types != nil && obj.Parent() == c.Types.Scope() && isFunc(obj.Type()) { // the value of a local one stands in the same code
					how = d.endsInValue(c, n, seen)
				}
			}
		}
		if how != "" {
			break
		}
	}
	return how
}

// makesCommand reports whether a function returns a command. Those of cobra do not count:
// they look for one.
func makesCommand(fn *types.Func) bool {
	return fn.Pkg().Path() != load.Cobra && commandResult(fn.Signature()) >= 0
}

func isInterfaceMethod(fn *types.Func) bool {
	recv := fn.Signature().Recv()
	return recv != nil && types.IsInterface(recv.Type())
}

// endsInValue is ends for the functions that a variable or field may hold.
func (d *dependencies) endsInValue(c *load.Package, e ast.Expr, seen map[string]bool) (how string) {
	place := d.values.place(c, e)
	if seen[place] {
		return ""
	}
	seen[place] = true
	d.values.add(c)
	d.values.back(origin{place: place}, func(e ast.Expr, in *load.Package) bool {
		if how == "" {
			how = d.endsWithin(in, e, seen)
		}
		return true
	})
	return how
}

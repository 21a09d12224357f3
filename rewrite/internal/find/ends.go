package find

import (
	"cmp"
	"go/ast"
	"go/types"
	"regexp"
	"strconv"

	"golang.org/x/tools/go/packages"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/loggers"
)

// endsProcess reports whether a function is known to end the process.
func endsProcess(fn *types.Func) bool {
	_, _, fatal := loggers.Status(fn)
	_, swapped := swapOf(fn)
	return fatal || swapped || isSyscallExit(fn)
}

// mayEnd reports whether the source of a function is worth asking whether it ends
// the process: the text of its package names something that does. A method of an
// interface, and what is a logger's, are judged by their names.
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

// foreign reports whether a package is a dependency's, other than cobra.
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

// endWords are what the text of such a package has.
var endWords = func() []string {
	names := []string{"os.Exit", "syscall.Exit", "cobra.CheckErr"}
	for _, name := range loggers.Names() {
		names = append(names, "."+name)
	}
	return names
}()

// textContains reports whether a file of this build of a package has one of some words.
func textContains(g *load.Program, p *packages.Package, words []string) bool {
	return some(g.Texts(p, p.GoFiles), func(text []byte) bool { return containsOne(text, words) })
}

// isSyscallExit reports whether a function is syscall.Exit, which ends the
// process without os.Exit.
func isSyscallExit(fn *types.Func) bool { return pathOf(fn) == "syscall" && fn.Name() == "Exit" }

// ends returns the function with which a function of a dependency may end the
// process, "" if its source, and what it calls in its package, has none.
func (d *dependencies) ends(fn *types.Func) string {
	if isSyscallExit(fn) {
		return fn.FullName()
	}
	return remembered(d.ending, fn.FullName(), func() string { return d.endsIn(fn.Origin(), map[string]bool{}) })
}

// remembered is what find says of a name, which is asked once. To a question that leads back
// to itself the answer is none.
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
	if p == nil || p.Module == nil { // the standard library ends nothing else
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
	return "" // also without a body: what is in assembly makes system calls
}

// always returns the status, not 0, with which a function of a dependency ends the process: its
// last statement does, and before that nothing returns, nor calls what may end the process
// or is of another module. It is "" for any other function: one that does a command's work
// and ends with 0 says nothing of a run that fails in it.
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

// endsItself returns the function with which a function of a dependency that returns
// something ends the process in its own code, or in that of its package which it
// calls: func Load() Config { ... log.Fatal(err) }. It is "" where there is none. What
// loggers return is an event, and known.
func (d *dependencies) endsItself(fn *types.Func) string {
	return remembered(d.itself, fn.FullName(), func() string { return d.endsInCode(fn, map[string]bool{}) })
}

func (d *dependencies) endsInCode(fn *types.Func, seen map[string]bool) (how string) {
	name, path := fn.FullName(), fn.Pkg().Path()
	if seen[name] || settingUp[path] || loggers.Known(path) || isInterfaceMethod(fn) || !d.namesEnd(path) || !d.endsBeside(fn) {
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

// endsBeside reports whether a file that may declare a function of a dependency names
// something that ends the process, as far as its text tells. Most are not worth a type check.
func (d *dependencies) endsBeside(fn *types.Func) bool {
	p := d.g.All[fn.Pkg().Path()]
	return remembered(d.beside, p.PkgPath, func() map[string]bool {
		names := map[string]bool{}
		for text := range d.g.Texts(p, p.GoFiles) {
			if containsOne(text, endWords) {
				for _, m := range declaration.FindAllSubmatch(text, -1) {
					names[string(m[1])] = true
				}
			}
		}
		return names
	})[fn.Name()]
}

var declaration = regexp.MustCompile(`(?m)^func (?:\(.*?\) ?)?(\w+)[\[(]`)

// endsWithin looks at everything that a piece of code names.
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

// makesCommand reports whether a function returns a command. Cobra's own only look
// for one.
func makesCommand(fn *types.Func) bool {
	return fn.Pkg().Path() != load.Cobra && commandResult(fn.Signature()) >= 0
}

func isInterfaceMethod(fn *types.Func) bool {
	recv := fn.Signature().Recv()
	return recv != nil && types.IsInterface(recv.Type())
}

// endsInValue looks at what a variable or field of function type may hold.
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

// endsInVariable is endsInValue for a variable of a dependency that e names.
func (d *dependencies) endsInVariable(c *load.Package, e ast.Expr, v *types.Var) string {
	d.values.add(d.g.Package(d.g.All[v.Pkg().Path()]))
	return d.endsInValue(c, e, map[string]bool{})
}

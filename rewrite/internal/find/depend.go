package find

import (
	"cmp"
	"go/ast"
	"go/types"
	"maps"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// dependencies answer questions about packages of other modules from their
// source. Nothing of them is edited.
type dependencies struct {
	g        *load.Program
	own      []*load.Package // the CLI's, as far as they may matter
	hooks    []plan.Hook     // exit hooks of loggers, which also see calls inside dependencies
	flow     *flow           // of the commands inside dependencies
	values   *flow           // of the functions that they keep
	analysed map[string]bool // by import path, whether it may execute commands
	executed map[string]bool // places whose command is executed
	ending   map[string]string
	itself   map[string]string
	status   map[string]string

	executors map[string]bool // import paths of those that may execute a command
	endings   map[string]bool // answers of namesEnd

	endsBehind map[string]string // by import path of an executor, the function with which it may end the process
}

func newDependencies(g *load.Program, hooks []plan.Hook) *dependencies {
	d := &dependencies{g: g, hooks: hooks, executors: executors(g), flow: newFlow(), values: newFlow(), analysed: map[string]bool{}, endsBehind: map[string]string{},
		executed: map[string]bool{}, ending: map[string]string{}, itself: map[string]string{}, status: map[string]string{}, endings: map[string]bool{}}
	d.flow.more = func(place string) { d.add(packageOf(place)) }
	return d
}

// add adds a package of a dependency to the flow, and returns it, nil if it has
// nothing to do with cobra.
func (d *dependencies) add(path string) *load.Package {
	p := d.g.All[path]
	if p == nil || p.Module == nil || d.g.IsOwn(path) || path == load.Cobra || p.Imports[load.Cobra] == nil {
		return nil
	}
	c := d.g.Package(p)
	d.flow.add(c)
	return c
}

// ofCobra returns the packages of other modules that the CLI's packages import and
// that import cobra, sorted.
func (d *dependencies) ofCobra() (paths []string) {
	for path, p := range d.g.Imports() {
		if !strings.HasPrefix(path, load.Cobra) && p.Imports[load.Cobra] != nil && !d.g.IsOwn(path) {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return paths
}

// executes reports whether a dependency's package executes the command at a place: a
// parameter of one of its functions, or the result of a function that is passed there.
// A command that it keeps in order to execute it later counts too.
func (d *dependencies) executes(path, place string) bool {
	return remembered(d.analysed, path, func() bool { return d.analyse(path) }) && d.executed[place]
}

// analyse marks the places of a dependency's package whose command it executes. It reports
// false for a package that executes none.
func (d *dependencies) analyse(path string) bool {
	if !d.executors[path] {
		return false
	}
	c := d.add(path)
	if c == nil {
		return false
	}
	own := map[*ast.CompositeLit]bool{} // commands of its own that it executes
	for _, decl := range declarations(c) {
		if fn, ok := decl.(*ast.FuncDecl); ok && d.unused(c, fn) {
			continue
		}
		for n := range ast.Preorder(decl) {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if s := executes(c, n); s != nil && s.Kind() != types.MethodExpr {
					for _, l := range d.reach(receiver(c, n, s)) {
						own[l.lit] = true
					}
				}
			case *ast.CallExpr:
				d.passedOn(c, n)
			}
		}
	}
	if len(own) > 0 {
		for c := range d.flow.added { // any of these may put commands together
			d.below(c, own)
		}
	}
	return true
}

// unused reports whether a dependency's function named Execute... is never called. So
// carapace.Gen(cmd) executes no command: it keeps one for an Execute of its own, which
// hardly any CLI calls.
func (d *dependencies) unused(c *load.Package, decl *ast.FuncDecl) bool {
	fn, ok := c.Info.Defs[decl.Name].(*types.Func)
	if !ok || !strings.HasPrefix(fn.Name(), "Execute") || uses(c, fn) {
		return false // packages that call a function of another name may not be loaded
	}
	return !slices.ContainsFunc(d.own, func(own *load.Package) bool { return uses(own, fn) }) &&
		!some(maps.Values(d.g.All), func(p *packages.Package) bool {
			return !d.g.IsOwn(p.PkgPath) && p.Imports[c.PkgPath] != nil && d.executors[p.PkgPath] && uses(d.g.Package(p), fn)
		})
}

// uses reports whether a package names a function, or a method of an interface
// that may stand for it.
func uses(c *load.Package, fn *types.Func) bool {
	return some(maps.Values(c.Info.Uses), func(obj types.Object) bool {
		used, ok := obj.(*types.Func)
		return ok && used.Name() == fn.Name() && (isInterfaceMethod(used) || used.Origin().FullName() == fn.FullName())
	})
}

// passedOn follows a command into another package that executes it.
func (d *dependencies) passedOn(c *load.Package, call *ast.CallExpr) {
	fn := callee(c, call)
	if fn == nil || fn.Pkg().Path() == c.PkgPath {
		return
	}
	if d.endsBehind[c.PkgPath] == "" && endsProcess(fn) {
		d.endsBehind[c.PkgPath] = fn.FullName()
	}
	if fn.Pkg().Path() == load.Cobra {
		return
	}
	for i, arg := range call.Args {
		if next := fn.Pkg().Path(); isCommand(c.Info.TypeOf(arg)) && d.executes(next, argumentPlace(fn, i, call.Ellipsis.IsValid())) {
			d.reach(origin{expr: arg, in: c})
			d.endsBehind[c.PkgPath] = cmp.Or(d.endsBehind[c.PkgPath], d.endsBehind[next])
		}
	}
}

// below marks the commands that a package adds to a root of the dependency, which the
// dependency makes and executes: each is the root of the CLI's part of the tree.
func (d *dependencies) below(c *load.Package, own map[*ast.CompositeLit]bool) {
	for _, decl := range declarations(c) {
		for call := range nodes[*ast.CallExpr](decl) {
			if ofCobra(c, call) != "AddCommand" || !slices.ContainsFunc(d.flow.literals(addedTo(c, call)), func(parent literal) bool { return own[parent.lit] }) {
				continue
			}
			for _, arg := range call.Args {
				d.reach(origin{expr: arg, in: c})
			}
		}
	}
}

// reach marks every place that a command can come from, and returns the
// literals among them.
func (d *dependencies) reach(from origin) []literal {
	found, passed := d.flow.backToLiterals(from)
	maps.Copy(d.executed, passed)
	return found
}

// imports returns the quoted import paths of the dependencies that may execute a command or
// end the process. Those that every CLI imports for its flags are left out.
func (d *dependencies) imports() (words []string) {
	for path := range d.g.Imports() {
		if !settingUp[path] && (d.executors[path] || d.namesEnd(path)) {
			words = append(words, `"`+path+`"`)
		}
	}
	return words
}

// executors returns the import paths of the dependencies that may execute a command which
// is handed to them: they import cobra, and their text names Execute, or that of
// another one which they import.
func executors(g *load.Program) map[string]bool {
	may := map[string]bool{}
	packages.Visit(slices.Collect(maps.Values(g.All)), nil, func(p *packages.Package) { // those that it imports were visited before
		if p.PkgPath != load.Cobra && !g.IsOwn(p.PkgPath) && p.Imports[load.Cobra] != nil {
			may[p.PkgPath] = textContains(g, p, []string{"Execute"}) || some(maps.Keys(p.Imports), func(path string) bool { return may[path] })
		}
	})
	return may
}

// declared returns the bodies of a function's declaration, or those of the methods of its
// package that can stand for an interface's. The package is nil where it is unknown.
func (d *dependencies) declared(fn *types.Func) (c *load.Package, bodies []*ast.BlockStmt) {
	p := d.g.All[fn.Pkg().Path()]
	if p == nil {
		return nil, nil
	}
	c = d.g.Package(p)
	for _, decl := range declarations(c) {
		decl, ok := decl.(*ast.FuncDecl)
		if !ok || decl.Body == nil || decl.Name.Name != fn.Name() {
			continue
		}
		own, ok := c.Info.Defs[decl.Name].(*types.Func)
		if ok && (own.FullName() == fn.FullName() || isInterfaceMethod(fn) && decl.Recv != nil) {
			bodies = append(bodies, decl.Body)
		}
	}
	return c, bodies
}

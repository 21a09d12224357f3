package find

import (
	"go/ast"
	"go/constant"
	"go/types"
	"maps"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// notRecorded are the names that the runtime never records below a root.
var notRecorded = map[string]bool{"help": true, "completion": true}

// Commands derives the command tree from the source, for a CLI that cannot be run
// where it is instrumented: which command is added to which, as far as both are
// literals of the module and their names are constant. It also returns how many
// additions could not be followed.
func Commands(g *load.Program) (tree plan.Tree, unknown int, err error) {
	t := newSourceTree(g)
	if names := t.names(); len(names) == 1 {
		tree.Name = names[0]
	}
	tree.Commands = plan.Sorted(slices.Collect(maps.Values(t.commands)))
	return tree, t.unknown, g.Err()
}

// Elsewhere adds to the tree of the built CLI the commands that it has on other systems:
// those of files that this machine's build leaves out, and those that code adds which looks
// at runtime.GOOS. So the list is the same on all machines. The built CLI told the tree of
// one root; if there are several, the commands of all are added.
func Elsewhere(g *load.Program, several bool, tree plan.Tree) (plan.Tree, error) {
	if !several && !platformCommands(g) {
		return tree, nil
	}
	t := newSourceTree(g)
	for path, c := range t.commands {
		if (t.elsewhere[path] || several) && !slices.ContainsFunc(tree.Commands, func(known plan.Command) bool { return known.Path == path }) {
			tree.Commands = append(tree.Commands, c)
		}
	}
	tree.Commands = plan.Sorted(tree.Commands)
	return tree, g.Err()
}

// platformCommands reports whether the CLI may have other commands on another system, as
// far as the text of its files tells.
func platformCommands(g *load.Program) bool {
	has := func(text []byte) bool { return containsOne(text, []string{"AddCommand", "cobra.Command"}) }
	return slices.ContainsFunc(g.Own, func(p *packages.Package) bool {
		return some(g.Texts(p, load.LeftOut(p)), has) ||
			some(g.Texts(p, p.GoFiles), func(text []byte) bool { return has(text) && containsOne(text, systems) })
	})
}

// systems are the names of the constants of package runtime that tell systems apart.
var systems = []string{"GOOS", "GOARCH"}

// A sourceTree is the command tree as far as the source tells it.
type sourceTree struct {
	flow      *flow
	assigned  map[*ast.CompositeLit]map[string]origin // fields that are set after construction
	children  map[*ast.CompositeLit][]child
	below     map[*ast.CompositeLit]bool   // children of some command
	leftOut   map[*load.Package]bool       // packages with a file that this machine's build leaves out
	roots     map[*ast.CompositeLit]string // names of the commands that are executed
	commands  map[string]plan.Command      // by path
	elsewhere map[string]bool              // paths that may exist on another system only
	unknown   int                          // additions that could not be followed

	calls  map[string][]calling // of the module's functions, by their full names
	handed []handing
	steps  int
}

// A calling is a call, with the function that it is in, nil outside of one.
type calling struct {
	in        *load.Package
	call      *ast.CallExpr
	from      *types.Func
	elsewhere bool
}

// A handing is a function that adds one of its parameters, a command or several, to another
// one. Each call of it adds its own arguments.
type handing struct {
	fn            *types.Func
	parent, child int
}

// most limits the steps down a source's tree. Where every command seems to be below every
// other one, the number of paths grows exponentially.
const most = 20_000

// A child is a command that is added to another one.
type child struct {
	literal
	elsewhere bool // it may be added on another system only
}

func newSourceTree(g *load.Program) *sourceTree {
	s := search(g, Options{}, nil, append(slices.Clone(tokens), "cobra.Command"))
	t := &sourceTree{
		flow: s.flow, assigned: map[*ast.CompositeLit]map[string]origin{}, children: map[*ast.CompositeLit][]child{}, below: map[*ast.CompositeLit]bool{},
		leftOut: map[*load.Package]bool{}, roots: map[*ast.CompositeLit]string{}, commands: map[string]plan.Command{}, elsewhere: map[string]bool{}, calls: map[string][]calling{},
	}
	for _, c := range s.packages {
		for _, file := range c.Files {
			t.look(c, file, false)
		}
	}
	for _, v := range s.variants {
		if !v.Tagged {
			t.leftOut[v.Package] = true
			t.look(v.Package, v.File, true)
		}
	}
	for n := 0; n < len(t.handed); n++ { // addBy may append: a caller may pass its own parameters on
		calls := t.calls[t.handed[n].fn.FullName()]
		if len(calls) == 0 {
			t.unknown++
		}
		for _, at := range calls {
			t.addBy(at, t.handed[n])
		}
	}
	for _, e := range s.executed {
		for _, root := range t.flow.literals(e.origin) {
			if t.below[root.lit] {
				continue // cobra executes its root
			}
			t.roots[root.lit] = t.word(root, "Use")
			t.descend(root.lit, "", t.leftOut[root.in], map[*ast.CompositeLit]bool{})
		}
	}
	if t.steps > most {
		t.commands = map[string]plan.Command{}
		t.unknown++
	}
	return t
}

// names returns the names of the roots, as far as they are constant.
func (t *sourceTree) names() []string {
	names := slices.Compact(slices.Sorted(maps.Values(t.roots)))
	return slices.DeleteFunc(names, func(name string) bool { return name == "" })
}

// look notes what a file does with commands.
func (t *sourceTree) look(c *load.Package, file *ast.File, leftOut bool) {
	for _, decl := range file.Decls {
		elsewhere := leftOut || looksAtSystem(c, decl)
		var from *types.Func
		if decl, ok := decl.(*ast.FuncDecl); ok {
			from, _ = c.Info.Defs[decl.Name].(*types.Func)
		}
		for n := range ast.Preorder(decl) {
			switch n := n.(type) {
			case *ast.CallExpr:
				at := calling{c, n, from, elsewhere}
				if ofCobra(c, n) == "AddCommand" {
					var children []origin
					for _, arg := range n.Args {
						children = append(children, t.flow.variadic(c, n, arg))
					}
					t.add(at, addedTo(c, n), children)
				} else if fn := callee(c, n); fn != nil {
					t.calls[fn.FullName()] = append(t.calls[fn.FullName()], at)
				}
			case *ast.AssignStmt:
				t.assign(c, n)
			}
		}
	}
}

// looksAtSystem reports whether a declaration names runtime.GOOS or runtime.GOARCH.
func looksAtSystem(c *load.Package, decl ast.Decl) bool {
	return some(nodes[*ast.Ident](decl), func(id *ast.Ident) bool {
		return slices.Contains(systems, id.Name) && pathOf(c.Info.Uses[id]) == "runtime"
	})
}

// add notes the children of one call.
func (t *sourceTree) add(at calling, to origin, children []origin) {
	parents, passed := t.flow.backToLiterals(to)
	if len(parents) == 0 {
		t.unknown++
		return
	}
	parent := parameter(at.from, passed)
	for _, from := range children {
		found, passed := t.flow.backToLiterals(from)
		if len(found) == 0 {
			t.unknown++
		}
		if h := (handing{at.from, parent, parameter(at.from, passed)}); h.parent >= 0 && h.child >= 0 {
			if !slices.Contains(t.handed, h) {
				t.handed = append(t.handed, h)
			}
			continue
		}
		for _, parent := range parents {
			for _, l := range found {
				t.below[l.lit] = true
				t.children[parent.lit] = append(t.children[parent.lit], child{l, at.elsewhere})
			}
		}
	}
}

// addBy notes the children of a call of a function that adds one argument to another.
func (t *sourceTree) addBy(at calling, h handing) {
	params, args := h.fn.Signature().Params(), at.call.Args
	if max(h.parent, h.child) >= len(args) {
		return // no variadic argument, or the results of one call as arguments
	}
	var children []origin
	if h.fn.Signature().Variadic() && h.child == params.Len()-1 {
		for _, arg := range args[h.child:] {
			children = append(children, t.flow.variadic(at.in, at.call, arg))
		}
	} else if _, list := params.At(h.child).Type().Underlying().(*types.Slice); list {
		children = []origin{{place: elementOf(t.flow.place(at.in, args[h.child])), in: at.in}}
	} else {
		children = []origin{{expr: args[h.child], in: at.in}}
	}
	t.add(at, origin{expr: args[h.parent], in: at.in}, children)
}

// parameter returns the index of the parameter among the places that a value passed, -1 if
// there is none.
func parameter(fn *types.Func, passed map[string]bool) int {
	for i := 0; fn != nil && i < fn.Signature().Params().Len(); i++ {
		if place := paramPlace(fn, i); passed[place] || passed[elementOf(place)] {
			return i
		}
	}
	return -1
}

// addedTo returns the command that a call of AddCommand adds others to.
func addedTo(c *load.Package, call *ast.CallExpr) origin {
	return origin{expr: ast.Unparen(call.Fun).(*ast.SelectorExpr).X, in: c}
}

// assign notes the fields of commands that are set by assignment.
func (t *sourceTree) assign(c *load.Package, assign *ast.AssignStmt) {
	for i, lhs := range assign.Lhs {
		sel, ok := ast.Unparen(lhs).(*ast.SelectorExpr)
		if !ok || len(assign.Lhs) != len(assign.Rhs) {
			continue
		}
		if s, ok := c.Info.Selections[sel]; ok && isCommand(ownerOf(s)) && slices.Contains([]string{"Use", "Hidden", "Deprecated"}, sel.Sel.Name) {
			for _, l := range t.flow.literals(origin{expr: sel.X, in: c}) {
				if t.assigned[l.lit] == nil {
					t.assigned[l.lit] = map[string]origin{}
				}
				t.assigned[l.lit][sel.Sel.Name] = origin{expr: assign.Rhs[i], in: c}
			}
		}
	}
}

// descend collects the commands below one.
func (t *sourceTree) descend(lit *ast.CompositeLit, path string, elsewhere bool, above map[*ast.CompositeLit]bool) {
	if t.steps++; above[lit] || t.steps > most {
		return
	}
	above[lit] = true
	defer delete(above, lit)
	for _, c := range t.children[lit] {
		name := t.word(c.literal, "Use")
		switch {
		case name == "":
			t.unknown++
		case !notRecorded[name] || len(above) > 1:
			below := strings.TrimSpace(path + " " + name)
			elsewhere := elsewhere || c.elsewhere || t.leftOut[c.in]
			_, again := t.commands[below]
			t.elsewhere[below] = elsewhere && (!again || t.elsewhere[below])
			t.commands[below] = plan.Command{Path: below, Hidden: constant.BoolVal(t.value(c.literal, "Hidden")), Deprecated: t.word(c.literal, "Deprecated") != ""}
			t.descend(c.lit, below, elsewhere, above)
		}
	}
}

// word returns the first word of a command's field, "" if it is not constant.
func (t *sourceTree) word(l literal, name string) string {
	word, _, _ := strings.Cut(constant.StringVal(t.value(l, name)), " ")
	return word
}

// value returns the value of a command's field, unknown if it is not constant.
func (t *sourceTree) value(l literal, name string) constant.Value {
	f, ok := t.assigned[l.lit][name]
	for _, elt := range l.lit.Elts {
		if kv, keyed := elt.(*ast.KeyValueExpr); keyed && !ok {
			if key, named := kv.Key.(*ast.Ident); named && key.Name == name {
				f = origin{expr: kv.Value, in: l.in}
			}
		}
	}
	if f.expr == nil || f.in.Info.Types[f.expr].Value == nil {
		return constant.MakeUnknown()
	}
	return f.in.Info.Types[f.expr].Value
}

package find

import (
	"go/ast"
	"go/constant"
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

// Elsewhere adds to the tree that the built CLI told the commands that it has on
// other systems: those of files that this machine's build leaves out, and those that
// are added where the code looks at runtime.GOOS. So all machines come to one list.
// Of several roots the CLI told only one; it adds the commands of all.
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

// platformCommands reports whether the text of a file says that the CLI may have
// other commands on another system.
func platformCommands(g *load.Program) bool {
	has := func(text []byte) bool { return containsOne(text, []string{"AddCommand", "cobra.Command"}) }
	return slices.ContainsFunc(g.Own, func(p *packages.Package) bool {
		return some(g.Texts(p, load.LeftOut(p)), has) ||
			some(g.Texts(p, p.GoFiles), func(text []byte) bool { return has(text) && containsOne(text, systems) })
	})
}

// systems are the names of the constants of package runtime that tell systems apart.
var systems = []string{"GOOS", "GOARCH"}

// A sourceTree is the command tree as the source tells it.
type sourceTree struct {
	flow      *flow
	assigned  map[*ast.CompositeLit]map[string]origin // fields that are set after construction
	children  map[*ast.CompositeLit][]child
	below     map[*ast.CompositeLit]bool   // children of some command
	leftOut   map[*load.Package]bool       // with a file that this machine's build leaves out
	roots     map[*ast.CompositeLit]string // names of the commands that are executed
	commands  map[string]plan.Command      // by path
	elsewhere map[string]bool              // paths that there may be on another system only
	unknown   int                          // additions that could not be followed
}

// A child is a command that is added to another one.
type child struct {
	literal
	elsewhere bool // it may be so on another system only
}

func newSourceTree(g *load.Program) *sourceTree {
	s := search(g, Options{}, nil, append(slices.Clone(tokens), "cobra.Command"))
	t := &sourceTree{
		flow: s.flow, assigned: map[*ast.CompositeLit]map[string]origin{}, children: map[*ast.CompositeLit][]child{}, below: map[*ast.CompositeLit]bool{},
		leftOut: map[*load.Package]bool{}, roots: map[*ast.CompositeLit]string{}, commands: map[string]plan.Command{}, elsewhere: map[string]bool{},
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
	for _, e := range s.executed {
		for _, root := range t.flow.literals(e.origin) {
			if t.below[root.lit] {
				continue // cobra executes its root
			}
			t.roots[root.lit] = t.word(root, "Use")
			t.descend(root.lit, "", t.leftOut[root.in], map[*ast.CompositeLit]bool{})
		}
	}
	return t
}

// names are those of the roots, without those that are not constant.
func (t *sourceTree) names() []string {
	names := slices.Compact(slices.Sorted(maps.Values(t.roots)))
	return slices.DeleteFunc(names, func(name string) bool { return name == "" })
}

// look notes what a file does with commands.
func (t *sourceTree) look(c *load.Package, file *ast.File, leftOut bool) {
	for _, decl := range file.Decls {
		elsewhere := leftOut || looksAtSystem(c, decl)
		for n := range ast.Preorder(decl) {
			switch n := n.(type) {
			case *ast.CallExpr:
				if ofCobra(c, n) == "AddCommand" {
					t.add(c, n, elsewhere)
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

// add notes the children of one call of AddCommand.
func (t *sourceTree) add(c *load.Package, call *ast.CallExpr, elsewhere bool) {
	parents := t.flow.parents(c, call)
	if len(parents) == 0 {
		t.unknown++
		return
	}
	for _, arg := range call.Args {
		found := t.flow.literals(t.flow.variadic(c, call, arg))
		if len(found) == 0 {
			t.unknown++
		}
		for _, parent := range parents {
			for _, l := range found {
				t.below[l.lit] = true
				t.children[parent.lit] = append(t.children[parent.lit], child{l, elsewhere})
			}
		}
	}
}

// parents are the commands that a call of AddCommand may add others to.
func (fl *flow) parents(c *load.Package, call *ast.CallExpr) []literal {
	return fl.literals(origin{expr: ast.Unparen(call.Fun).(*ast.SelectorExpr).X, in: c})
}

// assign notes a field that a command gets by assignment.
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
	if above[lit] {
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

// word is the first word of a field of a command, "" when it is not constant.
func (t *sourceTree) word(l literal, name string) string {
	word, _, _ := strings.Cut(constant.StringVal(t.value(l, name)), " ")
	return word
}

// value is a field of a command where it is constant.
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

package rewrite

import (
	"go/ast"
	"sort"
)

// A sourceTree derives the command tree from the source, for a CLI that cannot
// be run where it is instrumented: who adds which command, as far as both are
// literals of the module and their names are constant.
type sourceTree struct {
	m       *module
	flow    *flow
	list    []*checked
	renamed map[*ast.CompositeLit]string // names that are assigned after construction
	roots   map[*ast.CompositeLit]bool   // the literals that are executed
}

// notRecorded are the names that the runtime never records below a root.
var notRecorded = map[string]bool{"help": true, "completion": true, "telemetry": true}

// paths returns the sorted command paths, and how many additions of commands
// could not be followed.
func (t *sourceTree) paths(app string) (paths []string, unknown int) {
	children := map[*ast.CompositeLit][]rootLiteral{}
	for _, c := range t.list {
		for _, file := range c.files {
			ast.Inspect(file, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok && t.addsCommands(c, call) {
					unknown += t.added(children, c, call)
				}
				return true
			})
		}
	}
	set := map[string]bool{app: true}
	for root := range t.roots {
		unknown += t.descend(set, children, root, app, map[*ast.CompositeLit]bool{})
	}
	for path := range set {
		paths = append(paths, path)
	}
	sort.Strings(paths)
	return paths, unknown
}

// addsCommands reports whether a call is cobra's AddCommand.
func (t *sourceTree) addsCommands(c *checked, call *ast.CallExpr) bool {
	fn := c.callee(call)
	return fn != nil && fn.Name() == "AddCommand" && fn.Pkg() != nil && fn.Pkg().Path() == cobraPath
}

// added notes one call's children and returns how many stay unknown.
func (t *sourceTree) added(children map[*ast.CompositeLit][]rootLiteral, c *checked, call *ast.CallExpr) (unknown int) {
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return 1
	}
	more := func(place string) { t.m.follow(t.flow, place) }
	parents, _ := t.flow.literals(sel.X, c, more)
	if len(parents) == 0 {
		return 1
	}
	for _, arg := range call.Args {
		found, _ := t.flow.literals(arg, c, more)
		if len(found) == 0 {
			unknown++
		}
		for _, parent := range parents {
			children[parent.lit] = append(children[parent.lit], found...)
		}
	}
	return unknown
}

// descend collects the paths below a command.
func (t *sourceTree) descend(set map[string]bool, children map[*ast.CompositeLit][]rootLiteral, lit *ast.CompositeLit, path string, above map[*ast.CompositeLit]bool) (unknown int) {
	if above[lit] {
		return 0
	}
	above[lit] = true
	defer delete(above, lit)
	for _, child := range children[lit] {
		name, later := t.renamed[child.lit]
		if !later {
			name = useOf(child)
		}
		switch {
		case name == "":
			unknown++
		case !notRecorded[name] || len(above) > 1:
			set[path+" "+name] = true
			unknown += t.descend(set, children, child.lit, path+" "+name, above)
		}
	}
	return unknown
}

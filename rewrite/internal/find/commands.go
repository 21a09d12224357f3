package find

import (
	"go/ast"
	"go/constant"
	"maps"
	"slices"
	"strings"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// notRecorded are the names that the runtime never records below a root.
var notRecorded = map[string]bool{"help": true, "completion": true}

// Commands derives the command tree from the source, for a CLI that cannot be run
// where it is instrumented: which command is added to which, as far as both are
// literals of the module and their names are constant. It also returns how many
// additions could not be followed.
func Commands(g *load.Program, skip func(importPath string) bool) (tree plan.Tree, unknown int, err error) {
	s, err := search(g, Options{Skip: skip}, nil, append(slices.Clone(tokens), "cobra.Command"))
	if err != nil {
		return tree, 0, err
	}
	t := &sourceTree{flow: s.flow, names: map[*ast.CompositeLit]string{}, children: map[*ast.CompositeLit][]literal{}}
	for _, c := range s.packages {
		for _, file := range c.Files {
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CallExpr:
					if ofCobra(c, n) == "AddCommand" {
						t.add(c, n)
					}
				case *ast.AssignStmt:
					t.rename(c, n)
				}
				return true
			})
		}
	}
	below := map[*ast.CompositeLit]bool{}
	for _, list := range t.children {
		for _, child := range list {
			below[child.lit] = true
		}
	}
	roots, paths := map[string]bool{}, map[string]bool{}
	for _, e := range s.executed {
		for _, root := range t.flow.literals(e.origin, nil) {
			if below[root.lit] {
				continue // cobra executes its root
			}
			if name := t.name(root); name != "" {
				roots[name] = true
			}
			t.descend(paths, root.lit, "", map[*ast.CompositeLit]bool{})
		}
	}
	if len(roots) == 1 {
		tree.Name = slices.Collect(maps.Keys(roots))[0]
	}
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		tree.Commands = append(tree.Commands, plan.Command{Path: path})
		if !strings.Contains(path, " ") {
			tree.Taken = append(tree.Taken, path)
		}
	}
	return tree, t.unknown, nil
}

type sourceTree struct {
	flow     *flow
	names    map[*ast.CompositeLit]string // that are assigned after construction
	children map[*ast.CompositeLit][]literal
	unknown  int
}

// add notes the children of one call of AddCommand.
func (t *sourceTree) add(c *load.Package, call *ast.CallExpr) {
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		t.unknown++
		return
	}
	parents := t.flow.literals(origin{expr: sel.X, in: c}, nil)
	if len(parents) == 0 {
		t.unknown++
		return
	}
	for _, arg := range call.Args {
		from := origin{expr: arg, in: c}
		if call.Ellipsis.IsValid() {
			from = origin{place: elementOf(t.flow.place(c, arg)), in: c}
		}
		found := t.flow.literals(from, nil)
		if len(found) == 0 {
			t.unknown++
		}
		for _, parent := range parents {
			t.children[parent.lit] = append(t.children[parent.lit], found...)
		}
	}
}

// rename notes a name that a command gets by assignment.
func (t *sourceTree) rename(c *load.Package, assign *ast.AssignStmt) {
	for i, lhs := range assign.Lhs {
		sel, ok := ast.Unparen(lhs).(*ast.SelectorExpr)
		if !ok || sel.Sel.Name != "Use" || len(assign.Lhs) != len(assign.Rhs) {
			continue
		}
		if s, ok := c.Info.Selections[sel]; ok && isCommand(ownerOf(s)) {
			for _, l := range t.flow.literals(origin{expr: sel.X, in: c}, nil) {
				t.names[l.lit] = firstWord(assign.Rhs[i], c)
			}
		}
	}
}

// descend collects the paths below a command.
func (t *sourceTree) descend(set map[string]bool, lit *ast.CompositeLit, path string, above map[*ast.CompositeLit]bool) {
	if above[lit] {
		return
	}
	above[lit] = true
	defer delete(above, lit)
	for _, child := range t.children[lit] {
		name := t.name(child)
		switch {
		case name == "":
			t.unknown++
		case !notRecorded[name] || len(above) > 1:
			below := strings.TrimSpace(path + " " + name)
			set[below] = true
			t.descend(set, child.lit, below, above)
		}
	}
}

// name is the first word of a command's Use, "" when it is not constant.
func (t *sourceTree) name(l literal) string {
	if name, ok := t.names[l.lit]; ok {
		return name
	}
	for _, elt := range l.lit.Elts {
		if kv, ok := elt.(*ast.KeyValueExpr); ok {
			if key, ok := kv.Key.(*ast.Ident); ok && key.Name == "Use" {
				return firstWord(kv.Value, l.in)
			}
		}
	}
	return ""
}

// firstWord is the first word of a constant string, "" for anything else.
func firstWord(e ast.Expr, c *load.Package) string {
	value := c.Info.Types[e].Value
	if value == nil || value.Kind() != constant.String {
		return ""
	}
	word, _, _ := strings.Cut(constant.StringVal(value), " ")
	return word
}

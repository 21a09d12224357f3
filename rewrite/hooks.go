package rewrite

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// cobra calls only the nearest PersistentPreRunE or PersistentPreRun above the
// invoked command, so a hook of a subcommand hides the root's: every hook of
// the module is wrapped, on whichever command it stands, and keeps its kind,
// because code reads hooks back and the E kind silently wins over the other.
var hookWrappers = map[string]string{
	"PersistentPreRunE": "WrapPreRunE",
	"PersistentPreRun":  "WrapPreRun",
}

// hookSelector reports whether sel is a hook field of a command.
func (f *finder) hookSelector(sel *ast.SelectorExpr) bool {
	s, ok := f.c.info.Selections[sel]
	return ok && hookWrappers[sel.Sel.Name] != "" && s.Kind() == types.FieldVal && isCommand(ownerOf(s))
}

// hookField wraps a hook in a command's composite literal.
func (f *finder) hookField(kv *ast.KeyValueExpr) {
	key, ok := kv.Key.(*ast.Ident)
	if !ok || hookWrappers[key.Name] == "" {
		return
	}
	lit, ok := f.stackTop().(*ast.CompositeLit)
	if !ok || !isCommand(f.c.info.TypeOf(lit)) || isNil(kv.Value, f.c) {
		return
	}
	f.find(KindHook, kv, key.Name+": "+f.describeHook(kv.Value)+" wrapped", f.wrap(kv.Value, hookWrappers[key.Name])...)
}

func (f *finder) describeHook(e ast.Expr) string {
	if _, ok := ast.Unparen(e).(*ast.FuncLit); ok {
		return "function literal"
	}
	return f.short(e)
}

// hookAssign wraps a hook that is assigned after construction.
func (f *finder) hookAssign(assign *ast.AssignStmt) {
	for i, lhs := range assign.Lhs {
		sel, ok := ast.Unparen(lhs).(*ast.SelectorExpr)
		if !ok || !f.hookSelector(sel) {
			continue
		}
		if len(assign.Lhs) != len(assign.Rhs) || assign.Tok != token.ASSIGN {
			f.find(KindUncovered, lhs, f.short(lhs)+": assigned from a call with several results; commands below it are recorded without their beginning")
			continue
		}
		if isNil(assign.Rhs[i], f.c) {
			continue
		}
		f.find(KindHook, lhs, f.short(lhs)+": "+f.describeHook(assign.Rhs[i])+" wrapped", f.wrap(assign.Rhs[i], hookWrappers[sel.Sel.Name])...)
	}
}

// hookUse notes a hook whose address is taken: writes through it are not seen.
func (f *finder) hookUse(sel *ast.SelectorExpr) {
	if u, ok := f.parent().(*ast.UnaryExpr); ok && u.Op == token.AND && f.hookSelector(sel) {
		f.find(KindUncovered, sel, "address of "+f.short(sel)+": what is stored through it is not wrapped")
	}
}

// A fieldTarget is a command to whose field the code assigns a value somewhere.
type fieldTarget struct {
	expr  ast.Expr // the command
	value ast.Expr // nil when it comes from a call with several results
	in    *checked
	field string
}

// fieldTargets lists the commands that get a hook, or a name, by assignment.
func fieldTargets(c *checked) []fieldTarget {
	var list []fieldTarget
	for _, file := range c.files {
		ast.Inspect(file, func(n ast.Node) bool {
			assign, ok := n.(*ast.AssignStmt)
			if !ok {
				return true
			}
			for i, lhs := range assign.Lhs {
				sel, ok := ast.Unparen(lhs).(*ast.SelectorExpr)
				if !ok || hookWrappers[sel.Sel.Name] == "" && sel.Sel.Name != "Use" {
					continue
				}
				s, ok := c.info.Selections[sel]
				if !ok || s.Kind() != types.FieldVal || !isCommand(ownerOf(s)) {
					continue
				}
				target := fieldTarget{expr: sel.X, in: c, field: sel.Sel.Name}
				if len(assign.Lhs) == len(assign.Rhs) {
					target.value = assign.Rhs[i]
				}
				list = append(list, target)
			}
			return true
		})
	}
	return list
}

// addHook gives a root that has no hook one, in a block of its own: gofmt
// aligns fields of one block, and siblings must not be realigned.
func addHook(src []byte, base int, lit *ast.CompositeLit, local string) splice {
	value := "PersistentPreRunE: " + local + ".PersistentPreRunE"
	closing := int(lit.Rbrace) - base
	if len(lit.Elts) == 0 {
		return splice{start: int(lit.Lbrace) + 1 - base, end: int(lit.Lbrace) + 1 - base, text: value}
	}
	last := lit.Elts[len(lit.Elts)-1]
	end := int(last.End()) - base
	from := lineStart(src, closing)
	if from >= end && blank(src[from:closing]) {
		eol := newlineOf(src)
		indent := indentation(src, int(last.Pos())-base)
		if lineStart(src, int(last.Pos())-base) == lineStart(src, int(lit.Lbrace)-base) {
			indent = indentation(src, closing) + "\t"
		}
		return splice{start: from, end: from, text: eol + indent + value + "," + eol}
	}
	return splice{start: end, end: end, text: ", " + value}
}

// hasHook reports whether a command literal sets a hook itself.
func hasHook(lit *ast.CompositeLit) bool {
	for _, elt := range lit.Elts {
		if kv, ok := elt.(*ast.KeyValueExpr); ok {
			if key, ok := kv.Key.(*ast.Ident); ok && hookWrappers[key.Name] != "" {
				return true
			}
		}
	}
	return false
}

// keyed reports whether a literal's fields are named, so that one can be added.
func keyed(lit *ast.CompositeLit) bool {
	for _, elt := range lit.Elts {
		if _, ok := elt.(*ast.KeyValueExpr); !ok {
			return false
		}
	}
	return true
}

// receiverName is the bare name of a method's receiver type, "" for a function.
func receiverName(fn *types.Func) string {
	recv := fn.Type().(*types.Signature).Recv()
	if recv == nil {
		return ""
	}
	name := types.TypeString(deref(recv.Type()), func(*types.Package) string { return "" })
	return strings.TrimPrefix(name, "*")
}

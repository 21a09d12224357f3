package rewrite

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// A finder walks one file of a checked package and says what has to be done
// with everything that executes a root command, hooks into it, or ends the
// process. It decides by types; names of packages and variables mean nothing.
type finder struct {
	m     *module
	c     *checked
	file  *ast.File
	src   []byte
	name  string // of the file
	base  int
	local string // the runtime package's name in this file

	stack    []ast.Node // ancestors of the node at hand
	findings []Finding
	executed []execution
}

// An execution is a place where a root command is executed or handed over.
type execution struct {
	expr ast.Expr // what is executed
	in   *checked
	at   token.Pos
	file string
}

func (f *finder) offset(p token.Pos) int { return int(p) - f.base }

func (f *finder) text(n ast.Node) string {
	return string(f.src[f.offset(n.Pos()):f.offset(n.End())])
}

// short is an expression on one line, cut to fit a report.
func (f *finder) short(n ast.Node) string {
	s := strings.Join(strings.Fields(f.text(n)), " ")
	if len(s) > 60 {
		s = s[:57] + "..."
	}
	return s
}

func (f *finder) find(kind Kind, at ast.Node, what string, edits ...splice) *Finding {
	f.findings = append(f.findings, Finding{
		Kind: kind, What: what, file: f.name, offset: f.offset(at.Pos()), edits: edits,
	})
	return &f.findings[len(f.findings)-1]
}

func (f *finder) insert(p token.Pos, text string) splice {
	return splice{start: f.offset(p), end: f.offset(p), text: text}
}

// wrap puts a call of a runtime function around an expression.
func (f *finder) wrap(e ast.Expr, name string) []splice {
	return []splice{f.insert(e.Pos(), f.local+"."+name+"("), f.insert(e.End(), ")")}
}

// walk visits the whole file.
func (f *finder) walk() {
	ast.Inspect(f.file, func(n ast.Node) bool {
		if n == nil {
			f.stack = f.stack[:len(f.stack)-1]
			return true
		}
		f.visit(n)
		f.stack = append(f.stack, n)
		return true
	})
}

func (f *finder) parent() ast.Node {
	for i := len(f.stack) - 1; i >= 0; i-- {
		if _, ok := f.stack[i].(*ast.ParenExpr); !ok {
			return f.stack[i]
		}
	}
	return nil
}

func (f *finder) visit(n ast.Node) {
	switch n := n.(type) {
	case *ast.FuncDecl:
		f.mainFunc(n)
	case *ast.Ident:
		f.swap(n)
	case *ast.SelectorExpr:
		f.execute(n)
		f.hookUse(n)
	case *ast.CallExpr:
		f.handOver(n)
		f.fatal(n)
	case *ast.KeyValueExpr:
		f.hookField(n)
	case *ast.AssignStmt:
		f.hookAssign(n)
	}
}

// mainFunc puts Start at the top of func main: it has to run before anything
// else, and its deferred half after everything else.
func (f *finder) mainFunc(decl *ast.FuncDecl) {
	if f.file.Name.Name != "main" || decl.Recv != nil || decl.Name.Name != "main" || decl.Body == nil {
		return
	}
	stmt := "defer " + f.local + ".Start()()"
	f.find(KindMain, decl, "func main: starts telemetry, and records status 0 or a panic on the way out",
		f.firstStatement(decl.Body, stmt))
}

// firstStatement inserts a statement at the top of a body: on a line of its
// own where the body has lines, else in front of what is there.
func (f *finder) firstStatement(body *ast.BlockStmt, stmt string) splice {
	brace := f.offset(body.Lbrace) + 1
	next := lineEnd(f.src, brace)
	rest := strings.TrimSpace(string(f.src[brace:next]))
	if (rest == "" || strings.HasPrefix(rest, "//")) && next <= f.offset(body.Rbrace) {
		indent := indentation(f.src, f.offset(body.Pos())) + "\t"
		if len(body.List) > 0 && lineStart(f.src, f.offset(body.List[0].Pos())) >= next {
			indent = indentation(f.src, f.offset(body.List[0].Pos()))
		}
		return splice{start: next, end: next, text: indent + stmt + newlineOf(f.src)}
	}
	at := brace
	if len(body.List) > 0 {
		at = f.offset(body.List[0].Pos())
	}
	return splice{start: at, end: at, text: stmt + "; "}
}

// swap replaces every use of os.Exit and cobra.CheckErr, called or as a value,
// by the runtime's function of the same type.
func (f *finder) swap(id *ast.Ident) {
	fn, ok := f.c.info.Uses[id].(*types.Func)
	if !ok || fn.Pkg() == nil || fn.Type().(*types.Signature).Recv() != nil {
		return
	}
	for name, original := range swaps {
		if fn.Pkg().Path() != original.path || fn.Name() != original.name {
			continue
		}
		var whole ast.Expr = id
		if sel, ok := f.stackTop().(*ast.SelectorExpr); ok && sel.Sel == id {
			whole = sel
		}
		what := f.text(whole) + ": records the exit status first"
		if call, ok := f.callOf(whole); ok {
			what = f.short(call) + ": records the exit status first"
		} else {
			what = f.text(whole) + " as a value: records the exit status first"
		}
		found := f.find(KindExit, whole, what, splice{
			start: f.offset(whole.Pos()), end: f.offset(whole.End()), text: f.local + "." + name,
		})
		found.drops = original.path
	}
}

func (f *finder) stackTop() ast.Node {
	if len(f.stack) == 0 {
		return nil
	}
	return f.stack[len(f.stack)-1]
}

// callOf returns the call whose function is e, when e is what the walk stands at.
func (f *finder) callOf(e ast.Expr) (*ast.CallExpr, bool) {
	for i := len(f.stack) - 1; i >= 0; i-- {
		switch n := f.stack[i].(type) {
		case *ast.CallExpr:
			return n, ast.Unparen(n.Fun) == e
		case *ast.ParenExpr:
		case *ast.SelectorExpr:
			if ast.Expr(n) != e {
				return nil, false
			}
		default:
			return nil, false
		}
	}
	return nil, false
}

var executeMethods = map[string]bool{"Execute": true, "ExecuteC": true, "ExecuteContext": true, "ExecuteContextC": true}

// execute wraps the receiver of root.Execute(), and of its siblings, in Track.
// A method value (run := root.Execute) is wrapped the same way.
func (f *finder) execute(sel *ast.SelectorExpr) {
	s, ok := f.c.info.Selections[sel]
	if !ok || !executeMethods[sel.Sel.Name] {
		return
	}
	fn, ok := s.Obj().(*types.Func)
	if !ok || fn.Pkg() == nil || fn.Pkg().Path() != cobraPath || !isCommand(fn.Type().(*types.Signature).Recv().Type()) {
		return
	}
	if s.Kind() == types.MethodExpr {
		f.find(KindUncovered, sel, "method expression "+f.short(sel)+": its command is not known here; runs through it are recorded only where a hook fires")
		return
	}
	receiver := ast.Unparen(sel.X)
	f.executed = append(f.executed, execution{f.receiverExpr(sel, s), f.c, sel.Pos(), f.name})
	before, after := f.receiverForm(sel, s)
	f.find(KindExecute, sel, f.short(receiver)+"."+sel.Sel.Name+": tracked",
		f.insert(sel.X.Pos(), f.local+".Track("+before), f.insert(sel.X.End(), after+")"))
}

// receiverForm returns what stands before and behind the author's receiver in
// the call of Track; impliedReceiver is its inverse.
func (f *finder) receiverForm(sel *ast.SelectorExpr, s *types.Selection) (before, after string) {
	path := embeddedPath(s)
	t := f.c.info.TypeOf(sel.X)
	if len(path) > 0 {
		last := path[len(path)-1]
		if !last.pointer {
			before = "&"
		}
		if len(path) == 1 && last.name == "Command" {
			return before, ".Command"
		}
		names := ""
		for _, p := range path {
			names += "." + p.name
		}
		return before + "(", ")" + names
	}
	if _, pointer := types.Unalias(t).Underlying().(*types.Pointer); !pointer {
		before = "&"
	}
	if x, ok := sel.X.(*ast.SelectorExpr); ok && x.Sel.Name == "Command" {
		return before + "(", ")"
	}
	return before, ""
}

type embedded struct {
	name    string
	pointer bool
}

// embeddedPath returns the embedded fields between a receiver and the command
// whose method is selected.
func embeddedPath(s *types.Selection) []embedded {
	var path []embedded
	t := s.Recv()
	for _, i := range s.Index()[:len(s.Index())-1] {
		st, ok := deref(t).Underlying().(*types.Struct)
		if !ok {
			return path
		}
		field := st.Field(i)
		t = field.Type()
		_, pointer := types.Unalias(t).(*types.Pointer)
		path = append(path, embedded{field.Name(), pointer})
	}
	return path
}

// receiverExpr is the executed command as an expression the flow can follow.
func (f *finder) receiverExpr(sel *ast.SelectorExpr, s *types.Selection) ast.Expr {
	path := embeddedPath(s)
	if len(path) == 0 {
		return sel.X
	}
	owner := s.Recv()
	for _, i := range s.Index()[:len(path)-1] {
		owner = deref(owner).Underlying().(*types.Struct).Field(i).Type()
	}
	return &fieldOf{Expr: sel.X, owner: owner, name: path[len(path)-1].name}
}

// handOver wraps a root that is handed to a function of another module which
// executes it: fang.Execute(ctx, root), cli.Run(root), app.SetupRootCommand(root).
func (f *finder) handOver(call *ast.CallExpr) {
	fn := f.c.callee(call)
	if fn == nil || fn.Pkg() == nil || f.m.isOwn(fn.Pkg().Path()) || fn.Pkg().Path() == cobraPath {
		return
	}
	for i, arg := range call.Args {
		t := f.c.info.TypeOf(arg)
		if _, pointer := types.Unalias(orInvalid(t)).(*types.Pointer); !pointer || !isCommand(t) {
			continue
		}
		if d := f.m.executor(fn, i); d != nil {
			if d.ends != "" {
				f.find(KindDependency, call, fmt.Sprintf("%s may end the process itself, with %s; such a run is recorded as -1", fn.Pkg().Path(), d.ends))
			}
			f.executed = append(f.executed, execution{arg, f.c, arg.Pos(), f.name})
			f.find(KindExecute, arg, fmt.Sprintf("%s handed to %s: tracked", f.short(arg), f.short(call.Fun)), f.wrap(arg, "Track")...)
		}
	}
}

func orInvalid(t types.Type) types.Type {
	if t == nil {
		return types.Typ[types.Invalid]
	}
	return t
}

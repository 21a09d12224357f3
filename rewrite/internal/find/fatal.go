package find

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/module"
	"golang.org/x/tools/go/ast/edge"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/form"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/loggers"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// fatal finds calls that end the process inside a dependency, such as log.Fatal. The
// exit there cannot be replaced, so its status is announced before the call; or after
// its last argument, if computing the arguments may take the whole run, as in
// log.Fatal(http.ListenAndServe(...)).
func (f *finder) fatal(call *ast.CallExpr) {
	fn := callee(f.c, call)
	if f.beforeMain(enclosed(f.c, f.cur, false)) {
		return
	} else if fn == nil {
		f.variableOrDie(call)
		return
	}
	hook, path := loggers.Covers(f.hooks, fn), fn.Pkg().Path()
	status, chain, ok := f.status(fn)
	switch {
	case hook != "":
		f.hooked[hook]++
	case isCheckErr(fn):
		f.checkErr(call)
	case chain:
		f.chain(call, status)
	case ok:
		f.announce(call, call, strconv.Itoa(status), fn)
	case len(call.Args) > 0 && loggers.FatalLevel(fn, f.c.Info.Types[call.Args[0]]):
		f.chain(call, 1)
	case f.g.IsOwn(path):
		if logger := f.loggerBehind(fn); logger != "" {
			f.note(plan.Dependency, call, f.short(call.Fun)+" ends the process if it is called on a "+logger+"; such a run is recorded as -1 if a command had begun")
		}
	case ofFlags(fn, "Parse"):
		f.parses = append(f.parses, call)
	case f.depend.mayEnd(fn) && (returnsNothing(fn) || strings.HasSuffix(fn.Name(), orDie)):
		f.dependency(call, fn)
	case f.depend.endsItself(fn) != "":
		f.noteEnd(call, path, f.depend.endsItself(fn))
	case makesCommand(fn) && !isInterfaceMethod(fn):
		if how := f.depend.ends(fn); how != "" {
			f.note(plan.Dependency, call, "a command that "+f.short(call.Fun)+" of "+path+" makes may end the process, with "+how+": such a run is recorded as -1")
		}
	}
}

// loggerBehind returns the name of a logger that satisfies an interface of the CLI and
// ends the process in the interface's method fn, "" if there is none.
func (f *finder) loggerBehind(fn *types.Func) string {
	if !isInterfaceMethod(fn) {
		return ""
	}
	iface := fn.Signature().Recv().Type().Underlying().(*types.Interface)
	for _, path := range slices.Sorted(maps.Keys(f.g.All)) { // in order, so that the report is always the same
		if !loggers.Known(path) {
			continue
		}
		if pkg := f.g.Imported(path); pkg != nil {
			if name := loggers.Behind(f.hooks, pkg, iface, fn.Name()); name != "" {
				return pkg.Name() + "." + name
			}
		}
	}
	return ""
}

// fatalValue notes where a function that ends the process is used as a value: a call
// through a variable cannot be announced.
func (f *finder) fatalValue(fn *types.Func) {
	if _, chain, fatal := loggers.Status(fn); (chain || !fatal) && !isSyscallExit(fn) && !isCheckErr(fn) || loggers.Covers(f.hooks, fn) != "" {
		return
	}
	if whole := whole(f.cur); callOf(whole) == nil {
		f.note(plan.Uncovered, whole.Node(), f.short(whole.Node())+" is used as a value: a run that it ends is recorded as -1 if a command had begun")
	}
}

// dependency announces or notes a call of a dependency's function, if its source says that
// it may end the process.
func (f *finder) dependency(call *ast.CallExpr, fn *types.Func) {
	how := f.depend.ends(fn)
	if how == "" {
		return
	}
	if endsWithArgument(fn) { // if it ends with another status, the runtime moves the count
		switch arg := ast.Unparen(call.Args[0]).(type) {
		case *ast.BasicLit, *ast.Ident, *ast.SelectorExpr: // can be evaluated twice
			f.announce(call, call, f.text(arg), fn)
			return
		}
	}
	if status := f.depend.always(fn); status != "" {
		f.announce(call, call, status, fn)
		return
	}
	f.noteEnd(call, fn.Pkg().Path(), how)
}

// orDie is the end of the name of a function that ends the process instead of returning an
// error. The source of such a function is followed everywhere, also through variables. Of
// other functions that return something, only their own code is looked at: the functions
// that they keep or hand out often end the process in places that the call never reaches.
const orDie = "OrDie"

// variableOrDie notes a call of such a function that a dependency keeps in a variable.
func (f *finder) variableOrDie(call *ast.CallExpr) {
	v, ok := named(f.c, call.Fun).(*types.Var)
	if !ok || !strings.HasSuffix(v.Name(), orDie) || !f.depend.foreign(pathOf(v)) {
		return
	}
	f.depend.values.add(f.g.Package(f.g.All[v.Pkg().Path()]))
	if how := f.depend.endsInValue(f.c, call.Fun, map[string]bool{}); how != "" {
		f.noteEnd(call, v.Pkg().Path(), how)
	}
}

// noteEnd notes a call of a dependency's function that may end the process. A method is named by its type, so that
// the report has one line for all values of the type.
func (f *finder) noteEnd(call *ast.CallExpr, path, how string) {
	what := f.short(call.Fun)
	if fn := callee(f.c, call); fn != nil && fn.Signature().Recv() != nil {
		what = strings.TrimPrefix(types.TypeString(fn.Signature().Recv().Type(), (*types.Package).Name), "*") + "." + fn.Name()
	}
	f.note(plan.Dependency, call, what+" of "+path+" may end the process, with "+how+"; such a run is recorded as -1 if a command had begun")
}

// status is loggers.Status, also for the module's own functions that only return events of
// a logger's fatal level. Events that an exit hook covers do not count.
func (f *finder) status(fn *types.Func) (status int, chain, ok bool) {
	if !f.g.IsOwn(pathOf(fn)) || !returnsEvent(fn) {
		return loggers.Status(fn)
	}
	var codes []int // 0 for other events
	f.flow.back(origin{place: resultOf(functionPlace(fn), 0)}, func(e ast.Expr, in *load.Package) bool {
		call, ok := e.(*ast.CallExpr)
		if !ok {
			return false
		}
		made := callee(in, call)
		if made != nil && f.g.IsOwn(pathOf(made)) {
			return false // what that function returns is visited
		}
		code := 0
		if made != nil && loggers.Covers(f.hooks, made) == "" {
			code, _, _ = loggers.Status(made)
		}
		codes = append(codes, code)
		return true
	})
	if len(codes) == 0 || slices.Min(codes) == 0 {
		return 0, false, false
	}
	return codes[0], true, true
}

// returnsEvent reports whether a function returns one value, of a type that a logger declares.
func returnsEvent(fn *types.Func) bool {
	results := fn.Signature().Results()
	if results.Len() != 1 {
		return false
	}
	event, ok := deref(results.At(0).Type()).(*types.Named)
	return ok && loggers.Known(pathOf(event.Obj()))
}

// chain announces the whole chain of calls that begins with a fatal event: the process ends
// in the last one.
func (f *finder) chain(call *ast.CallExpr, status int) {
	for cur := range f.cur.Enclosing((*ast.FuncDecl)(nil)) {
		if fn, ok := f.c.Info.Defs[cur.Node().(*ast.FuncDecl).Name].(*types.Func); ok {
			if _, passedOn, _ := f.status(fn); passedOn {
				return // it returns the event, and its callers are announced
			}
		}
	}
	top := f.cur
	for top.ParentEdgeKind() == edge.SelectorExpr_X && top.Parent().ParentEdgeKind() == edge.CallExpr_Fun {
		top = top.Parent().Parent()
	}
	f.announce(call, top.Node().(*ast.CallExpr), strconv.Itoa(status), nil)
}

// announce adds a site that records a status, given as source text, before a call that ends
// the process.
func (f *finder) announce(at, call *ast.CallExpr, status string, fn *types.Func) {
	what := fmt.Sprintf("%s: status %s is recorded before the call", f.short(call.Fun), status)
	o := plan.Operands{Status: status}
	if f.onSetup() {
		f.note(plan.Note, at, f.short(call.Fun)+": left alone, because it ends the process only if the source is wrong")
		return
	}
	if stmt, ok := f.statementOf(call); ok && f.pure(call) {
		f.edit(plan.Fatal, at, form.Exiting, stmt.Pos(), stmt.End(), o, what)
		return
	}
	if arg := f.lastAny(call, fn); arg != nil && !f.deferred() {
		f.edit(plan.Fatal, at, form.ExitingWith, arg.Pos(), arg.End(), o, what)
		return
	}
	f.note(plan.Uncovered, at, f.short(call.Fun)+" ends the process, and no edit is possible here; the run is recorded as -1 if a command had begun")
}

// statementOf returns the statement that consists of this call alone, if it stands in a
// list, where another statement can be put before it.
func (f *finder) statementOf(call *ast.CallExpr) (ast.Stmt, bool) {
	for cur := range f.cur.Enclosing((*ast.ExprStmt)(nil)) {
		stmt := cur.Node().(*ast.ExprStmt)
		switch cur.ParentEdgeKind() {
		case edge.BlockStmt_List, edge.CaseClause_Body, edge.CommClause_Body, edge.LabeledStmt_Stmt:
			return stmt, ast.Unparen(stmt.X) == ast.Expr(call)
		}
		return nil, false
	}
	return nil, false
}

func (f *finder) deferred() bool {
	kind := f.cur.ParentEdgeKind()
	return kind == edge.DeferStmt_Call || kind == edge.GoStmt_Call
}

// pure reports whether a call's receiver and arguments take no time to evaluate: they
// consist of names, literals, operators and calls that format.
func (f *finder) pure(call *ast.CallExpr) bool {
	ok := true
	ast.Inspect(call, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if n != call && !f.immediate(n) {
				ok = false
			}
		case *ast.UnaryExpr:
			if n.Op == token.ARROW {
				ok = false
			}
		case *ast.FuncLit:
			return false
		}
		return ok
	})
	return ok
}

var formatting = map[string]bool{
	"fmt": true, "errors": true, "strings": true, "strconv": true, "path": true, "path/filepath": true, "bytes": true,
	"time": true, "github.com/pkg/errors": true, "golang.org/x/xerrors": true, "github.com/fatih/color": true,
}

// immediate reports whether a call only formats or converts.
func (f *finder) immediate(call *ast.CallExpr) bool {
	if tv, ok := f.c.Info.Types[call.Fun]; ok && (tv.IsType() || tv.IsBuiltin()) {
		return true
	}
	fn, ok := named(f.c, call.Fun).(*types.Func)
	if !ok {
		return false
	}
	if sig := fn.Signature(); sig.Recv() != nil && sig.Params().Len() == 0 && slices.Contains([]string{"Error", "String", "Name"}, fn.Name()) {
		return true
	}
	if _, chain, fatal := f.status(fn); fatal || fn.Name() == "Sleep" {
		return chain
	}
	path, _, _ := module.SplitPathVersion(pathOf(fn))
	return formatting[path] || loggers.Known(path) // as logrus.WithError(err).WithField("k", v)
}

// lastAny returns a call's last argument if it is passed as an interface{}, so that
// ExitingWith can be put around it; nil otherwise.
func (f *finder) lastAny(call *ast.CallExpr, fn *types.Func) ast.Expr {
	if fn == nil || len(call.Args) == 0 || call.Ellipsis.IsValid() {
		return nil
	}
	sig := fn.Signature()
	if !sig.Variadic() || len(call.Args) < sig.Params().Len() {
		return nil
	}
	last := sig.Params().At(sig.Params().Len() - 1).Type().(*types.Slice).Elem()
	iface, ok := last.Underlying().(*types.Interface)
	if !ok || iface.NumMethods() > 0 {
		return nil
	}
	arg := call.Args[len(call.Args)-1]
	if tuple, ok := f.c.Info.TypeOf(arg).(*types.Tuple); ok && tuple.Len() != 1 {
		return nil
	}
	return arg
}

package find

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/form"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// An execution is a place where a command is executed, or handed to something
// that executes it.
type execution struct {
	origin   // what is executed
	finder   *finder
	at       ast.Node
	from, to token.Pos // what goes to Track
	operands plan.Operands
	what     string
	where    enclosure
}

var executeMethods = map[string]bool{"Execute": true, "ExecuteC": true, "ExecuteContext": true, "ExecuteContextC": true}

// executes returns how a selector names a method that executes a command, nil
// if it does not.
func executes(c *load.Package, sel *ast.SelectorExpr) *types.Selection {
	s, ok := c.Info.Selections[sel]
	if !ok || !executeMethods[sel.Sel.Name] {
		return nil
	}
	fn, ok := s.Obj().(*types.Func)
	if !ok || fn.Pkg() == nil || fn.Pkg().Path() != load.Cobra || !isCommand(fn.Type().(*types.Signature).Recv().Type()) {
		return nil
	}
	return s
}

// execute finds root.Execute() and its siblings, called or as a method value, and
// what executes a command behind an interface.
func (f *finder) execute(sel *ast.SelectorExpr) {
	fn, ok := f.c.Info.Uses[sel.Sel].(*types.Func)
	if !ok || !executeMethods[fn.Name()] {
		return
	}
	s := executes(f.c, sel)
	where := enclosed(f.c, f.cur, false)
	if s == nil {
		if isInterfaceMethod(fn) {
			f.survey.behind = append(f.survey.behind, indirect{f.receiver(sel), f, sel, where})
		}
		return
	}
	e := execution{origin: f.receiver(sel), finder: f, at: sel, what: f.short(ast.Unparen(sel.X)) + "." + sel.Sel.Name, where: where}
	if s.Kind() != types.MethodExpr {
		e.from, e.to, e.operands = sel.X.Pos(), sel.X.End(), f.operands(sel, s)
	} else if root := e.expr; root != nil && isCommandPointer(f.c.Info.TypeOf(root)) {
		e.from, e.to, e.what = root.Pos(), root.End(), f.short(root)+" handed to "+f.short(sel)
	} else {
		f.cannotTrack(sel, "method expression "+f.short(sel)+": its command is not known here; runs through it are not counted unless the command is tracked elsewhere")
		return
	}
	f.survey.executed = append(f.survey.executed, e)
	f.executes = true
}

// receiver is where the value before a selected method comes from; of a method
// expression, the first argument of its call.
func (f *finder) receiver(sel *ast.SelectorExpr) origin {
	s := f.c.Info.Selections[sel]
	if s.Kind() != types.MethodExpr {
		return receiver(f.c, sel, s)
	}
	if call := callOf(f.cur); call != nil && len(call.Args) > 0 {
		return origin{expr: call.Args[0], in: f.c}
	}
	return origin{}
}

// cannotTrack notes an execution whose command is out of reach.
func (f *finder) cannotTrack(at ast.Node, what string) {
	f.note(plan.Uncovered, at, what)
	f.survey.untracked = append(f.survey.untracked, f.at(at)+": "+what)
}

// operands say what more than the receiver has to be handed to Track.
func (f *finder) operands(sel *ast.SelectorExpr, s *types.Selection) (o plan.Operands) {
	path := embeddedPath(s.Recv(), s.Index())
	for i, p := range path {
		o.Embedded = append(o.Embedded, p.name)
		o.Address = i == len(path)-1 && !p.pointer
	}
	if len(path) > 0 {
		return o
	}
	_, pointer := types.Unalias(f.c.Info.TypeOf(sel.X)).Underlying().(*types.Pointer)
	o.Address = !pointer
	x, ok := sel.X.(*ast.SelectorExpr)
	o.Field = ok && x.Sel.Name == "Command"
	return o
}

type embedded struct {
	name    string
	pointer bool
}

// embeddedPath returns the embedded fields between a receiver and the method at an
// index path of its type.
func embeddedPath(recv types.Type, index []int) []embedded {
	var path []embedded
	for _, i := range index[:len(index)-1] {
		st, ok := deref(recv).Underlying().(*types.Struct)
		if !ok {
			return path
		}
		field := st.Field(i)
		recv = field.Type()
		_, pointer := types.Unalias(recv).(*types.Pointer)
		path = append(path, embedded{field.Name(), pointer})
	}
	return path
}

// embeddedPlace is the place of the last of these fields, "" for none.
func embeddedPlace(recv types.Type, index []int) string {
	path := embeddedPath(recv, index)
	if len(path) == 0 {
		return ""
	}
	return fieldPlace(declaring(recv, index[:len(path)]), path[len(path)-1].name)
}

// receiver is where the executed command comes from: the expression before the
// selector, or the embedded field that it implies.
func receiver(c *load.Package, sel *ast.SelectorExpr, s *types.Selection) origin {
	if place := embeddedPlace(s.Recv(), s.Index()); place != "" {
		return origin{place: place, in: c}
	}
	return origin{expr: sel.X, in: c}
}

// An indirect is an execution that does not name the command: the call of an
// interface's Execute, or of a dependency that executes what a function returns.
type indirect struct {
	origin // the interface's value, or the function
	finder *finder
	at     ast.Expr
	where  enclosure
}

// handOver finds a root that is handed to a function of another module which
// executes it, itself or below a root of its own: fang.Execute(ctx, root),
// cli.Run(root), plugin.Run(func(...) *cobra.Command { ... }).
func (f *finder) handOver(call *ast.CallExpr) {
	fn := callee(f.c, call)
	if fn == nil || fn.Pkg() == nil || f.g.IsOwn(fn.Pkg().Path()) || fn.Pkg().Path() == load.Cobra {
		return
	}
	for i, arg := range call.Args {
		t := f.c.Info.TypeOf(arg)
		if t == nil {
			continue
		}
		sig, isFunc := types.Unalias(t).Underlying().(*types.Signature)
		isFactory := isFunc && commandResult(sig) >= 0
		if !isFactory && !isCommandPointer(t) {
			continue
		}
		place := argumentPlace(fn, i, call.Ellipsis.IsValid())
		if isFactory {
			place = resultOf(place, commandResult(sig))
		}
		d := f.depend.executor(fn.Pkg().Path(), place)
		if d == nil {
			continue
		}
		if d.ends != "" {
			f.note(plan.Dependency, call, fmt.Sprintf("%s may end the process itself, with %s; such a run is recorded as -1", fn.Pkg().Path(), d.ends))
		}
		f.executes = true
		where := enclosed(f.c, f.cur, false)
		if isFactory {
			f.survey.factories = append(f.survey.factories, indirect{origin{expr: arg, in: f.c}, f, call.Fun, where})
			continue
		}
		f.survey.executed = append(f.survey.executed, execution{
			origin: origin{expr: arg, in: f.c}, finder: f, at: arg, from: arg.Pos(), to: arg.End(),
			what: f.short(arg) + " handed to " + f.short(call.Fun), where: where,
		})
	}
}

// track decides what is a root. A command that is executed inside a run is part
// of that run.
func (s *survey) track() error {
	for _, factory := range s.factories {
		s.trackReturns(factory)
	}
	for _, call := range s.behind {
		s.trackBehind(call)
	}
	var inside map[string]bool
	if len(s.executed) > 1 {
		var in []enclosure
		for _, e := range s.executed {
			in = append(in, e.where)
		}
		var err error
		if inside, err = s.insideRuns(in); err != nil {
			return err
		}
	}
	tracked := 0
	var parts []string
	for _, e := range s.executed {
		if !s.options.Force && (e.where.hook || inside[e.where.decl]) {
			parts = append(parts, e.finder.at(e.at)+": "+e.what)
			e.finder.note(plan.Note, e.at, e.what+": left alone, because it is executed inside a run and counted as part of that run")
			continue
		}
		tracked++
		e.finder.edit(plan.Execute, e.at, form.Track, e.from, e.to, e.operands, e.what+": tracked")
	}
	if tracked == 0 {
		return &ExecutionError{Main: s.g.Main.PkgPath, Module: s.g.Path, Inside: parts, Untracked: s.untracked}
	}
	return nil
}

// trackReturns finds what a factory returns.
func (s *survey) trackReturns(fa indirect) {
	found := 0
	for _, fn := range s.functions(fa.origin) {
		f := s.finderOf(fn.in, fn.body)
		if f == nil {
			continue
		}
		result := commandResult(fn.sig)
		eachReturn(fn.body, func(ret *ast.ReturnStmt) {
			if len(ret.Results) != fn.sig.Results().Len() {
				return // named results, or another function's
			}
			e := ret.Results[result]
			if isNil(e, fn.in) {
				return
			}
			found++
			s.executed = append(s.executed, execution{
				origin: origin{expr: e, in: fn.in}, finder: f, at: e, from: e.Pos(), to: e.End(),
				what: f.short(e) + " returned to " + fa.finder.short(fa.at), where: fa.where,
			})
		})
	}
	if found == 0 {
		fa.finder.cannotTrack(fa.at, fa.finder.short(fa.at)+" executes the command that "+fa.finder.short(fa.expr)+" returns, which could not be followed; its runs are not counted unless it is tracked elsewhere")
	}
}

// trackBehind finds the commands that an interface's value, or one of a type
// parameter, can be: where they become one, or are put into a struct that does.
func (s *survey) trackBehind(call indirect) {
	what := call.finder.short(call.at)
	found, seen := false, map[string]bool{}
	t := trace{passed: s.follow}
	t.visit = func(e ast.Expr, in *load.Package) bool {
		typ, f := in.Info.TypeOf(e), s.finderOf(in, e)
		if typ == nil || f == nil {
			return false
		}
		if isCommandPointer(typ) {
			found = true
			if lit, ok := e.(*ast.CompositeLit); ok && lit.Type == nil {
				f.cannotTrack(e, f.short(e)+", executed as "+what+", is a literal without its type: write &cobra.Command{...}")
			} else if !slices.ContainsFunc(s.executed, func(x execution) bool { return x.at == ast.Node(e) }) {
				s.executed = append(s.executed, execution{
					origin: origin{expr: e, in: in}, finder: f, at: e, from: e.Pos(), to: e.End(),
					what: f.short(e) + ", executed as " + what, where: call.where,
				})
			}
			return true
		}
		method, index, _ := types.LookupFieldOrMethod(typ, true, in.Types, call.at.(*ast.SelectorExpr).Sel.Name)
		place := ""
		if method != nil {
			place = embeddedPlace(typ, index)
		}
		if place == "" {
			return false
		}
		if path := embeddedPath(typ, index); !path[len(path)-1].pointer && !isInterfaceMethod(method.(*types.Func)) {
			found = true
			f.cannotTrack(e, f.short(e)+", executed as "+what+", embeds cobra.Command by value: embed a *cobra.Command")
		} else if !seen[place] {
			seen[place] = true
			s.flow.back(origin{place: place, in: in}, t)
		}
		return true
	}
	s.flow.back(call.origin, t)
	if !found {
		s.untracked = append(s.untracked, call.finder.at(call.at)+": "+what+": the command behind the interface could not be followed")
	}
}

// A body is that of a function of the module.
type body struct {
	in   *load.Package
	body *ast.BlockStmt
	sig  *types.Signature
}

// functions returns the functions that a function value can stand for.
func (s *survey) functions(from origin) (list []body) {
	s.flow.back(from, trace{passed: s.follow, visit: func(e ast.Expr, in *load.Package) bool {
		if lit, ok := e.(*ast.FuncLit); ok {
			sig, _ := in.Info.TypeOf(lit).(*types.Signature)
			list = append(list, body{in, lit.Body, sig})
			return true
		}
		fn, ok := named(in, e).(*types.Func)
		if ok && fn.Pkg() != nil {
			list = append(list, s.declared(fn)...)
		}
		return ok
	}})
	return list
}

// declared returns the body of a declared function of the module.
func (s *survey) declared(fn *types.Func) []body {
	if !s.g.IsOwn(fn.Pkg().Path()) {
		return nil
	}
	c, decl := s.depend.declaration(fn.Origin())
	if decl == nil {
		return nil
	}
	return []body{{c, decl.Body, c.Info.Defs[decl.Name].Type().(*types.Signature)}}
}

// finderOf returns the finder of the file that a node stands in.
func (s *survey) finderOf(c *load.Package, n ast.Node) *finder {
	for i, file := range c.Files {
		if file.FileStart > n.Pos() || n.Pos() >= file.FileEnd {
			continue
		}
		name := s.g.Sources.Relative(c.Names[i])
		for _, f := range s.finders {
			if f.name == name {
				return f
			}
		}
		return s.look(c, i)
	}
	return nil
}

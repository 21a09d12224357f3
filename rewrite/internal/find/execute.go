package find

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/form"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// An execution is a place where a command is executed, or handed to a function that
// executes it.
type execution struct {
	origin   // what is executed
	finder   *finder
	at       ast.Node
	from, to token.Pos // of the expression that Track is put around
	operands plan.Operands
	what     string
	where    enclosure
}

var executeMethods = map[string]bool{"Execute": true, "ExecuteC": true, "ExecuteContext": true, "ExecuteContextC": true}

// executes returns the selection of a method that executes a command, nil if a selector
// names none.
func executes(c *load.Package, sel *ast.SelectorExpr) *types.Selection {
	s, ok := c.Info.Selections[sel]
	if !ok || !executeMethods[sel.Sel.Name] {
		return nil
	}
	fn, ok := s.Obj().(*types.Func)
	if !ok || pathOf(fn) != load.Cobra || !isCommand(fn.Signature().Recv().Type()) {
		return nil
	}
	return s
}

// execute finds root.Execute() and its siblings, called or as a method value, also through
// an interface.
func (f *finder) execute(sel *ast.SelectorExpr) {
	fn, ok := f.c.Info.Uses[sel.Sel].(*types.Func)
	if !ok || !executeMethods[fn.Name()] {
		return
	}
	s := executes(f.c, sel)
	where := enclosed(f.c, f.cur, false)
	if s == nil {
		if isInterfaceMethod(fn) && f.likeCobras(fn) {
			f.survey.indirect = append(f.survey.indirect, indirect{f.receiver(sel), f, sel, where, ", executed as " + f.short(sel), ""})
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

// passesCobra notes where a command's own function is called outside of a run, after Find or
// Traverse, for example. Cobra does not run its initializers then, so nothing is counted.
func (f *finder) passesCobra(sel *ast.SelectorExpr) {
	s := f.c.Info.Selections[sel]
	if s == nil || s.Kind() != types.FieldVal || !isCommand(ownerOf(s)) || sel.Sel.Name != "Run" && sel.Sel.Name != "RunE" || callOf(f.cur) == nil {
		return
	}
	for cur := range f.cur.Enclosing((*ast.FuncLit)(nil), (*ast.FuncDecl)(nil)) {
		var function ast.Expr
		switch n := cur.Node().(type) {
		case *ast.FuncLit:
			function = n
		case *ast.FuncDecl:
			function = n.Name
		}
		if hasHookType(f.c.Info.TypeOf(function)) {
			return // a hook, which cobra calls in a run
		}
	}
	if !f.insideRuns(enclosed(f.c, f.cur, false)) {
		f.note(plan.Uncovered, sel, f.short(sel)+" is called without cobra: where it is not part of a run that cobra executes, it is not counted")
	}
}

// receiver returns the origin of a selected method's receiver. That of a method expression
// is the first argument of its call.
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

// cannotTrack notes an execution whose command cannot be handed to Track.
func (f *finder) cannotTrack(at ast.Node, what string) {
	f.note(plan.Uncovered, at, what)
	f.survey.untracked = append(f.survey.untracked, f.at(at)+": "+what)
}

// operands returns what Track needs beside the receiver to name the command.
func (f *finder) operands(sel *ast.SelectorExpr, s *types.Selection) (o plan.Operands) {
	command := f.c.Info.TypeOf(sel.X)
	for _, field := range embedded(s.Recv(), s.Index()) {
		o.Embedded = append(o.Embedded, field.Name())
		command = field.Type()
	}
	o.Address = !isPointer(command)
	x, ok := sel.X.(*ast.SelectorExpr)
	o.Field = ok && x.Sel.Name == "Command" && o.Embedded == nil
	return o
}

// embedded returns the embedded fields on an index path of a type, without its last step.
func embedded(t types.Type, index []int) (fields []*types.Var) {
	for _, i := range index[:len(index)-1] {
		field := deref(t).Underlying().(*types.Struct).Field(i)
		fields = append(fields, field)
		t = field.Type()
	}
	return fields
}

// embeddedPlace returns the place of the last of these fields, "" if there is none.
func embeddedPlace(t types.Type, index []int) string {
	fields := embedded(t, index)
	if len(fields) == 0 {
		return ""
	}
	return fieldPlace(declaring(t, index[:len(fields)]), fields[len(fields)-1].Name())
}

// receiver returns the origin of an executed command: the expression before the selector,
// or the embedded field that the selector implies.
func receiver(c *load.Package, sel *ast.SelectorExpr, s *types.Selection) origin {
	if place := embeddedPlace(s.Recv(), s.Index()); place != "" {
		return origin{place: place, in: c}
	}
	return origin{expr: sel.X, in: c}
}

// An indirect is an execution that does not name the command: a call of an interface's
// Execute, or of a dependency's function that executes what another function returns.
type indirect struct {
	origin  // the interface's value, or the function's result
	finder  *finder
	at      ast.Expr
	where   enclosure
	how     string // how the command comes to be executed, for the report
	factory string // the function that returns the command, as the source has it; "" for an interface
}

// handOver finds a root that is handed to a dependency's function which executes it, as
// it is or below a root of its own: fang.Execute(ctx, root), cli.Run(root),
// plugin.Run(func(...) *cobra.Command { ... }). It reports whether it noted that the call
// may end the process.
func (f *finder) handOver(call *ast.CallExpr) (noted bool) {
	fn := callee(f.c, call)
	if fn == nil || f.g.IsOwn(fn.Pkg().Path()) || fn.Pkg().Path() == load.Cobra {
		return false
	}
	for i, arg := range call.Args {
		t := f.c.Info.TypeOf(arg)
		if t == nil {
			continue
		}
		place, made := argumentPlace(fn, i, call.Ellipsis.IsValid()), -1
		if sig, ok := t.Underlying().(*types.Signature); ok {
			made = commandResult(sig)
			place = resultOf(place, made)
		}
		if made < 0 && !isCommandPointer(t) {
			continue
		}
		if !f.depend.executes(fn.Pkg().Path(), place) {
			continue
		}
		if how := f.depend.endsBehind[fn.Pkg().Path()]; how != "" && !noted {
			noted = true
			f.note(plan.Dependency, call, fmt.Sprintf("%s may end the process itself, with %s; such a run is recorded as -1", fn.Pkg().Path(), how))
		}
		f.executes = true
		where := enclosed(f.c, f.cur, false)
		if made >= 0 {
			returned := origin{place: resultOf(f.flow.place(f.c, arg), made), in: f.c}
			f.survey.indirect = append(f.survey.indirect, indirect{returned, f, call.Fun, where, " returned to " + f.short(call.Fun), f.short(arg)})
			continue
		}
		f.noteExecution(arg, " handed to "+f.short(call.Fun), where)
	}
	return noted
}

// noteExecution adds an execution elsewhere of the command that an expression denotes.
func (f *finder) noteExecution(e ast.Expr, how string, where enclosure) {
	f.survey.executed = append(f.survey.executed, execution{
		origin: origin{expr: e, in: f.c}, finder: f, at: e, from: e.Pos(), to: e.End(), what: f.short(e) + how, where: where,
	})
}

// track adds the sites of the commands that are roots. A command that is only executed
// inside a run is part of that run, and is left alone. Code that several CLIs of the module
// share may execute the root of another one, so it is tracked: inside a run Track has no
// effect.
func (s *survey) track() error {
	for _, call := range s.indirect {
		s.trackIndirect(call)
	}
	var tracked []execution
	var parts []string
	for _, e := range s.executed {
		inside := e.where.hook
		if len(s.executed) > 1 && !s.options.Others[e.finder.c.PkgPath] {
			inside = s.insideRuns(e.where)
		}
		if inside && !s.options.Force {
			parts = append(parts, e.finder.at(e.at)+": "+e.what)
			e.finder.note(plan.Note, e.at, e.what+": left alone, because it is executed inside a run and counted as part of that run")
			continue
		}
		tracked = append(tracked, e)
		e.finder.edit(plan.Execute, e.at, form.Track, e.from, e.to, e.operands, e.what+": tracked")
	}
	if len(tracked) == 0 {
		return s.noRoot(parts)
	}
	s.noteRoots(tracked)
	return nil
}

// noRoot returns the error that no execution could be tracked. Inside lists those inside
// runs of other commands.
func (s *survey) noRoot(inside []string) error {
	main, module, dependencies := s.g.Main.PkgPath, s.g.Path, s.depend.ofCobra()
	text := fmt.Sprintf("%s executes no root command: telemetrygen finds nothing that it reaches in module %s to call Execute on a *cobra.Command, or to hand one to a function that does", main, module)
	if len(inside) > 0 {
		text = fmt.Sprintf("the root command of %s was not found: what module %s executes is executed inside a run (--force tracks it):\n\t%s", main, module, strings.Join(inside, "\n\t"))
	}
	switch {
	case len(s.untracked) > 0:
		text += "\nThese may execute it, but could not be tracked; call Execute on a *cobra.Command there, as in root.Execute():\n\t" + strings.Join(s.untracked, "\n\t")
	case len(inside) > 0:
	case len(dependencies) > 0:
		text += fmt.Sprintf("\nIt may be executed in %s, which is not edited: call Execute in code of the module, as in root.Execute()", strings.Join(dependencies, " or "))
	default:
		text += "\nIf it is executed all the same, call Execute in code of the module, as in root.Execute()"
	}
	return errors.New(text)
}

// noteRoots sets several if there is more than one root, such as one for each name that the
// CLI is started under, and notes their names. Roots that come from a field do not count:
// it may hold other commands too.
func (s *survey) noteRoots(tracked []execution) {
	roots := map[*ast.CompositeLit]bool{}
	for _, e := range tracked {
		found, passed := s.flow.backToLiterals(e.origin)
		for place := range passed {
			if strings.HasPrefix(place, "field ") {
				return
			}
		}
		for _, root := range found {
			roots[root.lit] = true
		}
	}
	if len(roots) < 2 {
		return
	}
	tree := newSourceTree(s.g) // its roots are those that are not added to another command
	s.several = len(tree.roots) > 1
	if names := tree.names(); len(names) > 1 {
		tracked[0].finder.note(plan.Note, tracked[0].at, "the root command may be "+strings.Join(names, " or ")+
			"; runs of each are counted under one name, and commands of the same path as one")
	}
}

// trackIndirect adds the executions of the commands that a function can return, or that
// an interface or a type parameter can stand for: where a command is assigned to it, or to
// the embedded field of a struct that is.
func (s *survey) trackIndirect(call indirect) {
	found, other, seen := false, false, map[string]bool{}
	var visit func(e ast.Expr, in *load.Package) bool
	visit = func(e ast.Expr, in *load.Package) bool {
		typ := in.Info.TypeOf(e)
		if isCommandPointer(typ) {
			if id, ok := e.(*ast.Ident); ok && in.Info.Defs[id] != nil {
				return false // a named result: what is assigned to it is visited
			}
			found = true
			f := s.finderOf(in, e)
			if lit, ok := e.(*ast.CompositeLit); ok && lit.Type == nil {
				f.cannotTrack(e, f.short(e)+call.how+", is a literal without its type: write &cobra.Command{...}")
			} else if !slices.ContainsFunc(s.executed, func(x execution) bool { return x.at == ast.Node(e) }) {
				f.noteExecution(e, call.how, call.where)
			}
			return true
		}
		if typ == nil || call.factory != "" {
			return false
		}
		other = other || !types.IsInterface(typ)
		method, index, _ := types.LookupFieldOrMethod(typ, true, in.Types, call.at.(*ast.SelectorExpr).Sel.Name)
		fn, ok := method.(*types.Func)
		if !ok || len(index) < 2 {
			return false
		}
		place, fields := embeddedPlace(typ, index), embedded(typ, index)
		if !isPointer(fields[len(fields)-1].Type()) && !isInterfaceMethod(fn) {
			found = true
			f := s.finderOf(in, e)
			f.cannotTrack(e, f.short(e)+call.how+", embeds cobra.Command by value: embed a *cobra.Command")
		} else if !seen[place] {
			seen[place] = true
			s.flow.back(origin{place: place, in: in}, visit)
		}
		return true
	}
	s.flow.back(call.origin, visit)
	name := call.finder.short(call.at)
	switch {
	case found:
	case call.factory != "":
		call.finder.cannotTrack(call.at, name+" executes the command that "+call.factory+" returns, which could not be followed; its runs are not counted unless it is tracked elsewhere")
	default: // the interface may stand for something else
		const what = ": the command behind the interface could not be followed"
		s.untracked = append(s.untracked, call.finder.at(call.at)+": "+name+what)
		if !other && s.canBeCommand(call.at.(*ast.SelectorExpr), call.finder.c) {
			call.finder.note(plan.Uncovered, call.at, name+what+", if it is one; its runs are not counted unless it is tracked elsewhere")
		}
	}
}

// likeCobras reports whether *cobra.Command has a method with the name, parameters and results of an interface's.
func (s *survey) likeCobras(fn *types.Func) bool {
	cobra := s.g.Imported(load.Cobra)
	if cobra == nil {
		return false
	}
	method, _, _ := types.LookupFieldOrMethod(types.NewPointer(cobra.Scope().Lookup("Command").Type()), false, nil, fn.Name())
	other, ok := method.(*types.Func)
	return ok && alike(fn.Signature(), other.Signature())
}

// canBeCommand reports whether a *cobra.Command satisfies the interface or the constraint
// that a method is selected from.
func (s *survey) canBeCommand(sel *ast.SelectorExpr, in *load.Package) bool {
	iface, ok := in.Info.TypeOf(sel.X).Underlying().(*types.Interface)
	cobra := s.g.Imported(load.Cobra)
	return ok && cobra != nil && types.Implements(types.NewPointer(cobra.Scope().Lookup("Command").Type()), iface)
}

// finderOf returns the finder of the file that a node of the module stands in.
func (s *survey) finderOf(c *load.Package, n ast.Node) *finder {
	file := c.Files[slices.IndexFunc(c.Files, func(file *ast.File) bool { return file.FileStart <= n.Pos() && n.Pos() < file.FileEnd })]
	name := s.g.Sources.Relative(s.g.NameOf(file))
	if i := slices.IndexFunc(s.finders, func(f *finder) bool { return f.name == name }); i >= 0 {
		return s.finders[i]
	}
	return s.look(c, file)
}

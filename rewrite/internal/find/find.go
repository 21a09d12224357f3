// Package find looks through a CLI's typed syntax for the places where commands are
// executed and where the process ends, and returns a plan of what to do there. It
// decides by types; the names of packages and variables mean nothing. It renders no Go
// text and knows nothing of how edits are made.
package find

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/packages"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/form"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/loggers"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// Options say what to look for and what the injected package is called.
type Options struct {
	Runtime string          // import path of the generated package
	Shared  string          // import path of the one that packages other than main import
	Others  map[string]bool // packages that other instrumented CLIs of the module reach
	Force   bool            // also track what is only executed inside a run
}

// tokens are words of which a file that needs an edit has at least one, or it imports a
// dependency that may execute a command or end the process. A package without any is
// neither parsed nor type-checked, unless a command is followed into it.
var tokens = slices.Concat(loggers.Names(), []string{"Exit", "CheckErr", "Exec", "package main", orDie + "(", ".Parse()", "." + exitOnError}, endsInC)

func containsOne(src []byte, tokens []string) bool {
	return slices.ContainsFunc(tokens, func(token string) bool { return bytes.Contains(src, []byte(token)) })
}

// Plan looks at the whole CLI.
func Plan(g *load.Program, o Options) (*plan.Plan, error) {
	if g.All[load.Cobra] == nil {
		return nil, fmt.Errorf("%s does not use %s, and telemetrygen instruments only cobra CLIs; if the CLI's func main is in another folder, name it: telemetrygen ./path/to/main", g.Main.PkgPath, load.Cobra)
	}
	s := search(g, o, exitHooks(g), tokens)
	if err := g.Err(); err != nil {
		return nil, err
	}
	untracked := s.track()
	if err := cmp.Or(g.Err(), untracked); err != nil {
		return nil, err
	}
	s.flow.more = func(string) {} // names of exit statuses are not worth loading another package
	p := &plan.Plan{Module: g.Path, Leaf: o.Shared + "/exit", Hooks: s.hooks, ExitCodes: exitCodes(s.finders, s.flow, g.IsOwn), SeveralRoots: s.several}
	for _, f := range s.finders {
		f.flagSets()
		if ast.IsGenerated(f.file) && slices.ContainsFunc(f.sites, func(site plan.Site) bool { return site.Form != "" }) {
			f.note(plan.Note, f.file.Name, "the file is generated, and the next generation drops the edits: run telemetrygen again after it")
		}
		if len(f.sites) > 0 {
			p.Files = append(p.Files, f.facts())
			p.Sites = append(p.Sites, f.sites...)
		}
	}
	for _, h := range s.hooks {
		p.Sites = append(p.Sites, plan.Site{Kind: plan.Note, Reason: hookNote(h, s.hooked[h.Path])})
	}
	p.Sort()
	return p, nil
}

// hookNote says what an exit hook covers.
func hookNote(h plan.Hook, calls int) string {
	status := "with their exit status"
	if !h.Known {
		status = "as -1, because other code may set the hook too"
	}
	if calls == 0 {
		return fmt.Sprintf("%s: none of its calls in this module ends the process; loggers.go sets its exit hook, which records such runs %s where a dependency calls it", h.Path, status)
	}
	return fmt.Sprintf("%s: its calls are not edited (%d in this module end the process); loggers.go sets its exit hook, which records such runs %s, also where a dependency calls it", h.Path, calls, status)
}

// A survey is one look at the whole CLI.
type survey struct {
	g        *load.Program
	options  Options
	hooks    []plan.Hook // exit hooks of loggers, whose calls need no edit
	several  bool        // more than one root command is executed
	packages []*load.Package
	variants []load.Variant
	finders  []*finder
	flow     *flow
	depend   *dependencies

	hooked    map[string]int // number of the module's calls that an exit hook covers, by its path
	executed  []execution
	inside    map[string]bool                          // answers of insideRuns, by the function's full name
	early     map[string]bool                          // answers of beforeMain, likewise
	named     map[string]map[string][]inspector.Cursor // answers of names, by import path
	indirect  []indirect
	untracked []string // executions that cannot be tracked, as an error names them
}

// search walks every file that has one of the tokens, or imports a dependency that may
// matter.
func search(g *load.Program, o Options, hooks []plan.Hook, tokens []string) *survey {
	depend := newDependencies(g, hooks)
	words := slices.Concat(tokens, depend.imports())
	wanted := func(src []byte) bool { return containsOne(src, words) }
	list := g.Check(func(p *packages.Package) bool { return textContains(g, p, words) })
	depend.own = list
	s := &survey{g: g, options: o, hooks: hooks, packages: list, flow: newFlow(), depend: depend, hooked: map[string]int{}, inside: map[string]bool{}, early: map[string]bool{}, named: map[string]map[string][]inspector.Cursor{}}
	s.flow.more = s.follow
	for _, c := range list {
		s.flow.add(c)
		for _, file := range c.Files {
			s.look(c, file)
		}
	}
	s.variants = g.Variants(wanted)
	for _, v := range s.variants {
		s.flow.addFile(v.Package, v.File)
		if f := s.look(v.Package, v.File); len(f.sites) > 0 || f.executes {
			f.sites = append(f.sites, plan.Site{Kind: plan.Note, File: f.name, Reason: "also instrumented for " + v.Where})
		}
	}
	s.leaveOtherPrograms()
	return s
}

// look walks one file.
func (s *survey) look(c *load.Package, file *ast.File) *finder {
	f := &finder{survey: s, c: c, file: file, name: s.g.Sources.Relative(s.g.NameOf(file))}
	f.src = s.g.Sources.Stripped(f.name)
	f.walk()
	if ast.IsGenerated(f.file) {
		f.leaveExits()
	}
	s.finders = append(s.finders, f)
	return f
}

// follow adds the package that a place belongs to, if it is of the module.
func (s *survey) follow(place string) {
	path := packageOf(place)
	if p := s.g.All[path]; p != nil && s.g.IsOwn(path) {
		s.flow.add(s.g.Package(p))
	}
}

// A finder walks one file of a type-checked package.
type finder struct {
	*survey
	c    *load.Package
	file *ast.File
	src  []byte
	name string // of the file, relative to the module

	cur      inspector.Cursor // the node at hand
	sites    []plan.Site
	swapped  int // how many uses of os.Exit are swapped
	executes bool
	parses   []*ast.CallExpr // calls that parse flags
}

// walk visits the file, except for code that never runs in the CLI.
func (f *finder) walk() {
	inspector.New([]*ast.File{f.file}).Root().Inspect(nil, func(cur inspector.Cursor) bool {
		f.cur = cur
		if f.dead() {
			return false
		}
		f.visit(cur.Node())
		return true
	})
}

func (f *finder) visit(n ast.Node) {
	switch n := n.(type) {
	case *ast.FuncDecl:
		f.mainFunc(n)
	case *ast.Ident:
		if fn, ok := f.c.Info.Uses[n].(*types.Func); ok {
			f.swap(fn)
			f.fatalValue(fn)
			f.replaces(n, fn)
		}
	case *ast.SelectorExpr:
		f.execute(n)
		f.passesCobra(n)
		f.callsC(n)
	case *ast.CallExpr:
		if !f.handOver(n) {
			f.fatal(n)
		}
	}
}

// leaveExits drops the edits of exits in a file that another tool generates: the next
// generation would drop them. A file that starts telemetry or executes commands keeps
// them, because it has to be edited in any case.
func (f *finder) leaveExits() {
	rest := slices.DeleteFunc(slices.Clone(f.sites), func(site plan.Site) bool { return site.Form != "" })
	exits := len(f.sites) - len(rest)
	if f.executes || exits == 0 || slices.ContainsFunc(f.sites, func(site plan.Site) bool { return site.Kind == plan.Main }) {
		return
	}
	f.sites, f.swapped = rest, 0
	f.note(plan.Uncovered, f.file.Name, fmt.Sprintf(
		"the file is generated, and the next generation would drop an edit, so it is left alone; a run that ends here (places: %d) is recorded as -1 if a command had begun", exits))
}

// mainFunc adds the site of func main, where telemetry starts: at its beginning, or behind its `if reexec.Init() { return }`.
func (f *finder) mainFunc(decl *ast.FuncDecl) {
	if f.file.Name.Name != "main" || decl.Recv != nil || decl.Name.Name != "main" || decl.Body == nil {
		return
	}
	start, end, rest := decl.Body.Lbrace+1, decl.Body.Rbrace, decl.Body.List
	if len(rest) > 0 && f.reexecs(rest[0]) {
		start, rest = rest[0].End(), rest[1:]
	}
	if len(rest) > 0 {
		end = rest[0].Pos()
	}
	f.edit(plan.Main, decl, form.Start, start, end, plan.Operands{},
		"func main: starts telemetry, and records status 0 or a panic on the way out")
	for _, stmt := range decl.Body.List {
		if d, ok := stmt.(*ast.DeferStmt); ok && strings.HasPrefix(fmt.Sprint(f.c.Info.TypeOf(d.Call.Fun)), "context.Cancel") {
			f.note(plan.Note, d, f.short(d)+": a goroutine that it wakes has 0.1 ms longer to print, because the run is recorded after main's deferred functions")
		}
	}
}

// reexecs reports whether a statement is for processes that the CLI starts under another name, with docker's reexec. They are
// no runs: their arguments are not the user's, and their files may be a container's.
func (f *finder) reexecs(stmt ast.Stmt) bool {
	guard, ok := stmt.(*ast.IfStmt)
	return ok && guard.Else == nil && some(maps.Keys(f.flow.back(origin{expr: guard.Cond, in: f.c}, func(ast.Expr, *load.Package) bool { return false })),
		func(place string) bool { return strings.HasSuffix(place, "/reexec.Init()#0") })
}

// note adds a site without an edit, for the report.
func (f *finder) note(kind plan.Kind, at ast.Node, reason string) {
	f.edit(kind, at, "", at.Pos(), at.End(), plan.Operands{}, reason)
}

// edit adds a site at which a form is injected.
func (f *finder) edit(kind plan.Kind, at ast.Node, form string, start, end token.Pos, o plan.Operands, reason string) {
	f.sites = append(f.sites, plan.Site{Kind: kind, File: f.name, At: f.offset(at.Pos()),
		Start: f.offset(start), End: f.offset(end), Form: form, Operands: o, Reason: reason})
}

func (f *finder) offset(p token.Pos) int { return int(p - f.file.FileStart) }

func (f *finder) text(n ast.Node) string {
	return string(f.src[f.offset(n.Pos()):f.offset(n.End())])
}

// short returns the text of an expression on one line, cut to fit a report.
func (f *finder) short(n ast.Node) string {
	s := strings.Join(strings.Fields(f.text(n)), " ")
	if len(s) > 60 {
		s = s[:57] + "..."
	}
	return s
}

// at returns a node's position as file:line:col.
func (f *finder) at(n ast.Node) string {
	p := f.g.Fset.Position(n.Pos())
	return fmt.Sprintf("%s:%d:%d", f.name, p.Line, p.Column)
}

// whole returns the selector that a name is the last part of, such as os.Exit for Exit,
// or the name itself.
func whole(name inspector.Cursor) inspector.Cursor {
	if name.ParentEdgeKind() == edge.SelectorExpr_Sel {
		return name.Parent()
	}
	return name
}

// callOf returns the call whose function is at the cursor, nil if it is not called there.
func callOf(function inspector.Cursor) *ast.CallExpr {
	for function.ParentEdgeKind() == edge.ParenExpr_X {
		function = function.Parent()
	}
	if function.ParentEdgeKind() != edge.CallExpr_Fun {
		return nil
	}
	return function.Parent().Node().(*ast.CallExpr)
}

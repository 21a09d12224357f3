package rewrite

import (
	"bytes"
	"fmt"
	"go/ast"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"sync"

	"golang.org/x/tools/go/packages"
)

// A plan says what is to be done with the module, as data: the report, --diff,
// --check and the edit step all read it.
type plan struct {
	findings []Finding
	edited   map[string][]byte // file name to its instrumented content
	rootUses []string          // first words of the roots' Use, where they are constant
	touched  []*checked        // packages with edits
	source   *sourceTree       // the command tree, as far as the source tells
}

// An AmbiguousRootError says that several commands of different names are
// executed as roots, so that no name for the app can be derived.
type AmbiguousRootError struct {
	Roots []string // name and position of each
}

func (e *AmbiguousRootError) Error() string {
	return fmt.Sprintf("%d different root commands are executed; say with --app NAME under which name all of them are recorded, or name another main package:\n\t%s",
		len(e.Roots), strings.Join(e.Roots, "\n\t"))
}

// candidateTokens are what a file that needs an edit, or leads to a root, must
// contain. Packages without them are neither parsed nor type-checked.
var candidateTokens = [][]byte{
	[]byte("Exit"), []byte("Fatal"), []byte("CheckErr"), []byte("PersistentPreRun"), []byte(".Execute"), []byte("cobra.Command"), []byte("func main("),
}

// isCandidate reads a package's files and looks for the tokens.
func (m *module) isCandidate(p *packages.Package) (bool, error) {
	found := false
	for _, name := range p.GoFiles {
		s, err := m.read(name)
		if err != nil {
			return false, err
		}
		found = found || hasToken(s.stripped)
	}
	return found, nil
}

// candidates type-checks the packages that may need edits, several at a time.
func (m *module) candidates() ([]*checked, error) {
	var todo []*packages.Package
	for _, p := range m.own {
		if p.PkgPath == m.generate.path || m.generate.older[p.PkgPath] != "" {
			continue
		}
		ok, err := m.isCandidate(p)
		if err != nil {
			return nil, err
		}
		if ok {
			todo = append(todo, p)
		}
	}
	list := make([]*checked, len(todo))
	work := make(chan int)
	var wg sync.WaitGroup
	for i := 0; i < runtime.GOMAXPROCS(0); i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range work {
				list[i] = m.typeCheck(todo[i], m.strippedFiles(todo[i]), nil)
			}
		}()
	}
	for i := range todo {
		work <- i
	}
	close(work)
	wg.Wait()
	var broken []string
	for i, c := range list {
		m.checked[todo[i].PkgPath] = c
		for _, err := range c.errs {
			broken = append(broken, err.Error())
		}
	}
	if len(broken) > 0 {
		return nil, &LoadError{Dir: m.dir, Errors: dedup(broken)}
	}
	return list, nil
}

// strippedFiles are the sources of a package that m.read has seen.
func (m *module) strippedFiles(p *packages.Package) map[string][]byte {
	contents := map[string][]byte{}
	for _, name := range p.GoFiles {
		contents[name] = m.sources[name].stripped
	}
	return contents
}

// newFinder prepares the look at the i-th file of a checked package.
func newFinder(m *module, c *checked, i int) *finder {
	f := &finder{m: m, c: c, file: c.files[i], name: c.names[i]}
	f.src = m.sources[f.name].stripped
	f.base = m.fset.File(f.file.FileStart).Base()
	f.local = f.localName(m.generate.name())
	return f
}

// plan looks at every candidate package and decides all edits.
func (m *module) plan(tags string) (*plan, error) {
	list, err := m.candidates()
	if err != nil {
		return nil, err
	}
	if m.all[cobraPath] == nil {
		return nil, fmt.Errorf("%s does not use %s; telemetrygen instruments cobra CLIs only", m.main.PkgPath, cobraPath)
	}
	m.findFatalEvents(list)
	fl := newFlow()
	var finders []*finder
	byFile := map[string]*finder{}
	var executed []execution
	for _, c := range list {
		fl.add(c)
		for i := range c.files {
			f := newFinder(m, c, i)
			f.walk()
			finders = append(finders, f)
		}
	}
	left, err := m.variants(tags)
	if err != nil {
		return nil, err
	}
	for _, f := range left {
		fl.addFile(f.c, f.file)
		finders = append(finders, f)
	}
	for _, f := range finders {
		byFile[f.name] = f
		executed = append(executed, f.executed...)
	}
	if len(executed) == 0 {
		return nil, fmt.Errorf("%s executes no root command: nothing it reaches in module %s calls Execute on a *cobra.Command, or hands one to a function that does", m.main.PkgPath, m.path)
	}
	p := &plan{edited: map[string][]byte{}}
	m.roots(p, fl, list, executed, byFile)
	for _, f := range finders {
		m.assemble(p, f)
	}
	sort.SliceStable(p.findings, func(i, j int) bool {
		a, b := p.findings[i], p.findings[j]
		if a.File != b.File {
			return a.File < b.File
		}
		return a.offset < b.offset
	})
	return p, nil
}

// roots resolves what is executed to composite literals and gives those that
// have no hook, and never get one, a hook.
func (m *module) roots(p *plan, fl *flow, list []*checked, executed []execution, byFile map[string]*finder) {
	loadMore := func(place string) { m.follow(fl, place) }
	var targets []fieldTarget
	for _, c := range list {
		targets = append(targets, fieldTargets(c)...)
	}
	renamed := map[*ast.CompositeLit]string{}
	assignedLater := map[*ast.CompositeLit]bool{}
	unknownPlainHook := false
	for _, t := range targets {
		found, complete := fl.literals(t.expr, t.in, loadMore)
		for _, r := range found {
			if t.field == "Use" {
				renamed[r.lit] = firstWord(t.value, t.in)
			} else {
				assignedLater[r.lit] = true
			}
		}
		if !complete && t.field == "PersistentPreRun" {
			unknownPlainHook = true
		}
	}
	seen := map[*ast.CompositeLit]bool{}
	uses := map[string]bool{}
	for _, e := range executed {
		found, _ := fl.literals(e.expr, e.in, loadMore)
		if len(found) == 0 {
			f := byFile[e.file]
			f.findings = append(f.findings, Finding{Kind: KindNote, file: e.file, offset: f.offset(e.at),
				What: "this root is not built by a literal of the module; it gets its hook when it is executed"})
		}
		for _, r := range found {
			if seen[r.lit] {
				continue
			}
			seen[r.lit] = true
			use, later := renamed[r.lit]
			if !later {
				use = useOf(r)
			}
			if use != "" {
				uses[use] = true
			}
			f := byFile[m.fset.Position(r.lit.Pos()).Filename]
			if f == nil {
				continue
			}
			switch {
			case hasHook(r.lit):
				f.find(KindRoot, r.lit, "root command: has a hook of its own, which is wrapped")
			case assignedLater[r.lit]:
				f.find(KindRoot, r.lit, "root command: a hook is assigned to it later, which is wrapped")
			case unknownPlainHook || !keyed(r.lit):
				f.find(KindRoot, r.lit, "root command: other code may set its PersistentPreRun, so its hook is set when it is executed, if it has none by then")
			default:
				f.find(KindRoot, r.lit, "root command: gets a PersistentPreRunE", addHook(f.src, f.base, r.lit, f.local))
			}
		}
	}
	p.rootUses = sortedKeys(uses)
	p.source = &sourceTree{m: m, flow: fl, list: list, renamed: renamed, roots: seen}
}

// follow adds the package that a place belongs to, when it was no candidate.
func (m *module) follow(fl *flow, place string) {
	for _, p := range m.own {
		if m.checked[p.PkgPath] != nil || !strings.Contains(place, p.PkgPath+".") {
			continue
		}
		if c, err := m.check(p); err == nil {
			fl.add(c)
		}
	}
}

// assemble turns the findings of a file into its instrumented content. Each
// file is guarded: what strip makes of the result must be the source to the
// byte, else the file is refused by name.
func (m *module) assemble(p *plan, f *finder) {
	var edits []splice
	drops := map[string]int{}
	for _, finding := range f.findings {
		edits = append(edits, finding.edits...)
		if finding.drops != "" {
			drops[finding.drops]++
		}
	}
	if len(edits) == 0 {
		m.report(p, f, nil)
		return
	}
	refuse := func(why string) {
		f.findings = append(f.findings, Finding{Kind: KindUncovered, file: f.name, What: why})
		for i := range f.findings {
			if len(f.findings[i].edits) > 0 {
				f.findings[i].Kind = KindUncovered
				f.findings[i].What += " (not done: " + why + ")"
			}
		}
		m.report(p, f, nil)
	}
	if bytes.Contains(f.src, []byte("//line ")) || bytes.Contains(f.src, []byte("/*line ")) {
		if hasLineDirective(f.file) {
			refuse("the file has //line directives; edit the file that it is generated from")
			return
		}
	}
	for _, keep := range []bool{false, true} {
		all := append(append([]splice(nil), edits...), f.importEdits(drops, keep)...)
		result := spliced(f.src, all)
		if bytes.Equal(strip(result, m.generate.owns), f.src) {
			p.edited[f.name] = result
			p.touched = appendOnce(p.touched, f.c)
			m.report(p, f, all)
			return
		}
	}
	refuse("its edits could not be undone to the byte")
}

func hasLineDirective(file *ast.File) bool {
	for _, group := range file.Comments {
		for _, c := range group.List {
			if strings.HasPrefix(c.Text, "//line ") || strings.HasPrefix(c.Text, "/*line ") {
				return true
			}
		}
	}
	return false
}

func appendOnce(list []*checked, c *checked) []*checked {
	for _, x := range list {
		if x == c {
			return list
		}
	}
	return append(list, c)
}

// report files a finder's findings, with positions in the result.
func (m *module) report(p *plan, f *finder, edits []splice) {
	content := f.src
	if edits != nil {
		content = p.edited[f.name]
	}
	for _, finding := range f.findings {
		at := moved(finding.offset, edits)
		start := lineStart(content, at)
		finding.File = filepath.ToSlash(m.relative(f.name))
		finding.Line = bytes.Count(content[:start], []byte("\n")) + 1
		finding.Column = at - start + 1
		p.findings = append(p.findings, finding)
	}
}

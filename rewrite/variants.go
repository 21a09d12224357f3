package rewrite

import (
	"bytes"
	"go/build"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/tools/go/packages"
)

// A platform is a setting under which the go command takes files that this
// machine's build leaves out.
type platform struct {
	goos, goarch string
	cgo          bool
	tags         []string
}

func (p platform) String() string {
	s := p.goos + "/" + p.goarch
	if p.cgo && !build.Default.CgoEnabled {
		s += ", cgo"
	}
	if !p.cgo && build.Default.CgoEnabled {
		s += ", no cgo"
	}
	if len(p.tags) > 0 {
		s += ", tags " + strings.Join(p.tags, ",")
	}
	return s
}

func (p platform) context() build.Context {
	c := build.Default
	c.GOOS, c.GOARCH, c.CgoEnabled, c.BuildTags = p.goos, p.goarch, p.cgo, p.tags
	return c
}

// platforms are tried in this order for a file: this machine's first, so that
// a file which only lacks a tag is checked as it would be built here.
var otherPlatforms = []platform{
	{goos: "linux", goarch: "amd64"}, {goos: "windows", goarch: "amd64"}, {goos: "darwin", goarch: "arm64"},
	{goos: "linux", goarch: "arm64"}, {goos: "freebsd", goarch: "amd64"}, {goos: "openbsd", goarch: "amd64"},
	{goos: "netbsd", goarch: "amd64"}, {goos: "dragonfly", goarch: "amd64"}, {goos: "solaris", goarch: "amd64"},
	{goos: "illumos", goarch: "amd64"}, {goos: "aix", goarch: "ppc64"}, {goos: "android", goarch: "arm64"},
	{goos: "ios", goarch: "arm64"}, {goos: "plan9", goarch: "amd64"}, {goos: "js", goarch: "wasm"},
	{goos: "wasip1", goarch: "wasm"}, {goos: "linux", goarch: "386"}, {goos: "windows", goarch: "386"},
	{goos: "windows", goarch: "arm64"}, {goos: "darwin", goarch: "amd64"}, {goos: "linux", goarch: "arm"},
	{goos: "linux", goarch: "ppc64le"}, {goos: "linux", goarch: "s390x"}, {goos: "linux", goarch: "riscv64"},
}

// neverTags mark files that are no part of any build of their package.
var neverTags = map[string]bool{"ignore": true, "tools": true, "notelemetry": true}

// variants finds what has to be done in files that this machine's build leaves
// out: for another operating system or architecture, for tags, for cgo. Each
// is type-checked together with the files it is built with; dependencies are
// this machine's, so what exists elsewhere only stays unknown.
func (m *module) variants(tags string) ([]*finder, error) {
	var finders []*finder
	var given []string
	if tags != "" {
		given = strings.Split(tags, ",")
	}
	queue := append([]*packages.Package(nil), m.own...)
	known := map[string]bool{}
	for _, p := range m.own {
		known[p.PkgPath] = true
	}
	for len(queue) > 0 {
		p := queue[0]
		queue = queue[1:]
		if p.PkgPath == m.generate.path || m.generate.older[p.PkgPath] != "" {
			continue
		}
		for _, name := range p.IgnoredFiles {
			if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				continue
			}
			s, err := m.read(name)
			if err != nil {
				return nil, err
			}
			where, ok := m.platformOf(name, given)
			if !ok {
				continue
			}
			for _, path := range importsOf(s.stripped) {
				if !known[path] && strings.HasPrefix(path, m.path+"/") {
					known[path] = true
					if other := m.elsewhere(path); other != nil {
						queue = append(queue, other)
					}
				}
			}
			if !hasToken(s.stripped) {
				continue
			}
			f, err := m.variant(p, name, where)
			if err != nil {
				return nil, err
			}
			if f != nil {
				finders = append(finders, f)
			}
		}
	}
	return finders, nil
}

func hasToken(src []byte) bool {
	for _, token := range candidateTokens {
		if bytes.Contains(src, token) {
			return true
		}
	}
	return false
}

// elsewhere describes a package of the module that only files for another
// platform import.
func (m *module) elsewhere(path string) *packages.Package {
	dir := filepath.Join(m.dir, filepath.FromSlash(strings.TrimPrefix(path, m.path+"/")))
	names, _ := filepath.Glob(filepath.Join(dir, "*.go"))
	if len(names) == 0 {
		return nil
	}
	return &packages.Package{PkgPath: path, Dir: dir, Module: m.main.Module, IgnoredFiles: names}
}

// platformOf finds a setting under which the go command builds a file.
func (m *module) platformOf(name string, given []string) (platform, bool) {
	here := platform{goos: runtime.GOOS, goarch: runtime.GOARCH, cgo: build.Default.CgoEnabled}
	custom := customTags(m.sources[name].stripped)
	for _, extra := range append([][]string{nil, custom}, single(custom)...) {
		for i, p := range append([]platform{here}, otherPlatforms...) {
			for _, cgo := range []bool{i == 0 && here.cgo, false, true} {
				p.cgo = cgo
				p.tags = append(append([]string(nil), given...), extra...)
				c := p.context()
				if ok, err := c.MatchFile(filepath.Dir(name), filepath.Base(name)); ok && err == nil {
					return p, true
				}
			}
		}
	}
	return platform{}, false
}

func single(tags []string) [][]string {
	var list [][]string
	for _, t := range tags {
		list = append(list, []string{t})
	}
	return list
}

// variant type-checks one left-out file with its package and looks at it.
func (m *module) variant(p *packages.Package, name string, where platform) (*finder, error) {
	contents := map[string][]byte{}
	ctx := where.context()
	files, _ := filepath.Glob(filepath.Join(filepath.Dir(name), "*.go"))
	for _, other := range files {
		if strings.HasSuffix(other, "_test.go") {
			continue
		}
		if ok, err := ctx.MatchFile(filepath.Dir(other), filepath.Base(other)); !ok || err != nil {
			continue
		}
		s, err := m.read(other)
		if err != nil {
			return nil, err
		}
		contents[other] = s.stripped
	}
	m.loadMissing(contents)
	c := m.typeCheck(p, contents, nil)
	for i, file := range c.files {
		if c.names[i] != name || p.Name != "" && file.Name.Name != p.Name {
			continue
		}
		f := newFinder(m, c, i)
		f.walk()
		if len(f.findings) > 0 {
			how := "also instrumented for " + where.String()
			if len(c.errs) > 0 {
				how += ", type-checked as far as this machine's packages go"
			}
			f.findings = append(f.findings, Finding{Kind: KindNote, file: name, What: how})
		}
		return f, nil
	}
	return nil, nil
}

// loadMissing gets export data for imports of left-out files that nothing of
// this machine's build imports. What does not exist here stays unknown.
func (m *module) loadMissing(contents map[string][]byte) {
	var missing []string
	for _, src := range contents {
		for _, path := range importsOf(src) {
			if m.all[path] == nil && path != "C" && path != "unsafe" && path != m.path && !strings.HasPrefix(path, m.path+"/") {
				missing = append(missing, path)
			}
		}
	}
	if len(missing) == 0 {
		return
	}
	found, err := packages.Load(&packages.Config{Dir: m.main.Dir, Mode: packages.NeedName | packages.NeedExportFile}, missing...)
	if err != nil {
		return // the files are checked as far as the rest goes
	}
	for _, p := range found {
		if m.all[p.PkgPath] == nil {
			m.all[p.PkgPath] = p
		}
	}
	for _, path := range missing {
		if m.all[path] == nil {
			m.all[path] = &packages.Package{PkgPath: path}
		}
	}
}

// customTags are the words of a file's build constraint that are no platform's.
func customTags(src []byte) []string {
	set := map[string]bool{}
	for _, line := range strings.Split(string(src), "\n") {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "package ") {
			break
		}
		rest, ok := strings.CutPrefix(line, "//go:build ")
		if !ok {
			continue
		}
		for _, word := range strings.FieldsFunc(rest, func(r rune) bool { return strings.ContainsRune("!&|() \t", r) }) {
			if !neverTags[word] && !platformWord(word) {
				set[word] = true
			}
		}
	}
	return sortedKeys(set)
}

func platformWord(word string) bool {
	if word == "cgo" || word == "unix" || word == "gc" || strings.HasPrefix(word, "go1.") {
		return true
	}
	for _, p := range otherPlatforms {
		if word == p.goos || word == p.goarch {
			return true
		}
	}
	return false
}

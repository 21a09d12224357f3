package load

import (
	"bytes"
	"go/ast"
	"go/build"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"io"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/packages"
)

// platforms are those of go tool dist list, and of earlier versions of Go. They are tried in this order, after this machine's
// own, so that a file that only needs a tag is checked for this machine.
var platforms = strings.Fields(`linux/amd64 windows/amd64 darwin/arm64 linux/arm64 freebsd/amd64 openbsd/amd64
	netbsd/amd64 dragonfly/amd64 solaris/amd64 illumos/amd64 aix/ppc64 android/arm64 ios/arm64 plan9/amd64 js/wasm
	wasip1/wasm linux/386 windows/386 windows/arm64 darwin/amd64 linux/arm linux/ppc64le linux/s390x linux/riscv64
	linux/loong64 linux/mips linux/mipsle linux/mips64 linux/mips64le linux/ppc64 android/386 android/amd64 android/arm
	freebsd/386 freebsd/arm freebsd/arm64 freebsd/riscv64 ios/amd64 netbsd/386 netbsd/arm netbsd/arm64 openbsd/386
	openbsd/arm openbsd/arm64 openbsd/ppc64 openbsd/riscv64 plan9/386 plan9/arm windows/arm openbsd/mips64`)

// neverTags mark files that belong to no build of their package.
var neverTags = map[string]bool{"ignore": true, "tools": true, "notelemetry": true}

// A Variant is a file that this machine's build leaves out. It is type-checked with the
// files that it is built with, and with dependencies as they are on this machine. What
// these only have on another one is unknown.
type Variant struct {
	*Package
	File   *ast.File
	Where  string // a setting under which it is built, such as windows/amd64
	Tagged bool   // its tags are not those that the CLI is built with here
}

// Variants type-checks the files of the module that this machine's build leaves
// out and for which wanted returns true: for another operating system or
// architecture, for tags, for cgo.
func (g *Program) Variants(wanted func(src []byte) bool) (variants []Variant) {
	given := strings.FieldsFunc(g.Tags, func(r rune) bool { return r == ',' })
	queue := slices.Clone(g.Own)
	queued := map[string]bool{} // packages that only left-out files import
	for ; len(queue) > 0; queue = queue[1:] {
		p := queue[0]
		for _, name := range LeftOut(p) {
			text := g.text(name)
			where, ok := settingOf(name, text, given)
			if !ok {
				continue
			}
			for _, path := range Imports(text) {
				if g.Holds(path) && g.All[path] == nil && !queued[path] {
					queued[path] = true
					queue = append(queue, g.elsewhere(path))
				}
			}
			if !wanted(text) {
				continue
			}
			if v := g.variant(p, name, where); v != nil {
				v.Tagged = !slices.Equal(where.BuildTags, given)
				variants = append(variants, *v)
			}
		}
	}
	return variants
}

// elsewhere returns a package of the module that only files for another platform import.
func (g *Program) elsewhere(path string) *packages.Package {
	dir := filepath.Join(g.Dir, filepath.FromSlash(strings.TrimPrefix(path, g.Path)))
	return &packages.Package{PkgPath: path, Dir: dir, Module: g.Main.Module, IgnoredFiles: GoFiles(dir)}
}

// settingOf finds a setting under which the go command builds a file that this machine's
// build leaves out.
func settingOf(name string, text []byte, given []string) (c build.Context, ok bool) {
	c = build.Default
	c.OpenFile = func(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }
	for _, c.BuildTags = range tagChoices(given, constraintTags(text)) {
		for i, platform := range append([]string{runtime.GOOS + "/" + runtime.GOARCH}, platforms...) {
			c.GOOS, c.GOARCH, _ = strings.Cut(platform, "/")
			for _, c.CgoEnabled = range []bool{i == 0 && build.Default.CgoEnabled, false, true} {
				if ok, err := c.MatchFile(filepath.Dir(name), filepath.Base(name)); ok && err == nil {
					c.OpenFile = nil
					return c, true
				}
			}
		}
	}
	return c, false
}

// described returns a setting as the report has it, such as windows/amd64.
func described(c build.Context) string {
	s := c.GOOS + "/" + c.GOARCH
	if c.CgoEnabled && !build.Default.CgoEnabled {
		s += ", cgo"
	}
	if !c.CgoEnabled && build.Default.CgoEnabled {
		s += ", no cgo"
	}
	if len(c.BuildTags) > 0 {
		s += ", tags " + strings.Join(c.BuildTags, ",")
	}
	return s
}

// tagChoices returns the sets of tags to try for a file whose constraint has some tags:
// those that the CLI is built with, these with all of the file's, and then each subset of
// the file's with the CLI's other tags.
func tagChoices(given, tags []string) [][]string {
	custom := slices.DeleteFunc(tags, func(tag string) bool { return neverTags[tag] || ofGo(tag) })
	slices.Sort(custom)
	custom = slices.Compact(custom)
	others := slices.DeleteFunc(slices.Clone(given), func(tag string) bool { return slices.Contains(custom, tag) })
	choices := [][]string{given}
	if len(custom) == 0 {
		return choices
	}
	choices = append(choices, slices.Concat(others, custom))
	for set := range 1 << min(len(custom), 6) { // subsets of the first six
		choice := slices.Clone(others)
		for i, tag := range custom {
			if set>>i&1 == 1 {
				choice = append(choice, tag)
			}
		}
		choices = append(choices, choice)
	}
	return choices
}

// variant type-checks one left-out file with its package.
func (g *Program) variant(p *packages.Package, name string, where build.Context) *Variant {
	contents := g.contents(slices.DeleteFunc(GoFiles(filepath.Dir(name)), func(other string) bool {
		ok, err := where.MatchFile(filepath.Dir(other), filepath.Base(other))
		return !ok || err != nil || strings.HasSuffix(other, "_test.go")
	}))
	g.loadMissing(contents)
	c := g.Types(p, contents, nil)
	for _, file := range c.Files {
		if g.NameOf(file) == name && (p.Name == "" || file.Name.Name == p.Name) {
			how := described(where)
			if len(c.Errs) > 0 {
				how += "; type-checked as far as this machine's packages allow"
			}
			g.mu.Lock()
			defer g.mu.Unlock()
			g.withFile[name] = c
			return &Variant{Package: c, File: file, Where: how}
		}
	}
	return nil
}

// loadMissing loads export data for imports of left-out files that this machine's build
// does not import. A package that does not exist on this machine stays unknown.
func (g *Program) loadMissing(contents map[string][]byte) {
	var missing []string
	for _, src := range contents {
		for _, path := range Imports(src) {
			if g.All[path] == nil && path != "C" && path != "unsafe" && !g.Holds(path) {
				missing = append(missing, path)
			}
		}
	}
	if len(missing) == 0 {
		return
	}
	found, err := packages.Load(&packages.Config{Dir: g.Main.Dir, Mode: packages.NeedName | packages.NeedExportFile}, missing...)
	if err != nil {
		return // the files are checked without these imports
	}
	for _, path := range missing { // the next call does not ask for these again
		found = append(found, &packages.Package{PkgPath: path})
	}
	for _, p := range found {
		if g.All[p.PkgPath] == nil {
			g.All[p.PkgPath] = p
		}
	}
}

// constraintTags returns the tags of a file's build constraint.
func constraintTags(src []byte) (tags []string) {
	if expr := Constraint(src); expr != nil {
		expr.Eval(func(tag string) bool { // called for every tag
			tags = append(tags, tag)
			return false
		})
	}
	return tags
}

// Constraint returns the //go:build line of a file, nil if there is none or it does not
// parse.
func Constraint(src []byte) constraint.Expr {
	for line := range strings.Lines(string(src)) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "package ") {
			break
		}
		if constraint.IsGoBuild(line) {
			expr, _ := constraint.Parse(line)
			return expr
		}
	}
	return nil
}

// ofGo reports whether the go command sets a tag itself.
func ofGo(tag string) bool {
	return slices.Contains([]string{"cgo", "unix", "gc"}, tag) || strings.HasPrefix(tag, "go1.") || slices.ContainsFunc(platforms, func(p string) bool {
		return strings.HasPrefix(p, tag+"/") || strings.HasSuffix(p, "/"+tag)
	})
}

// Imports returns the import paths of a file, none if it does not parse.
func Imports(src []byte) []string {
	f, err := parser.ParseFile(token.NewFileSet(), "", src, parser.ImportsOnly)
	if err != nil {
		return nil
	}
	var paths []string
	for _, spec := range f.Imports {
		if path, err := strconv.Unquote(spec.Path.Value); err == nil {
			paths = append(paths, path)
		}
	}
	return paths
}

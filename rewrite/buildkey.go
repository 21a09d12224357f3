package rewrite

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"sort"

	"golang.org/x/tools/go/packages"
)

// buildKey is a hash of everything that decides what the instrumented CLI's
// command tree is: the module's own files as they will be, and the build IDs
// of everything else, which stand in the names of the export data. The build ID
// of a dependency that imports the module back changes with the module: its
// files are taken.
func (m *module) buildKey(p *plan, r *Result) (string, error) {
	h := sha256.New()
	file := func(name string, data []byte) {
		fmt.Fprintf(h, "%s %d\n", name, len(data))
		h.Write(data)
	}
	list, overOwn := m.closure()
	for _, pkg := range list {
		if !overOwn[pkg.PkgPath] {
			fmt.Fprintf(h, "%s %s\n", pkg.PkgPath, pkg.ExportFile)
			continue
		}
		for _, name := range append(append([]string(nil), pkg.GoFiles...), append(pkg.OtherFiles, pkg.EmbedFiles...)...) {
			if data, ok := p.edited[name]; ok {
				file(name, data)
			} else if s, ok := m.sources[name]; ok {
				file(name, s.stripped)
			} else if data, err := os.ReadFile(name); err == nil {
				file(name, data)
			} else {
				return "", err
			}
		}
	}
	body, err := config{Settings: r.Settings, state: state{Main: m.main.PkgPath}}.source(m.generate.name())
	if err != nil {
		return "", err
	}
	runtime, err := runtimeFiles(m.generate.dir, m.generate.name(), body)
	if err != nil {
		return "", err
	}
	for _, name := range sortedNames(runtime) {
		file(name, runtime[name])
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// closure is everything that the main package reaches without the runtime
// package: the same before and after it is there. overOwn are those that are of
// the module or reach a package of it.
func (m *module) closure() (list []*packages.Package, overOwn map[string]bool) {
	seen := map[string]bool{m.generate.path: true}
	overOwn = map[string]bool{}
	var visit func(p *packages.Package)
	visit = func(p *packages.Package) {
		if seen[p.PkgPath] {
			return
		}
		seen[p.PkgPath] = true
		list = append(list, p)
		own := m.isOwn(p.PkgPath)
		for _, dep := range p.Imports {
			visit(dep)
			own = own || overOwn[dep.PkgPath]
		}
		overOwn[p.PkgPath] = own
	}
	visit(m.main)
	sort.Slice(list, func(i, j int) bool { return list[i].PkgPath < list[j].PkgPath })
	return list, overOwn
}

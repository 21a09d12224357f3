package commands

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/transaction"
)

// Key is a hash of everything that decides what the instrumented CLI's command
// tree is: the module's own files as they will be, the generated ones, and the
// build IDs of everything else, which are in the names of the export data. The
// build ID of a dependency that imports the module back changes with the module:
// its files are taken. Files that no change names are those on disk.
func Key(g *load.Program, generated map[string][]byte, changes []transaction.Change) (string, error) {
	h := sha256.New()
	planned := map[string][]byte{}
	for _, c := range changes {
		planned[c.Name] = c.New
	}
	file := func(name string, data []byte) {
		fmt.Fprintf(h, "%s %d\n", name, len(data))
		h.Write(data)
	}
	list, overOwn := closure(g)
	for _, pkg := range list {
		if !overOwn[pkg.PkgPath] {
			fmt.Fprintf(h, "%s %s\n", pkg.PkgPath, pkg.ExportFile)
			continue
		}
		for _, name := range slices.Concat(pkg.GoFiles, pkg.OtherFiles, pkg.EmbedFiles) {
			data := planned[name]
			if data == nil {
				var err error
				if data, err = os.ReadFile(name); err != nil {
					return "", err
				}
			}
			file(name, data)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(generated)) {
		file(name, generated[name])
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// closure is everything that the main package reaches without the generated
// packages: the same before and after they are there. overOwn are those that are
// of the module or reach a package of it.
func closure(g *load.Program) (list []*packages.Package, overOwn map[string]bool) {
	overOwn = map[string]bool{}
	authors := func(p *packages.Package) bool { return !g.Generated(p.PkgPath) }
	packages.Visit([]*packages.Package{g.Main}, authors, func(p *packages.Package) {
		if authors(p) {
			list = append(list, p)
			overOwn[p.PkgPath] = g.IsOwn(p.PkgPath) || slices.ContainsFunc(slices.Collect(maps.Values(p.Imports)), func(dep *packages.Package) bool { return overOwn[dep.PkgPath] })
		}
	})
	slices.SortFunc(list, func(a, b *packages.Package) int { return strings.Compare(a.PkgPath, b.PkgPath) })
	return list, overOwn
}

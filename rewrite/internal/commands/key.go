package commands

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"slices"

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
	decides := maps.Clone(generated) // by file, or import path: the order of a visit changes with what is imported
	planned := map[string][]byte{}
	for _, c := range changes {
		planned[c.Name] = c.New
	}
	var failed error
	overOwn := map[string]bool{} // of the module, or reach a package of it
	// What main reaches without the generated packages is the same before and after they are there.
	authors := func(p *packages.Package) bool { return !g.Generated(p.PkgPath) }
	packages.Visit([]*packages.Package{g.Main}, authors, func(p *packages.Package) {
		if !authors(p) {
			return
		}
		overOwn[p.PkgPath] = g.IsOwn(p.PkgPath)
		for _, dep := range p.Imports {
			overOwn[p.PkgPath] = overOwn[p.PkgPath] || overOwn[dep.PkgPath]
		}
		if !overOwn[p.PkgPath] {
			decides[p.PkgPath] = []byte(p.ExportFile)
			return
		}
		for _, name := range slices.Concat(p.GoFiles, p.OtherFiles, p.EmbedFiles) {
			data, err := planned[name], error(nil)
			if data == nil {
				data, err = os.ReadFile(name)
			}
			failed = cmp.Or(failed, err)
			decides[name] = data
		}
	})
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(decides)) {
		fmt.Fprintf(h, "%s %d\n", name, len(decides[name]))
		h.Write(decides[name])
	}
	return hex.EncodeToString(h.Sum(nil)), failed
}

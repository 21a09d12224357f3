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

// Key returns a hash of everything that the command tree of the instrumented CLI depends
// on: the module's files as they will be, the generated files, and the build IDs of all
// dependencies, which are in the names of their export data. A dependency that imports the
// module is hashed by its files, because its build ID changes with the module. Files
// without a change are read from disk.
func Key(g *load.Program, generated map[string][]byte, changes []transaction.Change) (string, error) {
	decides := maps.Clone(generated) // by file or import path, because the order of a visit changes with the imports
	planned := map[string][]byte{}
	for _, c := range changes {
		planned[c.Name] = c.New
	}
	var failed error
	overOwn := map[string]bool{} // packages of the module, and those that reach one
	// Without the generated packages, main reaches the same before and after it is instrumented.
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

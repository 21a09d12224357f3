package commands

import (
	"bytes"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/transaction"
)

// besideVendor is the folder of the module in which the overlay has packages that are
// new in vendor/. It never exists on disk.
const besideVendor = "telemetrygen_vendor"

// overlaid returns the changes in a form that a build with an overlay can use if they
// touch vendor/modules.txt. The go command reads that file from disk, compares it with
// go.mod, and since go 1.23 imports nothing that it does not list. So go.mod and
// vendor/modules.txt stay as they are on disk, and packages that are new in vendor/
// become packages of the CLI's module. Other changes are returned as they are.
func overlaid(m *load.Module, changes []transaction.Change) []transaction.Change {
	list := slices.IndexFunc(changes, func(c transaction.Change) bool { return filepath.Base(c.Name) == "modules.txt" })
	if list < 0 {
		return changes
	}
	vendor := strings.TrimSuffix(changes[list].Name, "modules.txt") // the module's, or its workspace's
	var kept []transaction.Change
	moved := map[string]string{} // import paths, quoted, from and to
	for _, c := range changes {
		if slices.Contains([]string{"go.mod", "go.sum", "modules.txt"}, filepath.Base(c.Name)) {
			continue
		}
		if name, ok := strings.CutPrefix(c.Name, vendor); ok && c.Old == nil {
			c.Name = filepath.Join(m.Dir, besideVendor, name)
			imported := path.Dir(filepath.ToSlash(name))
			moved[strconv.Quote(imported)] = strconv.Quote(path.Join(m.Path, besideVendor, imported))
		}
		kept = append(kept, c)
	}
	for i, c := range kept {
		if c.New == nil || !strings.HasSuffix(c.Name, ".go") {
			continue
		}
		for from, to := range moved {
			c.New = bytes.ReplaceAll(c.New, []byte(from), []byte(to))
		}
		kept[i] = c
	}
	return kept
}

package commands

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/transaction"
)

// besideVendor is the folder of the module in which the overlay shows packages
// that are new in vendor/. It never exists on disk.
const besideVendor = "telemetrygen_vendor"

// withoutVendor returns the changes as this build can use them where they touch
// vendor/modules.txt. The go command reads that file past its overlay, holds it
// against go.mod, and from go 1.23 imports nothing that it does not list. So the
// module files stay as they are on disk, and packages new in vendor/ are shown
// as packages of the CLI's module. Other changes are returned as they are.
func withoutVendor(changes []transaction.Change) []transaction.Change {
	root := ""
	for _, c := range changes {
		if before, ok := strings.CutSuffix(filepath.ToSlash(c.Name), "/vendor/modules.txt"); ok {
			root = before
		}
	}
	if root == "" {
		return changes
	}
	module := ""
	if data, err := os.ReadFile(filepath.Join(filepath.FromSlash(root), "go.mod")); err == nil {
		module = modfile.ModulePath(data)
	}
	var kept []transaction.Change
	moved := map[string]string{} // import paths, quoted, from and to
	for _, c := range changes {
		if moduleFile(c.Name) {
			continue
		}
		if path, ok := strings.CutPrefix(filepath.ToSlash(c.Name), root+"/vendor/"); ok && c.Old == nil && c.New != nil {
			c.Name = filepath.Join(filepath.FromSlash(root), besideVendor, filepath.FromSlash(path))
			if i := strings.LastIndexByte(path, '/'); i > 0 {
				moved[`"`+path[:i]+`"`] = `"` + module + "/" + besideVendor + "/" + path[:i] + `"`
			}
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

func moduleFile(name string) bool {
	switch filepath.Base(name) {
	case "go.mod", "go.sum", "modules.txt":
		return true
	}
	return false
}

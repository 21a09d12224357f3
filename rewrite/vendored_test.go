package rewrite_test

import (
	"path/filepath"
	"testing"
)

// TestVendoredCLI instruments a CLI with a vendor folder that lacks what the
// runtime needs. From go 1.23 the go command imports nothing from vendor/ that
// vendor/modules.txt does not list, and it reads that list from the disk only.
func TestVendoredCLI(t *testing.T) {
	long(t)
	for _, version := range []string{"1.17", "1.25"} {
		t.Run("go "+version, func(t *testing.T) {
			t.Parallel()
			c := cliModule(t, map[string]string{"main.go": plainCLI})
			c.options.App = "cli"
			goIn(t, c.dir, "mod", "edit", "-go="+version)
			goIn(t, c.dir, "mod", "vendor")
			c.before = tree(t, c.dir)
			c.runs = "run | 0 | cli run\nnope | 1 | cli\n"

			twin := c.build(t, "twin")
			result := c.instrument(t)
			goIn(t, c.dir, "vet", "./...")
			c.run(t, twin, c.build(t, "instrumented"), result.Settings.App)
			c.stable(t)
			list := tree(t, filepath.Join(c.dir, "vendor"))["modules.txt"]
			goIn(t, c.dir, "mod", "vendor")
			if tidied := tree(t, filepath.Join(c.dir, "vendor"))["modules.txt"]; tidied != list {
				t.Errorf("vendor/modules.txt is\n%s\ngo mod vendor makes\n%s", list, tidied)
			}

			c.remove(t)
			sameTree(t, c.before, tree(t, c.dir))
		})
	}
}

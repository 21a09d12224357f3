package rewrite_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/telemetrygen/telemetrygen/rewrite"
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
			c.goTool(t, "mod", "edit", "-go="+version)
			c.goTool(t, "mod", "vendor")
			c.before = tree(t, c.dir)
			c.runs = "run | 0 | cli run\nnope | 1 | cli\n"

			twin := c.build(t, "twin")
			result := c.instrument(t)
			c.goTool(t, "vet", "./...")
			c.run(t, twin, c.build(t, "instrumented"), result.Settings.App)
			if again := c.instrument(t); again.Changed() {
				t.Errorf("a second run changes\n%s", again.Diff())
			}
			list := tree(t, filepath.Join(c.dir, "vendor"))["modules.txt"]
			c.goTool(t, "mod", "vendor")
			if tidied := tree(t, filepath.Join(c.dir, "vendor"))["modules.txt"]; tidied != list {
				t.Errorf("vendor/modules.txt is\n%s\ngo mod vendor makes\n%s", list, tidied)
			}

			removed, err := rewrite.Remove(context.Background(), c.options)
			if err != nil {
				t.Fatal(err)
			}
			if err := removed.Write(); err != nil {
				t.Fatal(err)
			}
			sameTree(t, c.before, tree(t, c.dir))
		})
	}
}

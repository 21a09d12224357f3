package rewrite_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/rewrite"
)

// TestWorkspaceSiblingsAreLeftAlone instruments one module of a go.work
// project: another one that it reaches is named and not touched.
func TestWorkspaceSiblingsAreLeftAlone(t *testing.T) {
	long(t)
	dir := t.TempDir()
	example := func(name string) string {
		data, err := os.ReadFile(filepath.Join("../examples/pace", name))
		if err != nil {
			t.Fatal(err)
		}
		return strings.Replace(string(data), "example.com/pace", "example.com/cli", 1)
	}
	for name, content := range map[string]string{
		"go.work":     "go 1.21\n\nuse (\n\t./cli\n\t./lib\n)\n",
		"cli/go.mod":  example("go.mod"),
		"cli/go.sum":  example("go.sum"),
		"cli/main.go": "package main\n\nimport (\n\t\"example.com/lib\"\n\t\"github.com/spf13/cobra\"\n)\n\nfunc main() {\n\troot := &cobra.Command{Use: \"cli\", Run: func(*cobra.Command, []string) {}}\n\tif root.Execute() != nil {\n\t\tlib.Leave()\n\t}\n}\n",
		"lib/go.mod":  "module example.com/lib\n\ngo 1.21\n",
		"lib/lib.go":  "package lib\n\nimport \"os\"\n\nfunc Leave() { os.Exit(3) }\n",
	} {
		writeFile(t, filepath.Join(dir, filepath.FromSlash(name)), []byte(content))
	}
	t.Setenv("GOWORK", filepath.Join(dir, "go.work"))
	for name, options := range map[string]rewrite.Options{
		"in the module":         {Dir: filepath.Join(dir, "cli"), Package: "."},
		"at the workspace root": {Dir: dir, Package: "./cli"},
	} {
		t.Run(name, func(t *testing.T) {
			workspaceModule(t, dir, goldenCase{dir: filepath.Join(dir, "cli"), options: options})
		})
	}
}

func workspaceModule(t *testing.T, dir string, c goldenCase) {
	t.Helper()
	before := tree(t, dir)
	result := c.instrument(t)
	if len(result.Siblings) != 1 || !strings.HasPrefix(result.Siblings[0], "example.com/lib ") {
		t.Errorf("siblings: %v", result.Siblings)
	}
	after := tree(t, dir)
	for _, name := range []string{"go.work", "lib/go.mod", "lib/lib.go"} {
		if after[filepath.FromSlash(name)] != before[filepath.FromSlash(name)] {
			t.Errorf("%s was changed", name)
		}
	}
	goIn(t, c.dir, "vet", "./...")
	c.stable(t)
	c.remove(t)
	sameTree(t, before, tree(t, dir))
}

package rewrite_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFoldersBehindLinks instruments a CLI whose main package and others stand in folders outside of the module, to
// which links lead, and takes all of it out again.
func TestFoldersBehindLinks(t *testing.T) {
	long(t)
	outside, _ := filepath.EvalSymlinks(t.TempDir())
	for name, content := range map[string]string{
		"main/main.go":       strings.ReplaceAll(strings.Replace(plainCLI, "\"os\"\n", "\"os\"\n\n\t\"example.com/cli/shared/deep\"", 1), "[]string) {}", "[]string) { deep.End() }"),
		"shared/other.go":    "package shared\n\nimport \"os\"\n\nfunc End() { os.Exit(3) }\n",
		"shared/deep/end.go": "package deep\n\nimport (\n\t\"os\"\n\n\t\"example.com/cli/shared\"\n)\n\nfunc End() {\n\tshared.End()\n\tos.Exit(4)\n}\n",
	} {
		writeFile(t, filepath.Join(outside, filepath.FromSlash(name)), []byte(content))
	}
	c := cliModule(t, map[string]string{"doc.go": "package cli\n"})
	for link, to := range map[string]string{"cmd": "main", "shared": "shared"} {
		if err := os.Symlink(filepath.Join(outside, to), filepath.Join(c.dir, link)); err != nil {
			t.Skip(err)
		}
	}
	c.options.Package = "./cmd"
	before := tree(t, outside)
	c.instrument(t)
	for name, content := range tree(t, outside) {
		if content == before[name] {
			t.Errorf("%s is not edited", name)
		}
	}
	goIn(t, c.dir, "vet", "./cmd")
	c.stable(t)
	c.remove(t)
	sameTree(t, before, tree(t, outside))
}

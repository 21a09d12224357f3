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

// TestRemoveAfterADependencyCame: a dependency that the author has added since needs a module that go.mod has because of
// the runtime. The requirement stays, as go mod tidy would have it.
func TestRemoveAfterADependencyCame(t *testing.T) {
	long(t)
	c := cliModule(t, map[string]string{
		"main.go":    plainCLI,
		"dep/go.mod": "module example.com/dep\n\ngo 1.21\n\nrequire gopkg.in/yaml.v3 v3.0.1\n",
		"dep/dep.go": "package dep\n\nimport \"gopkg.in/yaml.v3\"\n\nvar Marshal = yaml.Marshal\n",
	})
	c.instrument(t)
	writeFile(t, filepath.Join(c.dir, "use.go"), []byte("package main\n\nimport \"example.com/dep\"\n\nvar _ = dep.Marshal\n"))
	goIn(t, c.dir, "mod", "edit", "-replace=example.com/dep=./dep", "-require=example.com/dep@v0.0.0")
	goIn(t, c.dir, "mod", "tidy")
	c.stable(t)
	c.remove(t)
	removed := tree(t, c.dir)
	goIn(t, c.dir, "vet", "./...")
	goIn(t, c.dir, "mod", "tidy")
	if tidied := tree(t, c.dir); removed["go.mod"] != tidied["go.mod"] || !strings.Contains(tidied["go.mod"], "gopkg.in/yaml.v3 v3.0.1 // indirect") {
		t.Errorf("go.mod is\n%s\ngo mod tidy makes\n%s", removed["go.mod"], tidied["go.mod"])
	}
}

// TestImportsThatNoPackageHas: what go mod tidy does not look at needs no requirement, before and after.
func TestImportsThatNoPackageHas(t *testing.T) {
	long(t)
	const uses = "package main\n\nimport _ \"gopkg.in/yaml.v3\"\n\nfunc main() {}\n"
	c := cliModule(t, map[string]string{
		"main.go": plainCLI, "_examples/deep/main.go": uses, ".hidden/main.go": uses, "testdata/main.go": uses,
		"tool.go": "//go:build ignore\n\n" + strings.Replace(uses, "gopkg.in/yaml.v3", "github.com/google/uuid", 1),
	})
	before := tree(t, c.dir)
	c.instrument(t)
	c.remove(t)
	sameTree(t, before, tree(t, c.dir))
}

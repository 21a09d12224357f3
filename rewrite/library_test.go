package rewrite_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A module that is also a library: who imports a package of it that ends the
// process links the leaf, and nothing else that is not of the standard library.
func TestLibraryLinksNothingNew(t *testing.T) {
	long(t)
	t.Parallel()
	c := cliModule(t, map[string]string{
		"main.go":    strings.Replace(plainCLI, "\troot.AddCommand", "\tlib.Must(true)\n\troot.AddCommand", 1),
		"lib/lib.go": "package lib\n\nimport \"os\"\n\nfunc Must(ok bool) {\n\tif !ok {\n\t\tos.Exit(6)\n\t}\n}\n",
	})
	main := filepath.Join(c.dir, "main.go")
	writeFile(t, main, []byte(strings.Replace(tree(t, c.dir)["main.go"], "\t\"os\"\n\n", "\t\"os\"\n\n\t\"example.com/cli/lib\"\n", 1)))
	importer := t.TempDir()
	writeFile(t, filepath.Join(importer, "go.mod"), []byte("module example.com/importer\n\ngo 1.21\n\nrequire example.com/cli v0.0.0\n\nreplace example.com/cli => "+c.dir+"\n"))
	writeFile(t, filepath.Join(importer, "main.go"), []byte("package main\n\nimport \"example.com/cli/lib\"\n\nfunc main() { lib.Must(true) }\n"))
	linked := func() map[string]bool {
		cmd := exec.Command("go", "list", "-mod=mod", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ".")
		cmd.Dir = importer
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v", err)
		}
		list := map[string]bool{}
		for _, path := range strings.Fields(string(out)) {
			list[path] = true
		}
		return list
	}
	before := linked()
	c.instrument(t)
	after := linked()
	if !after["example.com/cli/internal/telemetry/exit"] {
		t.Errorf("the leaf is not linked: %v", after)
	}
	for path := range after {
		if !before[path] && path != "example.com/cli/internal/telemetry/exit" {
			t.Errorf("%s is linked now", path)
		}
	}
}

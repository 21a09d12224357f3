package project

import (
	"path/filepath"
	"testing"
)

// TestLocate finds the module and the import path of a main package.
func TestLocate(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"go.mod": "module example.com/cli\n", "cmd/a/main.go": "package main\n",
		"nested/go.mod": "module example.com/nested\n", "nested/main.go": "package main\n",
	})
	for _, test := range []struct{ dir, pattern, root, main string }{
		{"", filepath.Join(dir, "cmd", "a"), "", "example.com/cli/cmd/a"},
		{"", ".", "", "example.com/cli"},
		{"", "./cmd/a", "", "example.com/cli/cmd/a"},
		{"cmd/a", ".", "", "example.com/cli/cmd/a"},
		{"cmd", "example.com/cli/cmd/a", "", "example.com/cli/cmd/a"},
		{"", "./nested", "nested", "example.com/nested"},
	} {
		at := Locate(filepath.Join(dir, test.dir), test.pattern)
		if at.Root != filepath.Join(dir, test.root) || at.Main != test.main {
			t.Errorf("%s in %q is %+v", test.pattern, test.dir, at)
		}
		if at.ImportPath(at.Dir) != test.main {
			t.Errorf("%s in %q is in the folder %s", test.pattern, test.dir, at.Dir)
		}
	}
	if at := Locate("/", "."); at.Root != "" {
		t.Errorf("a module at %s", at.Root)
	}
}

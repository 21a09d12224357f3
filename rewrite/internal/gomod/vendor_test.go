package gomod

import (
	"os"
	"path/filepath"
	"testing"
)

const modulesTxt = "# b.org/b v1.0.0\n## explicit; go 1.20\nb.org/b\n# d.org/d v1.0.0\nd.org/d\nd.org/d/x\n"

// TestInsertModule keeps vendor/modules.txt sorted.
func TestInsertModule(t *testing.T) {
	for path, want := range map[string]string{
		"a.org/a": "NEW" + modulesTxt,
		"c.org/c": "# b.org/b v1.0.0\n## explicit; go 1.20\nb.org/b\nNEW# d.org/d v1.0.0\nd.org/d\nd.org/d/x\n",
		"e.org/e": modulesTxt + "NEW",
	} {
		if got := insertModule(modulesTxt, path, "NEW"); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

// TestRemoveVendor takes modules out of vendor/, and leaves those that were there
// as they were.
func TestRemoveVendor(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"vendor/modules.txt":  "# a.org/a v1.0.0\n## explicit\na.org/a\n" + modulesTxt,
		"vendor/a.org/a/a.go": "package a\n",
	} {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	undo := Undo{Vendored: []string{"a.org/a"}, Explicit: []string{"b.org/b"}}
	changes, err := removeVendor(Env{Dir: dir}, undo, func(string) bool { return false })
	if err != nil || len(changes) != 2 || filepath.Base(changes[0].Name) != "a.go" || changes[0].New != nil {
		t.Fatalf("%v, %v", changes, err)
	}
	if got, want := string(changes[1].New), "# b.org/b v1.0.0\n## go 1.20\nb.org/b\n# d.org/d v1.0.0\nd.org/d\nd.org/d/x\n"; got != want {
		t.Errorf("modules.txt is %q, want %q", got, want)
	}
	if changes, err := removeVendor(Env{Dir: dir}, undo, func(string) bool { return true }); err != nil || len(changes) > 0 {
		t.Errorf("what the author uses by now: %v, %v", changes, err)
	}
}

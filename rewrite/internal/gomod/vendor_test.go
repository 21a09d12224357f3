package gomod

import (
	"os"
	"path/filepath"
	"testing"
)

// TestCutEntry finds the entry of a module in vendor/modules.txt, or where it would be.
func TestCutEntry(t *testing.T) {
	const b, d = "# b.org/b v1.0.0\n## explicit; go 1.20\nb.org/b\n", "# d.org/d v1.0.0 => ../d\nd.org/d\nd.org/d/x\n"
	const replaced = "# a.org/a => ../a\n# d.org/d => ../d\n" // behind all entries
	for path, want := range map[string][3]string{
		"a.org/a": {"", "", b + d + replaced},
		"b.org/b": {"", b, d + replaced},
		"c.org/c": {b, "", d + replaced},
		"d.org/d": {b, d, replaced},
		"e.org/e": {b + d, "", replaced},
	} {
		if before, entry, after := cutEntry(b+d+replaced, path); before != want[0] || entry != want[1] || after != want[2] {
			t.Errorf("%s: %q, %q, %q", path, before, entry, after)
		}
	}
}

// TestRemoveVendor takes modules out of vendor/, and leaves those that were there
// as they were.
func TestRemoveVendor(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"vendor/modules.txt":  "# a.org/a v1.0.0\n## explicit\na.org/a\n# b.org/b v1.0.0\n## explicit; go 1.20\nb.org/b\nb.org/b/x\n",
		"vendor/a.org/a/a.go": "package a\n",
		"vendor/b.org/b/b.go": "package b\n",
	} {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	undo := Undo{Added: []string{"a.org/a"}, Direct: []string{"b.org/b"}, Vendored: []string{"a.org/a", "b.org/b"}}
	changes, err := removeVendor(dir, undo, func(string) bool { return false })
	if err != nil || len(changes) != 3 || filepath.Base(changes[0].Name) != "a.go" || filepath.Base(changes[1].Name) != "b.go" || changes[0].New != nil {
		t.Fatalf("%v, %v", changes, err)
	}
	if got, want := string(changes[2].New), "# b.org/b v1.0.0\n## explicit; go 1.20\nb.org/b/x\n"; got != want {
		t.Errorf("modules.txt is %q, want %q", got, want)
	}
	if changes, err := removeVendor(dir, undo, func(string) bool { return true }); err != nil || len(changes) > 0 {
		t.Errorf("what the author uses by now: %v, %v", changes, err)
	}
}

package wire_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// TestListsAreFoundBehindLinks, as a mounted ConfigMap and a folder of releases have them,
// also where links lead in circles.
func TestListsAreFoundBehindLinks(t *testing.T) {
	folder := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		name = filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	link := func(to, name string) {
		t.Helper()
		if err := os.Symlink(to, filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	write("mounted/..2026_11_30/commands.txt", "pace get\n")
	link("..2026_11_30", "mounted/..data")
	link("..data/commands.txt", "mounted/commands.txt")
	write("releases/v2/space/commands.txt", "space go\n")
	write("releases/v2/space/exitcodes.txt", "3 exitNotFound\n")
	write("flat/pace.txt", "pace get\n")
	write("flat/space-1.19.txt", "space go\n")
	write("flat/._pace.txt", "\x00\x05\x16\x07")
	link("nowhere", "flat/.#pace.txt")
	link("v2", "releases/current")
	link("releases/current", "link")
	link("..", "releases/v2/up")
	link("nowhere", "releases/v2/README")
	for name, want := range map[string][]string{
		"mounted":              {"pace get"},
		"mounted/commands.txt": {"pace get"},
		"mounted/..data":       {"pace get"},
		"link":                 {"space go"},
		"releases/current":     {"space go"},
		"flat":                 {"pace get", "space go"},
		".":                    {"pace get", "space go"},
	} {
		list, err := wire.ReadAllowList([]string{filepath.Join(folder, name)})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, path := range want {
			if !list.Lists(path) {
				t.Errorf("%s does not list %q", name, path)
			}
		}
	}
}

// TestAListWithoutACommandIsAMistake, or is being written: the reports of its app alone
// would be refused.
func TestAListWithoutACommandIsAMistake(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{"pace": "pace get\n", "space": "\n"} {
		if err := os.MkdirAll(filepath.Join(folder, name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name, "commands.txt"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	empty := filepath.Join(folder, "space", "commands.txt")
	if _, err := wire.ReadAllowList([]string{folder}); err == nil || !strings.Contains(err.Error(), empty) {
		t.Errorf("%v does not name %s", err, empty)
	}
	if err := os.RemoveAll(filepath.Dir(empty)); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", filepath.Join(folder, "commands.txt")); err != nil {
		t.Fatal(err)
	}
	if _, err := wire.ReadAllowList([]string{folder}); err == nil {
		t.Error("a list that is not there is passed over")
	}
}

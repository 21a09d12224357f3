package project

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// TestSources renames the runtime for the CLI's module, and has no tests.
func TestSources(t *testing.T) {
	g := Package{at: Location{Root: "/m", Module: "example.com/m"}, Dir: "/m/internal/usage", Path: "example.com/m/internal/usage"}
	files := g.sources(Config{Settings: Settings{App: "cli"}}, []plan.Hook{{Path: "k8s.io/klog/v2", Known: true}})
	for name, data := range files {
		text := string(data)
		if !intact(data) {
			t.Errorf("%s is not sealed", name)
		}
		if strings.Contains(text, "telemetrygen/runtime") || strings.HasSuffix(name, "_test.go") {
			t.Errorf("%s is of the generator's own module", name)
		}
		if inLeaf := filepath.Base(filepath.Dir(name)) == Leaf; !inLeaf && !strings.Contains(text, "\npackage usage\n") {
			t.Errorf("%s is not of package usage", name)
		}
	}
	for _, name := range []string{"config.go", "loggers.go", "telemetry.go", treeFile, "exit/exit.go"} {
		if files[filepath.Join(g.Dir, filepath.FromSlash(name))] == nil {
			t.Errorf("there is no %s", name)
		}
	}
}

// TestDisabled has both packages with what -tags notelemetry builds.
func TestDisabled(t *testing.T) {
	packages := Package{Dir: "/m/t", Path: "m/t"}.Disabled()
	if len(packages) != 2 || packages["m/t"] == nil || packages["m/t/exit"] == nil {
		t.Fatalf("%d packages", len(packages))
	}
	for path, files := range packages {
		for name, data := range files {
			if strings.Contains(string(data), "//go:build !notelemetry") {
				t.Errorf("%s has %s", path, name)
			}
		}
	}
}

// TestWithTag evaluates build constraints.
func TestWithTag(t *testing.T) {
	for src, want := range map[string]bool{
		"package p\n":                                    true,
		"//go:build notelemetry\n\npackage p\n":          true,
		"//go:build !notelemetry\n\npackage p\n":         false,
		"//go:build notelemetry && linux\n\npackage p\n": false,
		"package p\n\n//go:build linux\n":                true,
	} {
		if got := withTag([]byte(src), "notelemetry"); got != want {
			t.Errorf("%q: %v", src, got)
		}
	}
}

// TestGenerated reads our files beside the author's, and notices edits.
func TestGenerated(t *testing.T) {
	dir := t.TempDir()
	ours := string(sealed([]byte("package telemetry\n")))
	write(t, dir, map[string]string{"a.go": ours, "exit/b.go": ours, "mine.go": "package telemetry\n"})
	files, err := generated(dir)
	if err != nil || len(files) != 2 || files[filepath.Join(dir, "a.go")] == nil || files[filepath.Join(dir, "exit", "b.go")] == nil {
		t.Errorf("%d files, %v", len(files), err)
	}
	write(t, dir, map[string]string{"exit/b.go": ours + "// mine\n"})
	if _, err := generated(dir); err == nil || !strings.Contains(err.Error(), ": "+filepath.Join(dir, "exit", "b.go")+"; ") {
		t.Errorf("after an edit: %v", err)
	}
}

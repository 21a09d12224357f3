package telemetrygen_test

import (
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen"
)

// TestRuntimeSourceIsEveryFileButTests compares what is embedded with the folders.
func TestRuntimeSourceIsEveryFileButTests(t *testing.T) {
	var want []string
	for _, pattern := range []string{"runtime/*.go", "runtime/exit/*.go"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if !strings.HasSuffix(name, "_test.go") {
				want = append(want, filepath.ToSlash(name))
			}
		}
	}
	slices.Sort(want)
	var got []string
	err := fs.WalkDir(telemetrygen.RuntimeSource, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			got = append(got, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("embedded are %q, want %q", got, want)
	}
	if data, err := telemetrygen.RuntimeSource.ReadFile("runtime/telemetry.go"); err != nil || !strings.Contains(string(data), "func Start()") {
		t.Errorf("runtime/telemetry.go: %v", err)
	}
}

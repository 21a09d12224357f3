package commands

import (
	"path/filepath"
	"reflect"
	"testing"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/transaction"
)

// TestOverlaid shows new vendored packages as packages of the module, and
// leaves other changes as they are.
func TestOverlaid(t *testing.T) {
	root := t.TempDir()
	in := func(name string) string { return filepath.Join(root, filepath.FromSlash(name)) }
	plain := []transaction.Change{
		{Name: in("main.go"), Old: []byte("old"), New: []byte("package main\n\nimport _ \"gopkg.in/yaml.v3\"\n")},
		{Name: in("go.mod"), Old: []byte("old"), New: []byte("new")},
	}
	shown := func(changes []transaction.Change) []transaction.Change {
		return overlaid(&load.Module{Dir: root, Path: "example.com/cli"}, changes)
	}
	if got := shown(plain); !reflect.DeepEqual(got, plain) {
		t.Errorf("without vendor: %v", got)
	}
	got := shown(append(plain,
		transaction.Change{Name: in("vendor/modules.txt"), Old: []byte("old"), New: []byte("new")},
		transaction.Change{Name: in("vendor/gopkg.in/yaml.v3/yaml.go"), New: []byte("package yaml\n")},
	))
	want := []transaction.Change{
		{Name: in("main.go"), Old: []byte("old"), New: []byte("package main\n\nimport _ \"example.com/cli/telemetrygen_vendor/gopkg.in/yaml.v3\"\n")},
		{Name: in("telemetrygen_vendor/gopkg.in/yaml.v3/yaml.go"), New: []byte("package yaml\n")},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("with vendor: %q, want %q", got, want)
	}
}

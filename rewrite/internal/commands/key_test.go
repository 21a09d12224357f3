package commands

import (
	"os"
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/loadtest"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/transaction"
)

// TestKey changes with everything that can change the command tree, and with
// nothing else.
func TestKey(t *testing.T) {
	g := loadtest.Program(t, `
-- example.com/cli/main.go --
package main

import _ "example.com/cli/internal/telemetry"

func main() {}
-- example.com/cli/internal/telemetry/telemetry.go --
package telemetry
-- example.com/other/unused.go --
package other
`)
	g.Generated = func(path string) bool { return strings.HasPrefix(path, "example.com/cli/internal") }
	key := func(generated map[string][]byte, changes ...transaction.Change) string {
		t.Helper()
		k, err := Key(g, generated, changes)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	main := g.Main.GoFiles[0]
	onDisk, err := os.ReadFile(main)
	if err != nil {
		t.Fatal(err)
	}
	generated := map[string][]byte{"a.go": []byte("package a")}
	base := key(generated)
	for _, test := range []struct {
		name string
		key  string
		same bool
	}{
		{"again", key(generated), true},
		{"a change to what is on disk already", key(generated, transaction.Change{Name: main, New: onDisk}), true},
		{"a change of a file that is not built", key(generated, transaction.Change{Name: "/x/go.mod", New: []byte("x")}), true},
		{"a changed file", key(generated, transaction.Change{Name: main, New: []byte("package main\n")}), false},
		{"another generated file", key(map[string][]byte{"b.go": []byte("package a")}), false},
		{"another content of it", key(map[string][]byte{"a.go": []byte("package b")}), false},
	} {
		if (test.key == base) != test.same {
			t.Errorf("%s: the same key: %v", test.name, test.key == base)
		}
	}
}

func TestBinaryName(t *testing.T) {
	for path, want := range map[string]string{
		"example.com/pace": "pace", "example.com/pace/cmd/pc": "pc", "example.com/pace/v2": "pace", "v2": "v2", "example.com/v2x": "v2x",
		"example.com/pace/v1": "v1", "example.com/pace/v02": "v02", "gopkg.in/pace.v2": "pace.v2",
		"example.com/pace/cmd": "pace", "example.com/pace/v2/cmd/main": "pace", "example.com/pace-cmd": "pace-cmd", "cmd": "cmd", "example.com/cmd/v10": "example.com",
	} {
		if got := BinaryName(path); got != want {
			t.Errorf("%s is built as %s, want %s", path, got, want)
		}
	}
}

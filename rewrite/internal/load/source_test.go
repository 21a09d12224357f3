package load

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// write makes files below a new folder.
func write(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte("package x // ours\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestSources reads each file once, and keeps it with and without instrumentation.
func TestSources(t *testing.T) {
	dir := write(t, "cmd/b.go", "a.go")
	var stripped []string
	s := NewSources(dir, func(relative string, src []byte) []byte {
		stripped = append(stripped, relative)
		return bytes.ReplaceAll(src, []byte(" // ours"), nil)
	})
	for range 2 {
		for _, name := range []string{"cmd/b.go", "a.go"} {
			if _, err := s.Read(filepath.Join(dir, filepath.FromSlash(name))); err != nil {
				t.Fatal(err)
			}
		}
	}
	if !slices.Equal(stripped, []string{"cmd/b.go", "a.go"}) || len(s.All()) != 2 || s.All()[0].Name != filepath.Join(dir, "a.go") {
		t.Errorf("stripped %q, of all %v", stripped, s.All())
	}
	if disk, without := string(s.OnDisk("cmd/b.go")), string(s.Stripped("cmd/b.go")); disk != "package x // ours\n" || without != "package x\n" {
		t.Errorf("on disk %q, without %q", disk, without)
	}
	if s.OnDisk("c.go") != nil || s.Stripped("c.go") != nil {
		t.Error("knows a file that was not read")
	}
	if _, err := s.Read(filepath.Join(dir, "c.go")); err == nil {
		t.Error("reads a file that is not there")
	}
	outside := filepath.Join(filepath.Dir(dir), "x.go")
	if got := s.Relative(outside); got != filepath.ToSlash(outside) {
		t.Errorf("a file outside of the module is %q", got)
	}
}

// TestGoFiles lists one folder, whatever it is called.
func TestGoFiles(t *testing.T) {
	dir := filepath.Join(write(t, "a [b-]/b_test.go", "a [b-]/a.go", "a [b-]/sub/c.go", "a [b-]/d.txt"), "a [b-]")
	if got, want := GoFiles(dir), []string{filepath.Join(dir, "a.go"), filepath.Join(dir, "b_test.go")}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := GoFiles(filepath.Join(dir, "none")); got != nil {
		t.Errorf("a folder that is not there has %q", got)
	}
}

// TestGoFilesBelow finds the module's own files.
func TestGoFilesBelow(t *testing.T) {
	dir := write(t, "main.go", "cmd/get.go", "cmd/get_test.go", "README.md", "vendor/v.go", "cmd/vendor/v.go", ".git/hook.go",
		"web/node_modules/x.go", "tools/go.mod", "tools/tool.go", "testdata/t.go", "go.txt", "folder.go/readme")
	for link, target := range map[string]string{"link.go": "go.txt", "nothing.go": "missing", "../" + filepath.Base(dir) + "-link": dir} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			peertest.Missing(t, "links, as on Windows without the right to: "+err.Error())
		}
	}
	for _, root := range []string{dir, dir + "-link"} {
		names, err := GoFilesBelow(root)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, name := range names {
			rel, err := filepath.Rel(root, name)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, filepath.ToSlash(rel))
		}
		if want := "cmd/get.go cmd/get_test.go link.go main.go testdata/t.go"; strings.Join(got, " ") != want {
			t.Errorf("finds %q, want %q", got, want)
		}
	}
}

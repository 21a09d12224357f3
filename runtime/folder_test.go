//go:build !notelemetry && !windows

package telemetry

import (
	"os"
	"path/filepath"
	"testing"
)

// The files are below the configuration folder, and nowhere where that is unknown.
func TestFindFolder(t *testing.T) {
	for _, c := range []struct{ home, xdg, want string }{
		{"/home/ann", "", "/home/ann/.config/pace"},
		{"/home/ann", "/etc/xdg", "/etc/xdg/pace"},
		{"/home/ann", "relative", "/home/ann/.config/pace"},
		{"/home/ann", "./.config", "/home/ann/.config/pace"},
		{"", "/etc/xdg", "/etc/xdg/pace"},
		{"", "", ""},
		{"", "relative", ""},
		{"relative", "", ""},
	} {
		t.Setenv("HOME", c.home)
		t.Setenv("XDG_CONFIG_HOME", c.xdg)
		if got := findFolder(); got != folder(c.want) {
			t.Errorf("HOME=%q XDG_CONFIG_HOME=%q: %q, want %q", c.home, c.xdg, got, c.want)
		}
	}
}

// The folder is made with the one above it, but never a home.
func TestMakeFolder(t *testing.T) {
	there := tempDir(t)
	must(t, os.WriteFile(filepath.Join(there, "file"), nil, 0o600))
	for below, want := range map[string]bool{"a": true, "b/pace": true, "c/.config/pace": false, "file/pace": false, "": true} {
		if got := folder(filepath.Join(there, below)).make(2); got != want {
			t.Errorf("%q was made: %v", below, got)
		}
	}
}

// A file that is replaced has the new content, is for its owner only, and no other file stays.
func TestReplace(t *testing.T) {
	d := folder(tempDir(t))
	must(t, os.WriteFile(d.path("elsewhere"), []byte("old"), 0o600))
	must(t, os.Symlink("elsewhere", d.path("link")))
	must(t, os.WriteFile(d.path("new.tmp"), []byte("left by a killed writer"), 0o644))
	for _, name := range []string{"new", "elsewhere", "link"} {
		must(t, d.replace(name, []byte("to "+name)))
		data, err := os.ReadFile(d.path(name))
		info, _ := os.Stat(d.path(name))
		if err != nil || string(data) != "to "+name || info.Mode() != 0o600 {
			t.Errorf("%s is %q, %v (%v)", name, data, info.Mode(), err)
		}
	}
	if target, err := os.Readlink(d.path("link")); target != "elsewhere" {
		t.Errorf("the link is gone: %v", err)
	}
	if names, err := os.ReadDir(string(d)); len(names) != 3 {
		t.Errorf("left: %v %v", names, err)
	}
	if err := (d + "/none").replace("x", nil); err == nil {
		t.Error("written into a folder that is not there")
	}
}

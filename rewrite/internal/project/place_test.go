package project

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
)

// write makes files below dir.
func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// configOf is the config.go that an earlier run for a main package left.
func configOf(main string) string {
	return string(sealed(Config{Settings: Settings{App: "cli"}, State: State{Main: main}}.Source("telemetry")))
}

// TestPlace finds the generated package of example.com/cli, or a folder for it.
func TestPlace(t *testing.T) {
	ours, others := configOf("example.com/cli"), configOf("example.com/cli/cmd/other")
	stateless := strings.Replace(ours, stateComment, "// ", 1)
	for _, test := range []struct {
		name   string
		files  map[string]string
		asked  string
		want   string // folder
		exists bool
		older  string
	}{
		{"the first time", nil, "", "internal/telemetry", false, ""},
		{"again", map[string]string{"internal/telemetry/config.go": ours}, "", "internal/telemetry", true, ""},
		{"without its config", map[string]string{"internal/telemetry/telemetry.go": ours}, "", "internal/telemetry", true, ""},
		{"one that does not say whose it is", map[string]string{"internal/telemetry/config.go": stateless}, "", "internal/telemetry", true, ""},
		{"taken by another package", map[string]string{"internal/telemetry/x.go": "package telemetry\n"}, "", "internal/usagetelemetry", false, ""},
		{"taken by another CLI", map[string]string{"internal/telemetry/config.go": others}, "", "internal/usagetelemetry", false, ""},
		{"all taken", map[string]string{"internal/telemetry/x.go": "", "internal/usagetelemetry/x.go": "", "internal/telemetrygen/x.go": ""}, "", "", false, ""},
		{"asked for", nil, "lib/usage", "lib/usage", false, ""},
		{"moved", map[string]string{"internal/telemetry/config.go": ours}, "lib/usage", "lib/usage", false, "internal/telemetry"},
		{"where main imports it from", map[string]string{"lib/usage/config.go": ours}, "", "lib/usage", true, ""},
		{"where main imports the leaf from", map[string]string{"commands.go": "package main\n\nimport telemetry \"example.com/cli/internal/telemetry/exit\"\n",
			"internal/telemetry/config.go": ours, "internal/telemetry/exit/exit.go": ours}, "", "internal/telemetry", true, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, test.files)
			write(t, dir, map[string]string{"go.mod": "module example.com/cli\n", "main.go": "package main\n\nimport _ \"example.com/cli/lib/usage\"\n"})
			g := Locate(dir, ".").Package(test.asked)
			want := test.want
			if want != "" {
				want = filepath.Join(dir, filepath.FromSlash(want))
			}
			if g.Dir != want || g.Exists != test.exists {
				t.Errorf("%s, exists %v", g.Dir, g.Exists)
			}
			if older := slices.Contains(g.Older, "example.com/cli/"+test.older); older != (test.older != "") || test.older == "" && len(g.Older) > 0 {
				t.Errorf("older ones are %v", g.Older)
			}
			if test.want != "" && (!g.Owns("example.com/cli/"+test.want) || !g.Owns("example.com/cli/"+test.want+"/exit") || g.Owns("example.com/cli")) {
				t.Errorf("%s does not own its packages, or others", g.Path)
			}
		})
	}
}

// TestShared picks the package of the one CLI that all instrument shared code with.
func TestShared(t *testing.T) {
	ours, others := configOf("example.com/cli"), configOf("example.com/cli/cmd/other")
	for _, test := range []struct {
		name  string
		files map[string]string
		want  string
		page  string
	}{
		{"alone", map[string]string{"internal/telemetry/config.go": ours, "internal/telemetry/exit/exit.go": ours}, "internal/telemetry", "TELEMETRY.md"},
		{"the second", map[string]string{"internal/telemetry/config.go": others, "internal/telemetry/exit/exit.go": others}, "internal/telemetry", "TELEMETRY-main.md"},
		{"the second again", map[string]string{"internal/telemetry/config.go": others, "internal/telemetry/exit/exit.go": others, "internal/usagetelemetry/config.go": ours}, "internal/telemetry", "TELEMETRY-main.md"},
		{"the first, in a later folder", map[string]string{"internal/telemetry/config.go": others, "internal/usagetelemetry/config.go": ours, "internal/usagetelemetry/exit/exit.go": ours}, "internal/usagetelemetry", "TELEMETRY.md"},
		{"both came alone", map[string]string{"internal/telemetry/config.go": others, "internal/telemetry/exit/exit.go": others, "internal/usagetelemetry/config.go": ours, "internal/usagetelemetry/exit/exit.go": ours}, "internal/telemetry", "TELEMETRY-main.md"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, test.files)
			write(t, dir, map[string]string{"go.mod": "module example.com/cli\n", "main.go": "package main\n", "cmd/other/main.go": "package main\n"})
			g := Locate(dir, ".").Package("")
			if got := g.Shared(); got != "example.com/cli/"+test.want {
				t.Errorf("%s", got)
			}
			if page := g.UsersPage(); page != test.page {
				t.Errorf("the page is %s", page)
			}
		})
	}
}

// TestForRefuses folders that no package can be imported from under the folder's name.
func TestForRefuses(t *testing.T) {
	dir := t.TempDir()
	m := &load.Module{Path: "example.com/cli", Dir: dir, Main: &packages.Package{PkgPath: "example.com/cli", Dir: dir}}
	for asked, refused := range map[string]bool{
		"internal/telemetry": false, "internal/telemetry/": false, "./usage": false, "testdata/usage": false, "_usage": false, "internal/v2": false,
		"internal/te-le": true, "internal/func": true, "internal/main": true, "internal/_": true, "internal/exit": true, "internal/a b": true, ".usage": true,
		"a b/usage": true, "vendor/usage": true, "./vendor/usage": true, "../usage": true, ".": true, filepath.Join(dir, "internal", "usage"): true,
	} {
		if _, err := For(m, asked); (err != nil) != refused || refused && !strings.Contains(err.Error(), "--package-dir "+asked+":") {
			t.Errorf("%s: %v", asked, err)
		}
	}
}

package find

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/loadtest"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// TestCommands reads the command tree from the source.
func TestCommands(t *testing.T) {
	for _, test := range []struct {
		name, code, root, want string
		unknown                int
	}{
		{"children", `func main() { root.AddCommand(get, &cobra.Command{Use: "set KEY VALUE"}); root.Execute() }
			var root, get = &cobra.Command{Use: "cli [flags]"}, &cobra.Command{Use: "get"}`, "cli", "get, set", 0},
		{"grandchildren", `func main() { root.AddCommand(newGet()); root.Execute() }
			var root = &cobra.Command{Use: "cli"}
			func newGet() *cobra.Command { c := &cobra.Command{Use: "get"}; c.AddCommand(&cobra.Command{Use: "all"}); return c }`, "cli", "get, get all", 0},
		{"a list", `func main() { for _, c := range all() { root.AddCommand(c) }; root.Execute() }
			var root = &cobra.Command{Use: "cli"}
			func all() []*cobra.Command { return []*cobra.Command{{Use: "get"}, {Use: "set"}} }`, "cli", "get, set", 0},
		{"a spread list", `func main() { root.AddCommand(all...); root.Execute() }
			var root = &cobra.Command{Use: "cli"}
			var all = []*cobra.Command{{Use: "get"}}`, "cli", "get", 0},
		{"a name that is set later", `func main() { get.Use = "fetch"; root.AddCommand(get); root.Execute() }
			var root, get = &cobra.Command{Use: "cli"}, &cobra.Command{Use: "get"}`, "cli", "fetch", 0},
		{"a name that is not constant", `func main() { root.AddCommand(&cobra.Command{Use: os.Args[0]}); root.Execute() }
			var root = &cobra.Command{Use: os.Args[0]}`, "", "", 1},
		{"help is never recorded", `func main() { root.AddCommand(&cobra.Command{Use: "help"}); root.Execute() }
			var root = &cobra.Command{Use: "cli"}`, "cli", "", 0},
		{"an unknown child", `func main() { root.AddCommand(load()); root.Execute() }
			var root = &cobra.Command{Use: "cli"}
			func load() *cobra.Command { return nil }`, "cli", "", 1},
		{"a function that adds what it is handed", `func main() { group(root, "main", get, set); group(get, "more", all); root.Execute() }
			func group(c *cobra.Command, title string, below ...*cobra.Command) { c.AddCommand(below...) }
			var root, get = &cobra.Command{Use: "cli"}, &cobra.Command{Use: "get"}
			var set, all = &cobra.Command{Use: "set"}, &cobra.Command{Use: "all"}`, "cli", "get, get all, set", 0},
		{"a function that adds a list one by one, through another", `func main() { each([]*cobra.Command{get, set}, root); each([]*cobra.Command{all}, get); root.Execute() }
			func each(list []*cobra.Command, c *cobra.Command) { for _, below := range list { add(c, below) } }
			func add(c, below *cobra.Command) { parent := c; parent.AddCommand(below) }
			var root, get = &cobra.Command{Use: "cli"}, &cobra.Command{Use: "get"}
			var set, all = &cobra.Command{Use: "set"}, &cobra.Command{Use: "all"}`, "cli", "get, get all, set", 0},
		{"a function that adds what it is handed, called by its value", `func main() { f := group; f(root, get); root.Execute() }
			func group(c, below *cobra.Command) { c.AddCommand(below) }
			var root, get = &cobra.Command{Use: "cli"}, &cobra.Command{Use: "get"}`, "cli", "", 1},
		{"a function that adds the same to what it is handed", `func main() { common(root); common(get); root.AddCommand(get); root.Execute() }
			func common(c *cobra.Command) { c.AddCommand(&cobra.Command{Use: "list"}, &cobra.Command{Use: "show"}) }
			var root, get = &cobra.Command{Use: "cli"}, &cobra.Command{Use: "get"}`, "cli", "get, get list, get show, list, show", 0},
		{"all seem to be below all", `func main() { for _, p := range pairs { p.above.AddCommand(p.below) }; root.Execute() }
			type pair struct { above, below *cobra.Command }
			var root = &cobra.Command{Use: "cli"}
			var a, b, c, d = &cobra.Command{Use: "a"}, &cobra.Command{Use: "b"}, &cobra.Command{Use: "c"}, &cobra.Command{Use: "d"}
			var e, f, g, h = &cobra.Command{Use: "e"}, &cobra.Command{Use: "f"}, &cobra.Command{Use: "g"}, &cobra.Command{Use: "h"}
			var i, j, k, l = &cobra.Command{Use: "i"}, &cobra.Command{Use: "j"}, &cobra.Command{Use: "k"}, &cobra.Command{Use: "l"}
			var pairs = []pair{{root, a}, {a, b}, {b, c}, {c, d}, {d, e}, {e, f}, {f, g}, {g, h}, {h, i}, {i, j}, {j, k}, {k, l}}`, "cli", "", 1},
		{"itself", `func main() { root.AddCommand(get); get.AddCommand(get); root.Execute() }
			var root, get = &cobra.Command{Use: "cli"}, &cobra.Command{Use: "get"}`, "cli", "get, get get", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			src := "package main\n\nimport \"github.com/spf13/cobra\"\n"
			if strings.Contains(test.code, "os.") {
				src += "import \"os\"\n"
			}
			g := loadtest.Program(t, "-- "+loadtest.Module+"/main.go --\n"+src+test.code+"\n")
			tree, unknown, err := Commands(g)
			if err != nil {
				t.Fatal(err)
			}
			var paths []string
			for _, c := range tree.Commands {
				paths = append(paths, c.Path)
			}
			if got := strings.Join(paths, ", "); got != test.want || tree.Name != test.root || unknown != test.unknown {
				t.Errorf("%s\nis %q with %q, %d unknown; want %q with %q, %d unknown", test.code, tree.Name, got, unknown, test.root, test.want, test.unknown)
			}
		})
	}
}

// TestElsewhere adds to what the built CLI says what it has on other systems only.
func TestElsewhere(t *testing.T) {
	const cobra = "package main\n\nimport \"github.com/spf13/cobra\"\n\n"
	for _, test := range []struct {
		name, main, other string // the second file is left out of this build
		want              string
	}{
		{"a file that is left out", "", "//go:build plan9\n\n" + cobra + "func init() { root.AddCommand(&cobra.Command{Use: `mount DIR`, Hidden: true}) }", "get, mount hidden"},
		{"below a command that is everywhere", "", "//go:build plan9\n\n" + cobra + "func init() { get.AddCommand(&cobra.Command{Use: `disk`, Deprecated: `use get`}) }", "get, get disk deprecated"},
		{"only the literal is left out", "var plan9 *cobra.Command\nfunc init() { root.AddCommand(plan9) }", "//go:build plan9\n\n" + cobra + "func init() { plan9 = &cobra.Command{Use: `nine`}; plan9.AddCommand(&cobra.Command{Use: `all`}) }", "get, nine, nine all"},
		{"what is set later", "", "//go:build plan9\n\n" + cobra + "func init() { c := &cobra.Command{}; c.Use = `mount`; c.Hidden = true; root.AddCommand(c) }", "get, mount hidden"},
		{"both systems have it", "", "//go:build plan9\n\n" + cobra + "func init() { root.AddCommand(&cobra.Command{Use: `get`, Hidden: true}) }", "get"},
		{"the code looks where it runs", "func init() {\n\tif runtime.GOOS == `plan9` {\n\t\troot.AddCommand(&cobra.Command{Use: `mount`})\n\t}\n}", "", "get, mount"},
		{"never built with these tags", "", "//go:build pro\n\n" + cobra + "func init() { root.AddCommand(&cobra.Command{Use: `pro`}) }", "get"},
		{"dead code of this build", "func init() {\n\tif len(os.Args) > 99 {\n\t\troot.AddCommand(&cobra.Command{Use: `late`})\n\t}\n}", "//go:build plan9\n\n" + cobra + "func init() { root.AddCommand(&cobra.Command{Use: `mount`}) }", "get, mount"},
	} {
		t.Run(test.name, func(t *testing.T) {
			src := "package main\n\nimport (\n\t\"github.com/spf13/cobra\"\n"
			for _, path := range []string{"os", "runtime"} {
				if strings.Contains(test.main, path+".") {
					src += "\t\"" + path + "\"\n"
				}
			}
			g := loadtest.Program(t, "-- "+loadtest.Module+"/main.go --\n"+src+")\n\nfunc main() { root.AddCommand(get); root.Execute() }\n\nvar root, get = &cobra.Command{Use: `cli`}, &cobra.Command{Use: `get`}\n\n"+test.main+"\n")
			if test.other != "" {
				name := filepath.Join(g.Dir, "other.go")
				if err := os.WriteFile(name, []byte(test.other+"\n"), 0o644); err != nil {
					t.Fatal(err)
				}
				g.Own[0].IgnoredFiles = append(g.Own[0].IgnoredFiles, name)
			}
			tree, err := Elsewhere(g, false, plan.Tree{Commands: []plan.Command{{Path: "get"}}, Taken: []string{"get"}})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range tree.Commands {
				if c.Hidden {
					c.Path += " hidden"
				}
				if c.Deprecated {
					c.Path += " deprecated"
				}
				got = append(got, c.Path)
			}
			if strings.Join(got, ", ") != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

// TestElsewhereOfSeveralRoots adds the commands of roots that the built CLI was not asked for.
func TestElsewhereOfSeveralRoots(t *testing.T) {
	const get = "var get = func() *cobra.Command { c := &cobra.Command{Use: `get`}; c.AddCommand(&cobra.Command{Use: `all`}); return c }()\n"
	for _, test := range []struct {
		name, code string
		several    bool
		want       string
	}{
		{"one root", "func main() { root.AddCommand(get); root.Execute() }\nvar root = &cobra.Command{Use: `cli`}\n" + get, false, "get, late"},
		{"one for help, and one for each command", "func main() { if len(os.Args) < 2 { help := &cobra.Command{Use: `cli`}; help.AddCommand(&cobra.Command{Use: get.Use}); help.Execute() }; run(get) }\nfunc run(c *cobra.Command) { root := &cobra.Command{Use: `cli`}; root.AddCommand(c); root.Execute() }\n" + get,
			true, "get, get all, late"},
		{"two that are started under different names", "func main() { c := &cobra.Command{Use: `cli`}; if os.Args[0] == `ctl` { c = &cobra.Command{Use: `ctl`}; c.AddCommand(get) }; c.Execute() }\n" + get, true, "get, get all, late"},
		{"one that is added to the other, too", "func main() { root.AddCommand(get); if os.Args[0] == `get` { get.Execute() }; root.Execute() }\nvar root = &cobra.Command{Use: `cli`}\n" + get, false, "get, late"},
		{"two without commands", "func main() { a, b := &cobra.Command{Use: `a`}, &cobra.Command{}; if os.Args[0] == `b` { a = b }; a.Execute() }", true, "get, late"},
	} {
		t.Run(test.name, func(t *testing.T) {
			imports := "import (\n\t\"github.com/spf13/cobra\"\n"
			if strings.Contains(test.code, "os.") {
				imports += "\t\"os\"\n"
			}
			g := loadtest.Program(t, "-- "+loadtest.Module+"/main.go --\npackage main\n\n"+imports+")\n\n"+test.code+"\n")
			p, err := Plan(g, testOptions)
			if err != nil {
				t.Fatal(err)
			}
			tree, err := Elsewhere(g, p.SeveralRoots, plan.Tree{Commands: []plan.Command{{Path: "get"}, {Path: "late"}}})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range tree.Commands {
				got = append(got, c.Path)
			}
			if p.SeveralRoots != test.several || strings.Join(got, ", ") != test.want {
				t.Errorf("several roots %v, with %q; want %v, %q", p.SeveralRoots, got, test.several, test.want)
			}
		})
	}
}

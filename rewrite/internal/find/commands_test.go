package find

import (
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/loadtest"
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
		{"itself", `func main() { root.AddCommand(get); get.AddCommand(get); root.Execute() }
			var root, get = &cobra.Command{Use: "cli"}, &cobra.Command{Use: "get"}`, "cli", "get, get get", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			src := "package main\n\nimport \"github.com/spf13/cobra\"\n"
			if strings.Contains(test.code, "os.") {
				src += "import \"os\"\n"
			}
			g := loadtest.Program(t, "-- "+loadtest.Module+"/main.go --\n"+src+test.code+"\n")
			tree, unknown, err := Commands(g, func(string) bool { return false })
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

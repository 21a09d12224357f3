package rewrite_test

import (
	"context"
	"go/format"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/imports"

	"github.com/telemetrygen/telemetrygen/rewrite"
)

// A formatter rewrites the Go files of a module in place.
type formatter struct {
	name string
	run  func(t *testing.T, dir string)
}

var formatters = []formatter{
	{"gofmt", func(t *testing.T, dir string) { eachGoFile(t, dir, format.Source) }},
	{"goimports -local", func(t *testing.T, dir string) {
		imports.LocalPrefix = "example.com/cli"
		eachGoFile(t, dir, func(src []byte) ([]byte, error) {
			return imports.Process("", src, &imports.Options{FormatOnly: true, Comments: true, TabIndent: true, TabWidth: 8})
		})
	}},
}

func eachGoFile(t *testing.T, dir string, process func(src []byte) ([]byte, error)) {
	t.Helper()
	for name, content := range tree(t, dir) {
		if strings.HasSuffix(name, ".go") {
			formatted, err := process([]byte(content))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			writeFile(t, filepath.Join(dir, name), formatted)
		}
	}
}

// layouts are files of a CLI whose imports stand in as many ways.
var layouts = map[string]map[string]string{
	"one block in two groups": {"main.go": `package main

import (
	"os"

	"github.com/spf13/cobra"
)

func main() {
	root := &cobra.Command{Use: "cli"}
	root.AddCommand(&cobra.Command{Use: "run", Run: func(*cobra.Command, []string) {}})
	if root.Execute() != nil {
		os.Exit(1)
	}
}
`},
	"single imports": {"main.go": `package main

import "github.com/spf13/cobra"

func main() {
	root := &cobra.Command{Use: "cli"}
	root.AddCommand(&cobra.Command{Use: "run", Run: func(*cobra.Command, []string) { quit(3) }})
	cobra.CheckErr(root.Execute())
}
`, "quit.go": `package main

import "os"

func quit(code int) {
	if code != 0 {
		os.Exit(code)
	}
}
`, "other.go": `package main

import "log"

func stop() {
	log.Fatal("stop")
}
`},
	"packages of the module": {"main.go": `package main

import (
	"context"
	"os"

	"example.com/cli/cmd"
	"example.com/cli/zz"
	"github.com/spf13/cobra"
)

func main() {
	cobra.EnableCommandSorting = false
	if cmd.Root().ExecuteContext(context.Background()) != nil {
		os.Exit(zz.Code)
	}
}
`, "zz/zz.go": "package zz\n\nconst Code = 2\n", "cmd/cmd.go": `package cmd

import (
	"fmt"
	"os"

	"example.com/cli/zz"
	"github.com/spf13/cobra"
)

func Root() *cobra.Command {
	root := &cobra.Command{Use: "cli"}
	root.AddCommand(&cobra.Command{Use: "run", Run: func(*cobra.Command, []string) {
		fmt.Println("running")
		defer os.Exit(zz.Code)
	}})
	return root
}
`},
}

// TestFormattersAfterGenerate runs each formatter of the field after go
// generate: --check stays clean, and --remove gives what the formatter makes of
// the original.
func TestFormattersAfterGenerate(t *testing.T) {
	for layout, files := range layouts {
		for _, f := range formatters {
			t.Run(layout+", "+f.name, func(t *testing.T) {
				c := cliModule(t, files)
				f.run(t, c.dir)
				c.before = tree(t, c.dir) // what the formatter makes of the original
				for name, content := range files {
					writeFile(t, filepath.Join(c.dir, name), []byte(content))
				}
				c.instrument(t)
				generated := tree(t, c.dir)
				f.run(t, c.dir)
				formatted := tree(t, c.dir)
				for name := range generated {
					if strings.HasPrefix(name, "internal/telemetry") && generated[name] != formatted[name] {
						t.Errorf("the formatter changes %s to\n%s", name, formatted[name])
					}
				}
				for _, again := range []string{"", "a second time "} {
					result, err := rewrite.Instrument(context.Background(), c.options)
					if err != nil {
						t.Fatal(err)
					}
					if result.Changed() {
						t.Fatalf("%s--check is not clean after it:\n%s", again, result.Diff())
					}
					f.run(t, c.dir)
				}
				c.goTool(t, "vet", "./...")
				c.remove(t)
				sameTree(t, c.before, tree(t, c.dir))
			})
		}
	}
}

func (c *goldenCase) remove(t *testing.T) {
	t.Helper()
	removed, err := rewrite.Remove(context.Background(), c.options)
	if err != nil {
		t.Fatal(err)
	}
	if err := removed.Write(); err != nil {
		t.Fatal(err)
	}
}

// TestEditAfterAFormatter adds an exit to a file whose import was moved: the
// import stays where the formatter put it.
func TestEditAfterAFormatter(t *testing.T) {
	c := cliModule(t, layouts["packages of the module"])
	c.instrument(t)
	i := slices.IndexFunc(formatters, func(f formatter) bool { return f.name == "goimports -local" })
	formatters[i].run(t, c.dir)
	name := filepath.Join(c.dir, "cmd", "cmd.go")
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	edited := strings.Replace(string(data), `fmt.Println("running")`, "fmt.Println(\"running\")\n\t\tcobra.CheckErr(root.Help())", 1)
	writeFile(t, name, []byte(edited))
	c.instrument(t)
	after, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Replace(edited, "cobra.CheckErr(", "telemetry.CheckErr(", 1); string(after) != want {
		t.Errorf("the file is\n%s\nwant\n%s", after, want)
	}
}

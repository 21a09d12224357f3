package rewrite_test

import (
	"go/format"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/imports"
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
	{"gofumpt", tool("mvdan.cc/gofumpt@v0.12.0", "-extra", "-w", ".")},
	{"gci", tool("github.com/daixiang0/gci@v0.14.0", "write", "--skip-generated=false", "-s", "standard", "-s", "default", ".")},
	{"gci with the module last", tool("github.com/daixiang0/gci@v0.14.0", "write", "--skip-generated=false", "--custom-order", "-s", "standard", "-s", "default", "-s", "prefix(example.com/cli)", ".")},
	{"go fix", func(t *testing.T, dir string) { fetchIn(t, dir, "fix", "./...") }},
	{"go mod tidy", func(t *testing.T, dir string) { fetchIn(t, dir, "mod", "tidy") }},
}

// tool is a formatter that the go command builds and keeps.
func tool(path string, args ...string) func(t *testing.T, dir string) {
	return func(t *testing.T, dir string) { fetchIn(t, dir, append([]string{"run", path}, args...)...) }
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

// layouts are the files of a CLI whose imports stand in as many ways.
var layouts = map[string]string{
	"main.go": `package main

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
`,
	"quit.go": `package main

import "os"

func quit(code int) {
	if code != 0 {
		os.Exit(code)
	}
}
`,
	"stop.go": `package main

import "log"

func stop() {
	log.Fatal("stop")
}
`,
	"zz/zz.go": "package zz\n\nconst Code = 2\n",
	"cmd/check.go": `package cmd

import "github.com/spf13/cobra"

func check(cmd *cobra.Command) { cobra.CheckErr(cmd.Usage()) }
`,
	"cmd/lone.go": `package cmd

import (
	"github.com/spf13/cobra"
)

func lone(cmd *cobra.Command) { cobra.CheckErr(cmd.Usage()) }
`,
	"zz/stop.go": `package zz

import (
	"log"
)

// Stop ends the process.
func Stop(code int) { log.Fatal(code) }
`,
	"cmd/both.go": `package cmd

import (
	"os"

	"github.com/spf13/cobra"
)

// Both ends the process in two ways.
func Both(err error) {
	cobra.CheckErr(err)
	os.Exit(3)
}
`,
	"zz/behind.go": `package zz

import (
	"github.com/spf13/cobra"

	"fmt"
)

// Behind has its imports the other way round.
func Behind(err error) {
	cobra.CheckErr(fmt.Sprint(err))
}
`,
	"cmd/two.go": `package cmd

import (
	"os"

	"github.com/spf13/cobra"
)

func two(*cobra.Command, []string) { os.Exit(2) }
`,
	"cmd/cmd.go": `package cmd

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
`,
}

// TestFormattersAfterGenerate runs each formatter of the field after go
// generate: --check stays clean, and --remove gives what the formatter makes of
// the original.
func TestFormattersAfterGenerate(t *testing.T) {
	long(t)
	for _, f := range formatters {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			c := cliModule(t, layouts)
			f.run(t, c.dir)
			c.before = tree(t, c.dir) // what the formatter makes of the original
			for name, content := range layouts {
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
			for range 2 {
				c.stable(t)
				f.run(t, c.dir)
			}
			goIn(t, c.dir, "vet", "./...")
			c.remove(t)
			sameTree(t, c.before, tree(t, c.dir))
		})
	}
}

// TestEditAfterAFormatter adds an exit to a file whose import was moved: the
// import stays where the formatter put it.
func TestEditAfterAFormatter(t *testing.T) {
	long(t)
	t.Parallel()
	c := cliModule(t, layouts)
	c.instrument(t)
	i := slices.IndexFunc(formatters, func(f formatter) bool { return f.name == "goimports -local" })
	formatters[i].run(t, c.dir)
	name := filepath.Join(c.dir, "cmd", "cmd.go")
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	edited := strings.Replace(string(data), `fmt.Println("running")`, "fmt.Println(\"running\")\n\t\tcobra.CheckErr(root.Usage())", 1)
	writeFile(t, name, []byte(edited))
	c.instrument(t)
	after, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Replace(edited, "cobra.CheckErr(root.Usage())", "cobra.CheckErr(telemetry.ExitingIf(1, root.Usage()))", 1); string(after) != want {
		t.Errorf("the file is\n%s\nwant\n%s", after, want)
	}
}

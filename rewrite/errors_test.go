package rewrite_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
	"github.com/telemetrygen/telemetrygen/rewrite"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// cliModule writes a module with the example's requirements.
func cliModule(t *testing.T, files map[string]string) goldenCase {
	t.Helper()
	c := goldenCase{dir: t.TempDir()}
	c.options = rewrite.Options{Dir: c.dir, Package: "."}
	for name, content := range files {
		writeFile(t, filepath.Join(c.dir, filepath.FromSlash(name)), []byte(content))
	}
	c.module(t)
	return c
}

const plainCLI = `package main

import (
	"os"

	"github.com/spf13/cobra"
)

var root = &cobra.Command{
	Use: "cli",
}

func main() {
	root.AddCommand(&cobra.Command{Use: "run", Run: func(*cobra.Command, []string) {}})
	if root.Execute() != nil {
		os.Exit(1)
	}
}
`

// TestBadInput gives telemetrygen what it cannot instrument: it says why and
// what to do, and changes nothing.
func TestBadInput(t *testing.T) {
	peertest.Long(t, "runs the go command")
	for _, test := range []struct {
		name  string
		files map[string]string
		pkg   string
		want  string // in the message
	}{
		{"no module", map[string]string{"main.go": plainCLI, "go.mod": ""}, ".", "go mod init"},
		{"does not compile", map[string]string{"main.go": strings.Replace(plainCLI, "os.Exit(1)", "os.Exit(one)", 1)}, ".", "undefined: one"},
		{"does not parse", map[string]string{"main.go": plainCLI + "func {"}, ".", "main.go:"},
		{"no cobra", map[string]string{"main.go": "package main\n\nfunc main() {}\n"}, ".", "does not use github.com/spf13/cobra"},
		{"no root", map[string]string{"main.go": strings.Replace(plainCLI, "root.Execute() != nil", "root == nil", 1)}, ".", "executes no root command"},
		{"func main in a generated file", map[string]string{"main.go": strings.Replace(plainCLI, "func main", "//line main.y:1\nfunc main", 1)}, ".", "main.go:14:1: func main: starts telemetry, and records status 0 or a panic on the way out (not done: the file has //line directives"},
		{"Execute in a generated file", map[string]string{"main.go": strings.Replace(plainCLI, "root.Execute()", "execute()", 1),
			"execute.go": "package main\n\n//line execute.y:1\nfunc execute() error { return root.Execute() }\n"}, ".", "execute.go:4:31: root.Execute: tracked (not done: the file has //line directives"},
		{"no main package", map[string]string{"main.go": "package lib\n", "cmd/cli/main.go": plainCLI}, ".", "example.com/cli is not a main package; name the folder of the CLI's func main: telemetrygen ./cmd/cli"},
		{"no package", map[string]string{"internal/x/x.go": "package x\n"}, ".", "no Go files in "},
		{"no package, but two main packages below", map[string]string{"cmd/a/main.go": plainCLI, "cmd/b/main.go": plainCLI}, ".", "telemetrygen ./cmd/a, or telemetrygen ./cmd/b"},
		{"several main packages", map[string]string{"cmd/a/main.go": plainCLI, "cmd/b/main.go": plainCLI}, "./...", "telemetrygen ./cmd/a, or telemetrygen ./cmd/b"},
		{"no such package", map[string]string{"main.go": plainCLI}, "./nowhere", "no Go package at ./nowhere: "},
		{"an app name that is none", map[string]string{"main.go": strings.Replace(plainCLI, `"cli"`, `"a/b"`, 1)}, ".", "--app"},
		{"a cgo-free missing package", map[string]string{"main.go": strings.Replace(plainCLI, `"os"`, `"os"`+"\n\t_ \"example.com/nowhere\"", 1)}, ".", "example.com/nowhere"},
		{"an old go directive", map[string]string{"main.go": plainCLI, "go.mod": "module example.com/cli\n\ngo 1.15\n\nrequire github.com/spf13/cobra v1.10.2\n"}, ".", "go mod tidy -go=1.17 -compat=1.17"},
		{"no go directive", map[string]string{"main.go": plainCLI, "go.mod": "module example.com/cli\n\nrequire github.com/spf13/cobra v1.10.2\n"}, ".", "the go version of "},
		{"a vendor folder that is out of step", map[string]string{"main.go": plainCLI, "vendor/modules.txt": ""}, ".", "go mod vendor"},
		{"the folder asked for is taken", map[string]string{"main.go": plainCLI, "taken/x.go": "package taken\n"}, ".", "--package-dir"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := cliModule(t, test.files)
			c.options.Package = test.pkg
			if test.name == "no module" {
				if err := os.Remove(filepath.Join(c.dir, "go.mod")); err != nil {
					t.Fatal(err)
				}
			}
			if strings.Contains(test.name, "taken") {
				c.options.PackageDir = "taken"
			}
			before := tree(t, c.dir)
			_, err := rewrite.Instrument(context.Background(), c.options)
			if err == nil {
				t.Fatal("no error")
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("the message does not say %q:\n%v", test.want, err)
			}
			sameTree(t, before, tree(t, c.dir))
		})
	}
}

// Several commands may be executed: the CLI itself says which one is its root.
func TestSeveralRootsAreNoError(t *testing.T) {
	long(t)
	t.Parallel()
	source := strings.Replace(plainCLI, "\tif root", "\tother := cobra.Command{Use: \"other\"}\n\tif len(os.Args) > 5 {\n\t\tother.Execute()\n\t}\n\tif root", 1)
	c := cliModule(t, map[string]string{"main.go": source})
	if result := c.instrument(t); result.Settings.App != "cli" {
		t.Errorf("the app is %s", result.Settings.App)
	}
}

// A CLI that prints its help without coming to a command that is tracked has
// another root, or executes it before main(): that is an error which names what was found.
func TestRootThatIsNotExecutedIsAnError(t *testing.T) {
	long(t)
	for _, test := range []struct{ name, old, new, prints string }{
		{"another root", "\tif root.Execute() != nil {", "\tif len(os.Args) > 1 && (os.Args[1] == \"--help\" || os.Args[1] == \"help\") {\n\t\tprintln(\"help of another root\")\n\t\treturn\n\t}\n\tif root.Execute() != nil {", "help of another root"},
		{"before main", "func main() {", "func main() {}\n\nfunc init() { execute() }\n\nfunc execute() {", "cli [command]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := cliModule(t, map[string]string{"main.go": strings.Replace(plainCLI, test.old, test.new, 1)})
			before := tree(t, c.dir)
			_, err := rewrite.Instrument(context.Background(), c.options)
			if err == nil || !strings.Contains(err.Error(), "that telemetrygen found:\n\tmain.go:") || !strings.Contains(err.Error(), ": tracked\nSo another command") ||
				!strings.Contains(err.Error(), test.prints) || !strings.Contains(err.Error(), "--force") {
				t.Fatalf("the error is %v", err)
			}
			sameTree(t, before, tree(t, c.dir))
			c.options.Force = true
			if result := c.instrument(t); strings.Join(result.Commands, ",") != "cli,cli run" {
				t.Errorf("with --force: %v", result.Commands)
			}
		})
	}
}

func TestHandEditedGeneratedFileIsNotOverwritten(t *testing.T) {
	long(t)
	t.Parallel()
	c := cliModule(t, map[string]string{"main.go": plainCLI})
	c.instrument(t)
	name := filepath.Join(c.dir, "internal", "telemetry", "telemetry.go")
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, name, append(data, "// mine\n"...))
	before := tree(t, c.dir)
	for _, run := range []func(context.Context, rewrite.Options) (*rewrite.Result, error){rewrite.Instrument, rewrite.Remove} {
		if _, err := run(context.Background(), c.options); err == nil || !strings.Contains(err.Error(), "telemetry.go") {
			t.Errorf("the message does not name the file: %v", err)
		}
	}
	sameTree(t, before, tree(t, c.dir))

	// Other line ends are git's doing on Windows, not an edit.
	writeFile(t, name, []byte(strings.ReplaceAll(string(data), "\n", "\r\n")))
	if again := c.instrument(t); again.Changed() {
		t.Errorf("line ends count as a change:\n%s", again.Diff())
	}
}

// The runtime of another version may have other files; what only the generator
// needs is not left with the author.
func TestFilesOfAnotherVersionGo(t *testing.T) {
	long(t)
	t.Parallel()
	c := cliModule(t, map[string]string{"main.go": plainCLI})
	c.instrument(t)
	want := tree(t, c.dir)
	dir := filepath.Join(c.dir, "internal", "telemetry")
	if _, err := os.Stat(filepath.Join(dir, "tree.go")); err == nil {
		t.Error("tree.go is in the author's module")
	}
	data, err := os.ReadFile(filepath.Join(dir, "os_other.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"tree.go", "mtim.go"} {
		writeFile(t, filepath.Join(dir, name), data)
	}
	c.instrument(t)
	sameTree(t, want, tree(t, c.dir))
}

func TestReadOnlyTreeStaysAsItIs(t *testing.T) {
	long(t)
	t.Parallel()
	c := cliModule(t, map[string]string{"main.go": plainCLI})
	if os.Getuid() == 0 {
		if runtime.GOOS != "linux" {
			t.Skip("root may write everywhere, and a read-only mount needs Linux")
		}
		if out, err := exec.Command("mount", "--bind", c.dir, c.dir).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		defer exec.Command("umount", c.dir).Run()
		if out, err := exec.Command("mount", "-o", "remount,ro,bind", c.dir).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	} else {
		if err := os.Chmod(c.dir, 0o555); err != nil {
			t.Fatal(err)
		}
		defer os.Chmod(c.dir, 0o755)
	}
	before := tree(t, c.dir)
	result := c.plan(t)
	if err := result.Write(); err == nil || !strings.Contains(err.Error(), "nothing was written") {
		t.Errorf("writing to a read-only tree: %v", err)
	}
	sameTree(t, before, tree(t, c.dir))
}

// TestAuthorsEditsSurvive edits an instrumented CLI as its author would: what
// is new is instrumented, and --remove gives back the original with the edits.
func TestAuthorsEditsSurvive(t *testing.T) {
	long(t)
	t.Parallel()
	c := cliModule(t, map[string]string{"main.go": plainCLI})
	c.instrument(t)
	edit := func(old, new string) {
		t.Helper()
		name := filepath.Join(c.dir, "main.go")
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		edited := strings.Replace(string(data), old, new, 1)
		if edited == string(data) {
			t.Fatalf("no %q in\n%s", old, data)
		}
		writeFile(t, name, []byte(edited))
	}
	edit("\tUse: \"cli\",\n", "\tUse:              \"cli\",\n\tPersistentPreRun: prepare,\n")
	edit("func main() {", "func prepare(*cobra.Command, []string) {}\n\nfunc main() {")
	edit("\tif telemetry.Track(root).Execute() != nil {", "\tif len(os.Args) > 10 {\n\t\tos.Exit(2)\n\t}\n\tif telemetry.Track(root).Execute() != nil {")
	edit("import (\n", "import (\n\t\"os\"\n\n")

	result := c.plan(t)
	if !result.Changed() {
		t.Fatal("--check would not notice the new exit")
	}
	if err := result.Write(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(c.dir, "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"PersistentPreRun: prepare,", "telemetry.Exit(2)"} {
		if !strings.Contains(string(data), want) {
			t.Errorf("no %q in\n%s", want, data)
		}
	}
	goIn(t, c.dir, "vet", "./...")
	c.stable(t)

	c.remove(t)
	after := tree(t, c.dir)
	want := strings.Replace(plainCLI, "\tUse: \"cli\",\n", "\tUse:              \"cli\",\n\tPersistentPreRun: prepare,\n", 1)
	want = strings.Replace(want, "func main() {", "func prepare(*cobra.Command, []string) {}\n\nfunc main() {", 1)
	want = strings.Replace(want, "\tif root.Execute", "\tif len(os.Args) > 10 {\n\t\tos.Exit(2)\n\t}\n\tif root.Execute", 1)
	if after["main.go"] != want {
		t.Errorf("after --remove\n%s\nwant\n%s", after["main.go"], want)
	}
}

func TestDeletedRuntimePackageComesBack(t *testing.T) {
	long(t)
	t.Parallel()
	c := cliModule(t, map[string]string{"main.go": plainCLI})
	c.instrument(t)
	whole := tree(t, c.dir)
	if err := os.RemoveAll(filepath.Join(c.dir, "internal")); err != nil {
		t.Fatal(err)
	}
	c.instrument(t)
	sameTree(t, withoutModuleFiles(whole), withoutModuleFiles(tree(t, c.dir)))
}

// TestRuntimePackageThatDoesNotSayWhoseItIs is neither used nor left beside a second
// one: each run would count twice.
func TestRuntimePackageThatDoesNotSayWhoseItIs(t *testing.T) {
	long(t)
	t.Parallel()
	c := cliModule(t, map[string]string{"main.go": plainCLI})
	c.instrument(t)
	config := filepath.Join(c.dir, "internal", "telemetry", "config.go")
	content := tree(t, c.dir)["internal/telemetry/config.go"]
	for name, damage := range map[string]func(){
		"deleted":                       func() { _ = os.Remove(config) },
		"no state":                      func() { writeFile(t, config, []byte(strings.Replace(content, "//telemetrygen:state", "//", 1))) },
		"with marks of a conflict":      func() { writeFile(t, config, []byte("<<<<<<< HEAD\n"+content)) },
		"conflict below the first line": func() { writeFile(t, config, []byte(strings.Replace(content, "const (", "<<<<<<< HEAD\nconst (", 1))) },
	} {
		damage()
		before := tree(t, c.dir)
		for verb, run := range map[string]func(context.Context, rewrite.Options) (*rewrite.Result, error){"instrument": rewrite.Instrument, "remove": rewrite.Remove} {
			if _, err := run(context.Background(), c.options); err == nil || !strings.Contains(err.Error(), "delete the folder "+filepath.Dir(config)) {
				t.Errorf("%s, %s: %v", verb, name, err)
			}
		}
		sameTree(t, before, tree(t, c.dir))
	}
	if err := os.RemoveAll(filepath.Dir(config)); err != nil { // what the message says
		t.Fatal(err)
	}
	c.instrument(t)
	if again := c.instrument(t); again.Changed() {
		t.Errorf("the next run changes\n%s", again.Diff())
	}
}

func withoutModuleFiles(files map[string]string) map[string]string {
	kept := map[string]string{}
	for name, content := range files {
		if !strings.HasPrefix(name, "go.") && !strings.HasSuffix(name, "config.go") {
			kept[name] = content
		}
	}
	return kept
}

// TestCommandsOfACLIThatCannotBeRun lists the commands from the source, and
// says so, when the CLI ends before it executes its root.
func TestCommandsOfACLIThatCannotBeRun(t *testing.T) {
	long(t)
	t.Parallel()
	c := cliModule(t, map[string]string{"main.go": `package main

import (
	"os"

	"example.com/cli/sub"
	"github.com/spf13/cobra"
)

var root = &cobra.Command{Use: os.Args[0]}

func init() { root.AddCommand(sub.New(), late) }

var late = &cobra.Command{Run: func(*cobra.Command, []string) {}}

func main() {
	late.Use = "late [flags]"
	if os.Getenv("CLI_TOKEN") == "" {
		println("CLI_TOKEN is not set")
		os.Exit(3)
	}
	var plugins []*cobra.Command
	root.AddCommand(plugins...)
	if root.Execute() != nil {
		os.Exit(1)
	}
}
`, "sub/sub.go": `package sub

import "github.com/spf13/cobra"

func New() *cobra.Command {
	cmd := &cobra.Command{Use: "sub"}
	cmd.AddCommand(newDeep())
	return cmd
}

func newDeep() *cobra.Command {
	return &cobra.Command{Use: "deep NAME", Run: func(*cobra.Command, []string) {}}
}
`})
	c.options.App = "cli"
	result := c.instrument(t)
	if got := strings.Join(result.Commands, ","); got != "cli,cli late,cli sub,cli sub deep" {
		t.Errorf("commands %s", got)
	}
	last := result.Findings[len(result.Findings)-1]
	if last.Kind != plan.Uncovered || !strings.Contains(last.What, "CLI_TOKEN is not set") || !strings.Contains(last.What, "1 call of AddCommand that could not be followed") {
		t.Errorf("the report says %v", last)
	}
	if again := c.instrument(t); again.Changed() {
		t.Errorf("not stable:\n%s", again.Diff())
	}
}

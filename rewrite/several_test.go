package rewrite_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const severalMain = `package main

import (
	"example.com/cli/shared"
	"github.com/spf13/cobra"
)

func main() {
	shared.Run(&cobra.Command{Use: "NAME", Run: func(*cobra.Command, []string) { shared.Fail() }})
}
`

// several are two CLIs of one module. What executes and what exits is in a package
// that both use; Only is used by the first alone.
func several(t *testing.T) (first, second goldenCase) {
	t.Helper()
	first = cliModule(t, map[string]string{
		"cmd/one/main.go":   strings.ReplaceAll(strings.Replace(severalMain, "shared.Fail", "shared.Only", 1), "NAME", "one"),
		"tools/one/main.go": strings.ReplaceAll(severalMain, "NAME", "two"),
		"shared/shared.go": `package shared

import (
	"os"

	"github.com/spf13/cobra"
)

func Fail() { os.Exit(4) }

func Only() { os.Exit(5) }

func Run(c *cobra.Command) {
	if c.Execute() != nil {
		os.Exit(1)
	}
}
`,
		"own/own.go": "package own\n\nimport \"os\"\n\nfunc Exit() { os.Exit(6) }\n",
	})
	two := filepath.Join(first.dir, "tools", "one", "main.go")
	writeFile(t, two, []byte(strings.NewReplacer("\t\"example.com/cli/shared\"\n", "\t\"example.com/cli/own\"\n\t\"example.com/cli/shared\"\n",
		"func main() {\n", "func main() {\n\tdefer own.Exit()\n").Replace(tree(t, first.dir)["tools/one/main.go"])))
	second = first
	first.options.Package, second.options.Package = "./cmd/one", "./tools/one"
	return first, second
}

// TestSeveralCLIsOfOneModule are instrumented beside each other: neither undoes or
// doubles what the other needs, and each run is counted once, under its own app.
func TestSeveralCLIsOfOneModule(t *testing.T) {
	long(t)
	for _, dir := range []string{"", "lib/usage"} {
		t.Run(dir, func(t *testing.T) {
			t.Parallel()
			testSeveral(t, dir)
		})
	}
}

// testSeveral has the first CLI's package in a folder of its own choice.
func testSeveral(t *testing.T, dir string) {
	first, second := several(t)
	first.options.PackageDir = dir
	before := tree(t, first.dir)
	first.instrument(t)
	alone := tree(t, first.dir)
	second.instrument(t)
	both := tree(t, first.dir)
	for i, c := range []goldenCase{first, second, first} {
		if again := c.plan(t); again.Changed() {
			t.Errorf("%d: another run changes\n%s", i, again.Diff())
		}
	}
	for name, want := range map[string]string{"TELEMETRY.md": "# What one counts", "TELEMETRY-tools-one.md": "# What two counts"} {
		if !strings.Contains(both[name], want) {
			t.Errorf("%s has no %q", name, want)
		}
	}
	goIn(t, first.dir, "vet", "./...")
	goIn(t, first.dir, "vet", "-tags", "notelemetry", "./...")
	home := t.TempDir()
	for _, c := range []struct {
		goldenCase
		app    string
		status int
	}{{first, "one", 5}, {second, "two", 4}} {
		run := exec.Command(c.build(t, c.app))
		run.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME=")
		if _ = run.Run(); run.ProcessState.ExitCode() != c.status {
			t.Errorf("%s ends with %d", c.app, run.ProcessState.ExitCode())
		}
	}
	counted := tree(t, home)
	for app, status := range map[string]string{"one": "5", "two": "4"} {
		if got, want := counted[".config/"+app+"/telemetry.yaml"], "metric_points:\n    "+app+":\n        "+status+":\n            cumulative_count: 1\ncli"; !strings.HasPrefix(got, want) {
			t.Errorf("%s counted\n%s", app, got)
		}
	}

	second.remove(t)
	first.instrument(t) // which does not use Fail
	sameTree(t, alone, tree(t, first.dir))
	first.remove(t)
	sameTree(t, before, tree(t, first.dir))
}

// TestSeveralAreDoneAfterOneRunEach: what a package of the first alone leaves unused stays as it is when another CLI is
// instrumented after it, as by one go generate ./...
func TestSeveralAreDoneAfterOneRunEach(t *testing.T) {
	long(t)
	t.Parallel()
	first, second := several(t)
	for file, text := range map[string]string{
		"cmd/one/alone.go":          "package main\n\nimport _ \"example.com/cli/alone\"\n",
		"alone/alone.go":            "package alone\n\nimport \"os\"\n\nfunc init() { Must() }\n\nfunc Must() { os.Getpid() }\n\nfunc Exit() { os.Exit(7) }\n",
		"tools/one/example_test.go": "package main\n\nimport _ \"example.com/cli/alone\"\n",
	} {
		writeFile(t, filepath.Join(first.dir, filepath.FromSlash(file)), []byte(text))
	}
	first.instrument(t)
	second.instrument(t)
	first.stable(t)
	second.stable(t)
}

// TestRootOfOneIsRunInsideAnother: shared code executes the root of the first CLI, and a
// command inside a run of the second. Runs for both agree on one edit, which counts
// the outermost run.
func TestRootOfOneIsRunInsideAnother(t *testing.T) {
	long(t)
	t.Parallel()
	first, second := several(t)
	writeFile(t, filepath.Join(first.dir, "tools", "one", "main.go"), []byte(`package main

import (
	"example.com/cli/shared"
	"github.com/spf13/cobra"
)

func main() {
	root := &cobra.Command{Use: "two", Run: func(*cobra.Command, []string) {
		inner := &cobra.Command{Use: "inner", Run: func(*cobra.Command, []string) { shared.Fail() }}
		inner.SetArgs(nil)
		shared.Run(inner)
	}}
	_ = root.Execute()
}
`))
	before := tree(t, first.dir)
	second.instrument(t)
	first.instrument(t)
	second.instrument(t)
	for i, c := range []goldenCase{first, second} {
		if again := c.plan(t); again.Changed() {
			t.Errorf("%d: another run changes\n%s", i, again.Diff())
		}
	}
	home := t.TempDir()
	run := exec.Command(second.build(t, "two"))
	run.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME=")
	if _ = run.Run(); run.ProcessState.ExitCode() != 4 {
		t.Errorf("two ends with %d", run.ProcessState.ExitCode())
	}
	if got := tree(t, home)[".config/two/telemetry.yaml"]; !strings.HasPrefix(got, "metric_points:\n    two:\n        4:\n            cumulative_count: 1\ncli") {
		t.Errorf("two counted\n%s", got)
	}
	second.remove(t)
	first.instrument(t)
	first.remove(t)
	sameTree(t, before, tree(t, first.dir))
}

// TestRemoveTheFirstOfSeveral: the other one needs a run, and is as if alone after it.
func TestRemoveTheFirstOfSeveral(t *testing.T) {
	long(t)
	t.Parallel()
	first, second := several(t)
	before := tree(t, first.dir)
	first.instrument(t)
	second.instrument(t)
	first.remove(t)
	second.instrument(t)
	goIn(t, first.dir, "vet", "./...")
	if again := second.plan(t); again.Changed() {
		t.Errorf("another run changes\n%s", again.Diff())
	}
	second.remove(t)
	sameTree(t, before, tree(t, first.dir))
}

// TestMainThatIsMovedOrCopied keeps its package, or gets one of its own. Two would
// count each run twice.
func TestMainThatIsMovedOrCopied(t *testing.T) {
	long(t)
	t.Parallel()
	for _, copied := range []bool{false, true} {
		c := cliModule(t, map[string]string{"cmd/one/main.go": plainCLI})
		c.options.Package = "./cmd/one"
		c.instrument(t)
		content := tree(t, c.dir)["cmd/one/main.go"]
		if !copied {
			if err := os.RemoveAll(filepath.Join(c.dir, "cmd", "one")); err != nil {
				t.Fatal(err)
			}
		}
		writeFile(t, filepath.Join(c.dir, "cmd", "two", "main.go"), []byte(content))
		c.options.Package = "./cmd/two"
		c.instrument(t)
		want := content
		if copied {
			want = strings.NewReplacer("internal/telemetry", "internal/usagetelemetry", "telemetry.", "usagetelemetry.").Replace(content)
		}
		if got := tree(t, c.dir)["cmd/two/main.go"]; got != want {
			t.Errorf("copied %v:\n%s", copied, got)
		}
		c.stable(t)
		goIn(t, c.dir, "vet", "./...")
	}
}

// TestRenamedModule is generated anew, and gives everything back.
func TestRenamedModule(t *testing.T) {
	long(t)
	t.Parallel()
	c := cliModule(t, map[string]string{
		"main.go":    strings.Replace(plainCLI, "root.Execute()", "pkg.Run(root)", 1),
		"pkg/run.go": "package pkg\n\nimport \"github.com/spf13/cobra\"\n\nfunc Run(root *cobra.Command) error { return root.Execute() }\n",
	})
	main := filepath.Join(c.dir, "main.go")
	writeFile(t, main, []byte(strings.Replace(tree(t, c.dir)["main.go"], "\t\"github.com", "\t\"example.com/cli/pkg\"\n\t\"github.com", 1)))
	rename := func() {
		for name, content := range tree(t, c.dir) {
			writeFile(t, filepath.Join(c.dir, name), []byte(strings.ReplaceAll(content, "example.com/cli", "example.com/cli/v2")))
		}
	}
	before := tree(t, c.dir)
	c.instrument(t)
	rename()
	c.instrument(t)
	c.stable(t)
	c.remove(t)
	for name, content := range before {
		before[name] = strings.ReplaceAll(content, "example.com/cli", "example.com/cli/v2")
	}
	after := tree(t, c.dir)
	delete(before, "go.sum") // go.mod was edited, so lines stay there
	delete(after, "go.sum")
	sameTree(t, before, after)
}

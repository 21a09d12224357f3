package rewrite_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// What was built once to be asked for its commands is not built again by the run
// after it, which sees the files as the first one wrote them.
func TestSecondRunBuildsNothing(t *testing.T) {
	long(t)
	goMod, err := os.ReadFile("../examples/pace/go.mod")
	if err != nil {
		t.Fatal(err)
	}
	goCache, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOCACHE", strings.TrimSpace(string(goCache)))
	for name, files := range map[string]map[string]string{
		"plain": {"main.go": plainCLI},
		"a dependency imports an instrumented package of the module": {
			"go.mod": strings.Replace(string(goMod), "module example.com/pace", "module example.com/cli", 1) +
				"\nrequire example.com/back v0.0.0\n\nreplace example.com/back => ./deps/back\n",
			"main.go":           strings.Replace(plainCLI, "import (", "import (\n\t_ \"example.com/back\"", 1),
			"ends/ends.go":      "package ends\n\nimport \"os\"\n\nfunc Now() { os.Exit(3) }\n",
			"deps/back/go.mod":  "module example.com/back\n\ngo 1.21\n",
			"deps/back/back.go": "package back\n\nimport \"example.com/cli/ends\"\n\nfunc Now() { ends.Now() }\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			cache := t.TempDir()
			t.Setenv("XDG_CACHE_HOME", cache)
			c := cliModule(t, files)
			c.instrument(t)
			for _, when := range []string{"first", "second"} {
				lists, err := filepath.Glob(filepath.Join(cache, "telemetrygen", "commands-*"))
				if err != nil || len(lists) != 1 {
					t.Fatalf("after the %s run it was built %d times (%v)", when, len(lists), err)
				}
				c.instrument(t)
			}
		})
	}
}

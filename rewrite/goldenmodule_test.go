package rewrite_test

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// module gives a CLI without go.mod or go.sum those of the example, and fetches
// what a go.mod of its own needs.
func (c *goldenCase) module(t *testing.T) {
	t.Helper()
	for name, replacement := range map[string]string{"go.mod": "module example.com/cli", "go.sum": ""} {
		if _, err := os.Stat(filepath.Join(c.dir, name)); err == nil {
			if name == "go.sum" {
				fetchIn(t, c.dir, "list", "-deps", "./...")
			}
			continue
		}
		data, err := os.ReadFile(filepath.Join("../examples/pace", name))
		if err != nil {
			t.Fatal(err)
		}
		writeFile(t, filepath.Join(c.dir, name), bytes.Replace(data, []byte("module example.com/pace"), []byte(replacement), 1))
	}
}

// goIn runs the go command in a folder.
func goIn(t *testing.T, dir string, args ...string) {
	t.Helper()
	if out, err := goOutput(dir, args); err != nil {
		t.Fatalf("go %q: %v\n%s", args, err, out)
	}
}

// fetchIn is goIn for what may fetch modules that this repository itself does not
// need, which a machine without a module proxy may lack.
func fetchIn(t *testing.T, dir string, args ...string) {
	t.Helper()
	out, err := goOutput(dir, args)
	unreachable := strings.Contains(string(out), "/@v/") || strings.Contains(string(out), "GOPROXY")
	if err != nil && unreachable && os.Getenv("TELEMETRYGEN_TEST_REQUIRE") != "all" {
		t.Skipf("SKIPPED, NOT TESTED HERE: needs a module proxy: %s", out)
	}
	if err != nil {
		t.Fatalf("go %q: %v\n%s", args, err, out)
	}
}

func goOutput(dir string, args []string) ([]byte, error) {
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	return cmd.CombinedOutput()
}

// tree reads all files below dir.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		rel, _ := filepath.Rel(dir, name)
		files[rel] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func sameTree(t *testing.T, want, got map[string]string) {
	t.Helper()
	for name, content := range want {
		if got[name] != content {
			t.Errorf("%s is\n%s\nafter --remove, it was\n%s", name, got[name], content)
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			t.Errorf("%s is left after --remove", name)
		}
	}
}

package rewrite_test

import (
	"context"
	"go/version"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/rewrite"
)

// TestGo127 is TestGolden for what is new in Go 1.27. Types are checked by the Go
// that the test is built with, so .ci/run runs it with that one.
func TestGo127(t *testing.T) {
	long(t)
	if version.Compare(runtime.Version(), "go1.27") < 0 {
		t.Skipf("built with %s", runtime.Version())
	}
	golden(t, "../testdata/go127/embedded-keys.txtar")
}

// TestModuleOfANewerGo gives a module that says go 1.27 to a telemetrygen that
// was built with an older Go, as an installed binary may be.
func TestModuleOfANewerGo(t *testing.T) {
	long(t)
	if version.Compare(runtime.Version(), "go1.27") >= 0 {
		t.Skipf("built with %s", runtime.Version())
	}
	t.Setenv("GOTOOLCHAIN", "go1.27.4")
	if out, err := exec.Command("go", "version").CombinedOutput(); err != nil {
		if os.Getenv("TELEMETRYGEN_TEST_REQUIRE") == "all" {
			t.Fatalf("%v\n%s", err, out)
		}
		t.Skipf("SKIPPED, NOT TESTED HERE: needs the toolchain of Go 1.27: %s", out)
	}
	c := cliModule(t, map[string]string{"main.go": plainCLI})
	goIn(t, c.dir, "mod", "edit", "-go=1.27")
	c.before = tree(t, c.dir)
	_, err := rewrite.Instrument(context.Background(), c.options)
	if err == nil || !strings.Contains(err.Error(), "go.mod says go 1.27") || !strings.Contains(err.Error(), runtime.Version()) {
		t.Errorf("the error is %v", err)
	}
	sameTree(t, c.before, tree(t, c.dir))
}

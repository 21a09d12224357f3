package rewrite_test

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestAppCalledAsItsCommand: in a CLI that is called telemetry, the telemetry command works
// as in any other, also where another CLI runs it as a plugin and names it.
func TestAppCalledAsItsCommand(t *testing.T) {
	long(t)
	t.Parallel()
	c := cliModule(t, map[string]string{"main.go": strings.Replace(plainCLI, `"cli"`, `"telemetry"`, 1)})
	c.options.App = "telemetry"
	c.instrument(t)
	binary := filepath.Join(t.TempDir(), "telemetry")
	goIn(t, c.dir, "build", "-o", binary, ".")
	home := t.TempDir()
	for _, line := range []string{"telemetry status", "telemetry telemetry status"} {
		if got := runCLI(t, binary, home, strings.Fields(line)); !strings.HasPrefix(got.stdout, "telemetry: ") {
			t.Errorf("telemetry %s says %+v", line, got)
		}
	}
}

package rewrite_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// TestIgnoredFiles: the report names new files that git would leave out of a commit,
// until they are tracked.
func TestIgnoredFiles(t *testing.T) {
	git := peertest.Need(t, "git")[0]
	c := cliModule(t, map[string]string{"main.go": plainCLI, ".gitignore": "*.txt\n"})
	run := func(args ...string) {
		cmd := exec.Command(git, args...)
		cmd.Dir = c.dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	report := func() string {
		return findings(c.plan(t))
	}
	const ignored = ": git ignores this new file: add it with git add -f\n"
	if got := report(); strings.Contains(got, ignored) {
		t.Errorf("without a repository:\n%s", got)
	}
	run("init", "-q")
	if got := report(); !strings.Contains(got, "note internal/telemetry/commands.txt"+ignored) || strings.Count(got, ignored) != 1 {
		t.Errorf("with *.txt ignored:\n%s", got)
	}
	list := filepath.Join(c.dir, "internal", "telemetry", "commands.txt")
	writeFile(t, list, nil)
	run("add", "-f", list)
	if err := os.Remove(list); err != nil {
		t.Fatal(err)
	}
	if got := report(); strings.Contains(got, ignored) {
		t.Errorf("when they are tracked:\n%s", got)
	}
}

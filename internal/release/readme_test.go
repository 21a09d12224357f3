package release

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// TestReadmeShowsTheDiff instruments examples/pace and compares what git says of
// its Go files with the diff in README.md.
func TestReadmeShowsTheDiff(t *testing.T) {
	peertest.Need(t, "git")
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile("(?s)```diff\n(.*?)```").FindSubmatch(readme)
	if shown == nil {
		t.Fatal("README.md has no diff")
	}
	dir := t.TempDir()
	cli, telemetrygen := filepath.Join(dir, "pace"), filepath.Join(commands(t), "telemetrygen")
	if err := os.CopyFS(cli, os.DirFS(filepath.Join(root, "examples", "pace"))); err != nil {
		t.Fatal(err)
	}
	run := func(in, name string, args ...string) string {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Dir = in
		output, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %v: %v\n%s", name, args, err, output)
		}
		return string(output)
	}
	run(cli, "git", "init", "-q")
	run(cli, "git", "add", ".")
	run(cli, telemetrygen, "--endpoint", "https://example.com/telemetry")
	var got strings.Builder
	for line := range strings.Lines(run(cli, "git", "-c", "diff.noprefix=false", "diff", "--no-color", "--no-ext-diff", "-U0", "--", "*.go")) {
		if !strings.HasPrefix(line, "diff ") && !strings.HasPrefix(line, "index ") {
			got.WriteString(line)
		}
	}
	if got.String() != string(shown[1]) {
		t.Errorf("README.md shows\n%s\nand the diff is\n%s", shown[1], got.String())
	}
}

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

// TestCommandsTellTheTagTheyAreBuiltFrom builds both at a tag, as a release does.
func TestCommandsTellTheTagTheyAreBuiltFrom(t *testing.T) {
	peertest.Need(t, "git")
	if exec.Command("git", "-C", root, "rev-parse", "HEAD").Run() != nil {
		peertest.Missing(t, "a git checkout")
	}
	dir := t.TempDir()
	run := func(in, name string, args ...string) string {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Dir = in
		output, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %v: %v\n%s", name, args, err, output)
		}
		return strings.TrimSpace(string(output))
	}
	clone := filepath.Join(dir, "clone")
	run(".", "git", "clone", "-q", root, clone)
	run(clone, "git", "tag", "v0.97.1")
	for _, command := range []string{"telemetrygen", "telemetry-collector"} {
		program := filepath.Join(dir, command)
		run(clone, "go", "build", "-buildvcs=true", "-o", program, "./cmd/"+command)
		if got := run(dir, program, "--version"); got != command+" v0.97.1" {
			t.Errorf("%s --version: %q", command, got)
		}
	}
}

// TestPagesNameTheNewestVersion looks for the commands that somebody may copy.
func TestPagesNameTheNewestVersion(t *testing.T) {
	read := func(file string) string {
		text, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	newest := regexp.MustCompile(`(?m)^## (v\d+\.\d+\.\d+)`).FindStringSubmatch(read("CHANGELOG.md"))
	if newest == nil {
		t.Fatal("CHANGELOG.md has no version")
	}
	pages := []string{"README.md", "cmd/telemetrygen/command.go", "collector/dashboard/page.html", "deploy/compose/compose.yaml", "deploy/kubernetes/collector.yaml", "deploy/cloudfunction/README.md"}
	docs, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range docs {
		name, _ := filepath.Rel(root, page)
		pages = append(pages, name)
	}
	// go run, go get and go install; the action, the hook and the image.
	use := regexp.MustCompile(`telemetrygen/telemetry[a-z./-]*(?:@|:|\n\s+rev: )(latest|main|v?\d+\.\d+\.\d+)`)
	found := 0
	for _, page := range pages {
		for _, match := range use.FindAllStringSubmatch(read(page), -1) {
			found++
			if strings.TrimPrefix(match[1], "v") != strings.TrimPrefix(newest[1], "v") {
				t.Errorf("%s: %q, the newest version is %s", page, match[0], newest[1])
			}
		}
	}
	if found < 8 {
		t.Errorf("%d places: the expression does not find them any more", found)
	}
}

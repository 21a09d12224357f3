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
		// As releases are built. With -trimpath the go command finds again what it compiled in another folder.
		run(clone, "go", "build", "-buildvcs=true", "-trimpath", "-ldflags=-s", "-o", program, "./cmd/"+command)
		if got := run(dir, program, "--version"); got != command+" v0.97.1" {
			t.Errorf("%s --version: %q", command, got)
		}
	}
}

// TestTheReleaseStepChangesThePages types the line of HACKING.md in a clone.
func TestTheReleaseStepChangesThePages(t *testing.T) {
	bash := peertest.Need(t, "bash", "git")[0]
	if exec.Command("git", "-C", root, "rev-parse", "HEAD").Run() != nil {
		peertest.Missing(t, "a git checkout")
	}
	page, err := os.ReadFile(filepath.Join(root, "HACKING.md"))
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^ +(git grep -lF .*)$`).FindSubmatch(page)
	if line == nil {
		t.Fatal("HACKING.md has no such line")
	}
	clone := filepath.Join(t.TempDir(), "clone")
	if output, err := exec.Command("git", "clone", "-q", root, clone).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	cmd := exec.Command(bash, "-eo", "pipefail", "-c", string(line[1])+" && git diff --name-only")
	cmd.Dir = clone
	output, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	changed := strings.Fields(string(output))
	if len(changed) < 8 {
		t.Errorf("only %q changed", changed)
	}
	for _, file := range changed {
		if file == "CHANGELOG.md" || strings.HasSuffix(file, ".sum") || strings.Contains(file, "testdata") {
			t.Errorf("%s has versions of others, or old ones", file)
		}
	}
	for _, match := range versionsInUse(t, clone) {
		if strings.TrimPrefix(match.version, "v") != "0.2.0" {
			t.Errorf("%s still has %s", match.page, match.version)
		}
	}
}

// A use is a version that a page names for something of ours.
type use struct{ page, version string }

// versionsInUse are those in the commands that somebody may copy.
func versionsInUse(t *testing.T, root string) []use {
	t.Helper()
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
	expression := regexp.MustCompile(`telemetrygen/telemetry[a-z./-]*(?:@|:|\n\s+rev: )(latest|main|v?\d+\.\d+\.\d+)`)
	var found []use
	for _, page := range pages {
		text, err := os.ReadFile(filepath.Join(root, page))
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range expression.FindAllStringSubmatch(string(text), -1) {
			found = append(found, use{page, match[1]})
		}
	}
	return found
}

// TestPagesNameTheNewestVersion looks for the commands that somebody may copy.
func TestPagesNameTheNewestVersion(t *testing.T) {
	changes, err := os.ReadFile(filepath.Join(root, "CHANGELOG.md"))
	if err != nil {
		t.Fatal(err)
	}
	newest := regexp.MustCompile(`(?m)^## v(\d+\.\d+\.\d+)`).FindSubmatch(changes)
	if newest == nil {
		t.Fatal("CHANGELOG.md has no version")
	}
	found := versionsInUse(t, root)
	for _, match := range found {
		if strings.TrimPrefix(match.version, "v") != string(newest[1]) {
			t.Errorf("%s: %s, the newest version is %s", match.page, match.version, newest[1])
		}
	}
	if len(found) < 8 {
		t.Errorf("%d places: the expression does not find them any more", len(found))
	}
}

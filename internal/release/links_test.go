package release

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// pages are the files that somebody reads.
func pages(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, pattern := range []string{"*.md", "docs/*.md", "deploy/*/*.md"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, found...)
	}
	return all
}

// TestLinksLeadSomewhere looks for every file and heading that a page links to.
func TestLinksLeadSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^):]+)\)`)
	for _, page := range pages(t) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range link.FindAllSubmatch(text, -1) {
			file, anchor, _ := strings.Cut(string(match[1]), "#")
			target := page
			if file != "" {
				target = filepath.Join(filepath.Dir(page), file)
			}
			linked, err := os.ReadFile(target)
			if info, stat := os.Stat(target); err != nil && (stat != nil || !info.IsDir()) {
				t.Errorf("%s links to %s: %v", page, file, err)
			}
			if anchor != "" && !hasHeading(string(linked), anchor) {
				t.Errorf("%s links to %s, which has no heading #%s", page, file, anchor)
			}
		}
	}
}

// hasHeading goes by GitHub's rule for the anchors of headings.
func hasHeading(page, anchor string) bool {
	for _, line := range strings.Split(page, "\n") {
		title, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " ")
		if !ok || !strings.HasPrefix(line, "#") {
			continue
		}
		title = regexp.MustCompile(`[^\pL\pN _-]`).ReplaceAllString(strings.ToLower(title), "")
		if strings.ReplaceAll(title, " ", "-") == anchor {
			return true
		}
	}
	return false
}

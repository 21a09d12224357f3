package rewrite_test

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestLicenceAboveGeneratedFiles: a project may want its licence at the top of every
// file. A tool puts it above the generated files too, and there it stays.
func TestLicenceAboveGeneratedFiles(t *testing.T) {
	long(t)
	const goLicence, pageLicence = "// Copyright The CLI Authors.\n// SPDX-License-Identifier: MIT\n\n", "<!-- SPDX-License-Identifier: MIT -->\n"
	license := func(dir string) {
		for name, content := range tree(t, dir) {
			switch {
			case strings.HasSuffix(name, ".go"):
				writeFile(t, filepath.Join(dir, name), []byte(goLicence+content))
			case strings.HasSuffix(name, ".md"):
				writeFile(t, filepath.Join(dir, name), []byte(pageLicence+content))
			}
		}
	}
	licensed := cliModule(t, map[string]string{"main.go": goLicence + plainCLI})
	before := tree(t, licensed.dir)

	c := cliModule(t, map[string]string{"main.go": plainCLI})
	c.instrument(t)
	license(c.dir)
	c.stable(t)
	other := "https://example.com/other"
	c.options.Endpoint = &other
	for _, change := range c.instrument(t).Changes() {
		if !strings.HasSuffix(change, "/config.go") && !strings.HasSuffix(change, "TELEMETRY.md") {
			t.Errorf("another endpoint changes %s", change)
		}
	}
	after := tree(t, c.dir)
	if !strings.HasPrefix(after["internal/telemetry/config.go"], goLicence+"// Code generated") || !strings.HasPrefix(after["TELEMETRY.md"], pageLicence+"<!-- Code generated") {
		t.Errorf("the licence is gone:\n%s\n%s", after["internal/telemetry/config.go"], after["TELEMETRY.md"])
	}
	goIn(t, c.dir, "vet", "./...")
	c.remove(t)
	sameTree(t, before, tree(t, c.dir))
}

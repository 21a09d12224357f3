package dashboard_test

import (
	"os"
	"path/filepath"
	"testing"
)

// axeVersion is the one that the Makefile gets from the npm registry.
const axeVersion = "4.14.1"

// axe returns a check with axe-core (https://github.com/dequelabs/axe-core) of the
// page that a browser shows: every rule of its own but those that are experimental.
func axe(t *testing.T) func(*browser) func(where string) {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(cache, "telemetrygen", "axe-core-"+axeVersion+".js")
	source, err := os.ReadFile(file)
	if err != nil {
		if os.Getenv("TELEMETRYGEN_TEST_REQUIRE") == "all" {
			t.Fatal("needs axe-core: make tools")
		}
		t.Log("SKIPPED, NOT TESTED HERE: needs axe-core (make tools)")
		return func(*browser) func(string) { return func(string) {} }
	}
	return func(b *browser) func(string) {
		t.Helper()
		var there bool
		b.evaluate(string(source)+"\n; typeof axe == 'object'", &there)
		return func(where string) {
			t.Helper()
			var violations []string
			b.evaluate(`axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.map(v => v.id + ": " + v.help + " " + v.nodes.slice(0, 3).map(n => n.html.slice(0, 120)).join(" | ")))`, &violations)
			if !there || len(violations) > 0 {
				t.Errorf("%s: axe-core: %q", where, violations)
			}
		}
	}
}

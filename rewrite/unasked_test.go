package rewrite_test

import (
	"os"
	"strings"
	"testing"
)

// TestMachineThatCannotRunTheCLI comes to the same result as the one that can: its
// --check does not fail because a command's name is known only to the running CLI.
func TestMachineThatCannotRunTheCLI(t *testing.T) {
	long(t)
	source := strings.Replace(plainCLI, "func main() {\n", `func main() {
	if strings.Contains(os.Getenv("PATH"), "cannot-run") {
		os.Exit(1)
	}
	root.AddCommand(&cobra.Command{Use: strings.ToLower("LATE"), Run: func(*cobra.Command, []string) {}})
	root.AddCommand(&cobra.Command{Use: strings.ToLower("TELEMETRY"), Run: func(*cobra.Command, []string) {}})
`, 1)
	c := cliModule(t, map[string]string{"main.go": strings.Replace(source, "\t\"os\"\n", "\t\"os\"\n\t\"strings\"\n", 1)})
	c.instrument(t)
	for _, name := range []string{"GOCACHE", "GOMODCACHE"} {
		value, err := goOutput(c.dir, []string{"env", name})
		if err != nil {
			t.Fatal(err)
		}
		t.Setenv(name, strings.TrimSpace(string(value)))
	}
	for _, name := range []string{"XDG_CACHE_HOME", "HOME", "LocalAppData"} { // the other machine remembers what the CLI said
		t.Setenv(name, t.TempDir())
	}
	t.Setenv("PATH", os.Getenv("PATH")+string(os.PathListSeparator)+"/cannot-run")
	r := c.plan(t)
	if r.Changed() {
		t.Errorf("it changes\n%s", r.Diff())
	}
	if report := findings(r); !strings.Contains(report, "could not be asked for its commands") || !strings.Contains(report, "add those that are missing to commands.txt by hand: what it has stays") {
		t.Errorf("it says\n%s", report)
	}
}

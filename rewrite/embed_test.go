package rewrite_test

import (
	"context"
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/rewrite"
)

// TestEmbedNote: the report names the patterns that embed what is added, in every run.
func TestEmbedNote(t *testing.T) {
	long(t)
	t.Parallel()
	c := cliModule(t, map[string]string{"main.go": `package main

import (
	"embed"
	"os"

	"github.com/spf13/cobra"
)

//go:embed all:internal doc/a.md
var files embed.FS

//go:embed "*.md"
var pages embed.FS

//go:embed doc internal/*.txt
var narrow embed.FS

func main() {
	root := &cobra.Command{Use: "cli", Run: func(*cobra.Command, []string) { _, _, _ = files, pages, narrow }}
	if root.Execute() != nil {
		os.Exit(1)
	}
}
`, "internal/a.txt": "a", "doc/a.md": "a", "README.md": "a"})
	for _, run := range []string{"first", "second"} {
		result, err := rewrite.Instrument(context.Background(), c.options)
		if err != nil {
			t.Fatal(err)
		}
		const added = ", which telemetrygen adds; if the CLI lists these files, or writes them out, name them more exactly"
		report := findings(result)
		for _, want := range []string{"main.go:10:1: //go:embed all:internal takes in internal/telemetry/config.go" + added, "main.go:13:1: //go:embed \"*.md\" takes in TELEMETRY.md" + added} {
			if !strings.Contains(report, want) {
				t.Errorf("no %q in the report of the %s run:\n%s", want, run, report)
			}
		}
		if n := strings.Count(report, added); n != 2 {
			t.Errorf("%d notes in the %s run", n, run)
		}
		if err := result.Write(); err != nil {
			t.Fatal(err)
		}
	}
}

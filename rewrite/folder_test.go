package rewrite_test

import (
	"strings"
	"testing"
)

// TestFolderNote: the report says so where a CLI may look into ~/.config itself,
// unless another folder was chosen. The folders of shells and files named .config are not it.
func TestFolderNote(t *testing.T) {
	long(t)
	t.Parallel()
	const main = `package main

import (
	"os"

	"github.com/spf13/cobra"
)

const fish, file = "cli completion fish > ~/.config/fish/completions/cli.fish", "~/.config.yaml"
const powershell = ` + "`cd \"${XDG_CONFIG_HOME:-\"$HOME/.config/\"}/powershell/modules\"`" + `

func main() {
	dir := os.Getenv("HOME") + "/.config"
	root := &cobra.Command{Use: "cli", Run: func(*cobra.Command, []string) { println(dir) }}
	if root.Execute() != nil {
		os.Exit(1)
	}
}
`
	c := cliModule(t, map[string]string{"main.go": main})
	for folder, noted := range map[string]bool{"": true, "cli-usage": false} {
		c.options.Folder = folder
		result := c.plan(t)
		report := findings(result)
		if strings.Contains(report, "main.go:13:30: the CLI may use ~/.config itself") != noted {
			t.Errorf("with --folder %q:\n%s", folder, report)
		}
	}
}

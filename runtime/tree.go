//go:build telemetrygen && !notelemetry

package telemetry

import (
	"os"
	"sort"
	"strings"

	"github.com/spf13/cobra"
)

// The generator builds the CLI with this file to ask it for its command paths:
// with TELEMETRYGEN_COMMANDS=FILE they are written there, one a line, and the
// process ends before any command runs. No shipped binary has this.
func init() {
	dumpTree = func(root *cobra.Command, final bool) {
		file := os.Getenv("TELEMETRYGEN_COMMANDS")
		if file == "" || !final && len(root.Commands()) == 0 {
			return // the executor may still add commands
		}
		paths := treePaths(root, app)
		sort.Strings(paths)
		if err := os.WriteFile(file, []byte(strings.Join(paths, "\n")+"\n"), 0o600); err != nil {
			_, _ = os.Stderr.WriteString(err.Error() + "\n")
			os.Exit(1)
		}
		os.Exit(0)
	}
}

func treePaths(cmd *cobra.Command, path string) []string {
	paths := []string{path}
	for _, child := range cmd.Commands() {
		name := child.Name()
		if !cmd.HasParent() && ofCobra(name) || len(strings.Fields(name)) != 1 || strings.TrimSpace(name) != name {
			continue // no word, no line: its runs are counted under its parent, as unlisted
		}
		paths = append(paths, treePaths(child, path+" "+name)...)
	}
	return paths
}

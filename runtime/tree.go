//go:build telemetrygen && !notelemetry

package telemetry

import (
	"encoding/json"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

// The generator builds the CLI with this file to ask it for its commands: with TELEMETRYGEN_COMMANDS=FILE they are
// written there as JSON, and the process ends before any command runs. No shipped binary has this.
func init() {
	dumping = true
	file := os.Getenv("TELEMETRYGEN_COMMANDS") // the CLI may clear its environment
	hook := hookLoggers
	hookLoggers = func() { // which Start calls
		if process.early {
			if _, executed := called(process.root); executed {
				file = "" // before main(), where no run can be recorded: that is no root to ask
			}
		}
		hook()
	}
	dumpTree = func(root *cobra.Command, final bool) {
		if file == "" || !final && len(root.Commands()) == 0 {
			return // the executor may still add commands
		}
		answer := treeAnswer{
			Name: root.Name(), Version: root.Version, Use: root.Use, Display: root.Annotations["cobra_annotation_command_display_name"],
		}
		parents := map[*cobra.Command]int{}
		countParents(root, parents)
		answer.add(root, "", parents)
		for _, child := range root.Commands() {
			answer.Taken = append(append(answer.Taken, child.Name()), child.Aliases...)
		}
		data, err := json.Marshal(answer)
		if err == nil {
			err = os.WriteFile(file, data, 0o600)
		}
		if err != nil {
			_, _ = os.Stderr.WriteString(err.Error() + "\n")
			os.Exit(1)
		}
		os.Exit(0)
	}
}

// treeAnswer is what the generator reads.
type treeAnswer struct {
	Name     string        `json:"name"`     // of the root
	Version  string        `json:"version"`  // as far as the CLI's source sets it
	Use      string        `json:"use"`      // its usage line
	Display  string        `json:"display"`  // how users call it, where that is not its name
	Taken    []string      `json:"taken"`    // names and aliases of the commands below it
	Commands []treeCommand `json:"commands"` // paths without the root
	Shared   []string      `json:"shared"`   // paths of commands that were added to several parents, and are never recorded by name
}

type treeCommand struct {
	Path       string `json:"path"`
	Hidden     bool   `json:"hidden"`
	Deprecated bool   `json:"deprecated"`
}

func countParents(cmd *cobra.Command, parents map[*cobra.Command]int) {
	for _, child := range cmd.Commands() {
		if parents[child]++; parents[child] == 1 {
			countParents(child, parents)
		}
	}
}

// add adds the commands below one.
func (a *treeAnswer) add(cmd *cobra.Command, path string, parents map[*cobra.Command]int) {
	for _, child := range cmd.Commands() {
		name := child.Name()
		if path == "" && ofCobra(name) || name == "_carapace" || len(strings.Fields(name)) != 1 || strings.TrimSpace(name) != name {
			continue // never recorded; or no word, no line: its runs are counted under its parent, as unlisted
		}
		below := strings.TrimPrefix(path+" "+name, " ")
		if parents[child] > 1 {
			a.Shared = append(a.Shared, below)
			continue
		}
		a.Commands = append(a.Commands, treeCommand{below, child.Hidden, child.Deprecated != ""})
		a.add(child, below, parents)
	}
}

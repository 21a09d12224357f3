//go:build !notelemetry

package telemetry

import (
	_ "embed" // for the allow-list
	"strings"

	"github.com/spf13/cobra"
)

// commands is the allow-list: every command path that may be recorded, sorted
// by bytes, one a line. The generator writes it from the CLI's real tree.
//
//go:embed commands.txt
var commands string

const unlisted = " (unlisted)"

// recordedPath is the path under which runs of cmd are counted: the app and the
// names below the root, never an alias, never the root's Use (which may be
// os.Args[0]). A path that is not in the allow-list, such as a user's own alias
// or a plugin, is counted under its nearest listed ancestor. It is "" for what
// is never recorded: help, completion and the telemetry command.
func recordedPath(cmd *cobra.Command) string {
	var names []string
	for ; cmd.HasParent(); cmd = cmd.Parent() {
		if cmd == process.own {
			return ""
		}
		names = append(names, cmd.Name())
	}
	path, nearest, known := app, app, listed(app)
	for i := len(names) - 1; i >= 0; i-- {
		if path == app && ofCobra(names[i]) {
			return ""
		}
		path += " " + names[i]
		if known = listed(path); known {
			nearest = path
		}
	}
	if !known {
		return nearest + unlisted
	}
	return path
}

// ofCobra reports the names of the commands that cobra adds to a root: their
// hooks fire for every press of TAB.
func ofCobra(name string) bool {
	return name == "help" || name == "completion" || name == "__complete" || name == "__completeNoDesc"
}

// listed looks a path up in the allow-list, by bisection in its text.
func listed(path string) bool {
	low, high := 0, len(commands)
	for low < high {
		start := strings.LastIndexByte(commands[low:(low+high)/2], '\n') + 1 + low
		end := len(commands)
		if n := strings.IndexByte(commands[start:], '\n'); n >= 0 {
			end = start + n
		}
		line := strings.TrimSuffix(commands[start:end], "\r") // a Windows checkout
		switch {
		case line == path:
			return true
		case line < path:
			low = end + 1
		default:
			high = start
		}
	}
	return false
}

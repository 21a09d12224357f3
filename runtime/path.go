//go:build !notelemetry

package telemetry

import (
	"context"
	_ "embed" // for the allow-list
	"os"
	"strings"

	"github.com/spf13/cobra"
)

// commands is the allow-list: every command path that may be recorded, sorted by bytes, one a line, where a TAB ends
// the path. The generator writes it from the CLI's real tree.
//
//go:embed commands.txt
var commands string

const unlisted = " (unlisted)"

// recordedPath is the path under which runs of cmd are counted: the app and the names below root, never an alias,
// never the root's Use (which may be os.Args[0]). A path that is not in the allow-list, such as a user's own alias or
// a plugin, is counted under its nearest listed ancestor. It is "" for what is never recorded: help, completion,
// excluded commands, and those that an executor has beside root.
func recordedPath(root, cmd *cobra.Command) string {
	path := ""
	for ; cmd != root; cmd = cmd.Parent() {
		if !cmd.HasParent() || !cmd.Parent().HasParent() && ofCobra(cmd.Name()) {
			return ""
		}
		path = " " + cmd.Name() + path
	}
	path = app + path
	for _, line := range strings.Split(excluded, "\n") {
		if line != "" && (path == line || strings.HasPrefix(path, line+" ")) {
			return ""
		}
	}
	if listed(path) {
		return path
	}
	for !listed(path) && path != app {
		path = path[:strings.LastIndexByte(path, ' ')]
	}
	return path + unlisted
}

// ofCobra reports the names of the commands that cobra adds to a root: their hooks fire for every press of TAB.
func ofCobra(name string) bool {
	return name == "help" || name == "completion" || name == "__complete" || name == "__completeNoDesc"
}

// listed looks a path up in the allow-list, by bisection in its text.
func listed(path string) bool {
	for low, high := 0, len(commands); low < high; {
		start := strings.LastIndexByte(commands[low:(low+high)/2], '\n') + 1 + low
		line := strings.SplitN(commands[start:], "\n", 2)[0]
		switch text := strings.SplitN(strings.TrimSuffix(line, "\r"), "\t", 2)[0]; { // \r: a Windows checkout
		case text == path:
			return true
		case text < path:
			low = start + len(line) + 1
		default:
			high = start
		}
	}
	return false
}

// called is the command at or below root that cobra executed, nil if there is none. It is where the arguments lead,
// unless the CLI replaced them: then all are looked at. It only reads: another goroutine may execute cobra.
func called(root *cobra.Command) *cobra.Command {
	cmd := root
	for _, word := range os.Args[1:] {
		for _, child := range children(cmd) {
			if child.Name() == word || child.HasAlias(word) {
				cmd = child
				break
			}
		}
	}
	if cmd.CalledAs() != "" {
		return cmd
	}
	return search(root)
}

// search is called without a guess.
func search(cmd *cobra.Command) *cobra.Command {
	for _, child := range children(cmd) {
		if found := search(child); found != nil {
			return found
		}
	}
	if cmd.CalledAs() != "" {
		return cmd
	}
	return nil
}

// children are the commands below cmd in the order in which they were added. Cobra would sort them, and finds another
// command then where two have the same name.
func children(cmd *cobra.Command) []*cobra.Command {
	sorting := cobra.EnableCommandSorting
	cobra.EnableCommandSorting = false
	all := cmd.Commands()
	cobra.EnableCommandSorting = sorting
	return all
}

// unknownWord is the first argument if cobra will refuse it as the name of a command, else "".
func unknownWord(root *cobra.Command) string {
	if len(os.Args) < 2 || os.Args[1] == "" || os.Args[1][0] == '-' || ofCobra(os.Args[1]) ||
		!root.HasSubCommands() || root.Args != nil || root.TraverseChildren || cobra.EnablePrefixMatching {
		return ""
	}
	word := os.Args[1]
	for _, child := range children(root) {
		for _, name := range append([]string{child.Name()}, child.Aliases...) {
			if strings.EqualFold(name, word) { // newer versions of cobra can ignore case
				return ""
			}
		}
	}
	return word
}

// executed reports whether cobra has begun to execute root, as far as this version of cobra tells.
func executed(root *cobra.Command) bool {
	run, ok := interface{}(root).(interface{ Context() context.Context })
	return ok && run.Context() != nil
}

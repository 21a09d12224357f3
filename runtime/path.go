//go:build !notelemetry

package telemetry

import (
	_ "embed" // for the allow-list
	"os"
	"sort"
	"strings"

	"github.com/spf13/cobra"
)

// commands is the allow-list: every command path that may be recorded, sorted by bytes, one a line, where a TAB ends
// the path. The generator writes it from the CLI's real tree.
//
//go:embed commands.txt
var commands string

const unlisted = " (unlisted)"

// calledPath is the path to record for the command that cobra called, and whether it is known which one that is. It is
// "" for what is never recorded, as that which an executor has beside root.
func calledPath() (path string, known bool) {
	root := process.root
	if root == nil || process.foreign || process.decided {
		return "", false
	}
	if dumpTree != nil {
		dumpTree(root, true)
	}
	if below, found := called(root); found {
		return recordedPath(below), true
	}
	_, beside := called(root.Root())
	return "", beside
}

// called is the names below cmd of the command there that cobra called. It only reads: another goroutine may execute
// cobra. It goes downwards, because the commands of a copied root have the original as their parent.
func called(cmd *cobra.Command) (below string, found bool) {
	for _, child := range children(cmd) {
		if below, found := called(child); found {
			return " " + child.Name() + below, true
		}
	}
	return "", cmd.CalledAs() != ""
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

// recordedPath is the path under which runs of a command are counted: the app and the names below root, never an alias,
// never the root's Use (which may be os.Args[0]). A path that is not in the allow-list, such as a user's own alias or
// a plugin, is counted under its nearest listed ancestor. Help, completion and excluded commands have none.
func recordedPath(below string) string {
	path := app + below
	if ofCobra(strings.SplitN(below+"  ", " ", 3)[1]) {
		return ""
	}
	for _, line := range strings.Split(excluded, "\n") {
		if strings.HasPrefix(path+" ", line+" ") {
			return ""
		}
	}
	suffix := ""
	for ; path != app && !listed(path); suffix = unlisted {
		path = path[:strings.LastIndexByte(path, ' ')]
	}
	return path + suffix
}

// ofCobra reports the names of commands that are not the CLI's. Cobra adds the first four to a root: their hooks fire
// for every press of TAB. With the others docker asks its plugins what they are.
func ofCobra(name string) bool {
	return name == "help" || name == "completion" || name == "__complete" || name == "__completeNoDesc" ||
		strings.HasPrefix(name, "docker-cli-plugin-")
}

// listed looks a path up in the allow-list, by bisection in its text.
func listed(path string) bool {
	lineAt := func(at int) string {
		line := commands[strings.LastIndexByte(commands[:at], '\n')+1:]
		if end := strings.IndexAny(line, "\t\r\n"); end >= 0 { // \r: a Windows checkout
			line = line[:end]
		}
		return line
	}
	at := sort.Search(len(commands), func(at int) bool { return lineAt(at) >= path })
	return path != "" && lineAt(at) == path
}

// refuses reports whether cobra will find no command for the arguments. Cobra itself is asked, with the names alone:
// it would merge the flags of the real tree, which the CLI may not have finished yet.
func refuses(root *cobra.Command) bool {
	all, flags := children(root), true
	for _, word := range os.Args[1:] {
		for _, child := range all {
			if ofCobra(word) || flags && (child.Name() == word || child.HasAlias(word)) {
				return false // so it is in nearly every run
			}
		}
		flags = flags && strings.HasPrefix(word, "-")
	}
	names := &cobra.Command{Use: app, DisableSuggestions: true}
	names.Flags().AddFlagSet(root.PersistentFlags())
	names.Flags().AddFlagSet(root.Flags())
	for _, child := range all {
		names.AddCommand(&cobra.Command{Use: child.Use, Aliases: child.Aliases})
	}
	_, _, err := names.Find(os.Args[1:])
	return err != nil && root.Args == nil && !root.TraverseChildren
}

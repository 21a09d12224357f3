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

// calledPath returns the path to record for the command that cobra called, and whether that command is known. The path is
// "" if the command is never recorded, such as one that an executor adds beside root.
func calledPath() (path string, known bool) {
	root := process.root
	if root == nil || process.foreign || process.decided {
		return "", false
	}
	dumpTree(root, true)
	if below, found := called(root); found {
		return recordedPath(below), true
	}
	_, beside := called(root.Root())
	return "", beside
}

// called finds the command that cobra called among cmd and those below, and returns its names below cmd. It only reads:
// another goroutine may execute cobra. It searches downwards, because the children of a copied root have the original
// as their parent. Where several were called, in a shell, or one has two parents, the names are those of no command.
func called(cmd *cobra.Command) (below string, found bool) {
	for _, child := range children(cmd) {
		if deeper, is := called(child); is && found {
			return unlisted, true
		} else if is {
			below, found = " "+child.Name()+deeper, true
		}
	}
	return below, found || cmd.CalledAs() != ""
}

// children returns the commands of cmd in the order in which they were added. Sorting them, as cobra does, would change
// which command cobra finds if two have the same name.
func children(cmd *cobra.Command) []*cobra.Command {
	defer func(sorting bool) { cobra.EnableCommandSorting = sorting }(cobra.EnableCommandSorting)
	cobra.EnableCommandSorting = false
	return cmd.Commands()
}

// recordedPath returns the path under which runs of a command are counted: the app and the names below root, never an
// alias, never the root's Use (which may be os.Args[0]). A path that is not in the allow-list, such as a user's own alias
// or a plugin, is counted under its nearest listed ancestor. For help, completion and excluded commands it returns "".
func recordedPath(below string) string {
	path, suffix := app+below, ""
	if ofCobra(strings.SplitN(below+"  ", " ", 3)[1]) || strings.Contains(below+" ", " _carapace ") {
		return ""
	}
	for _, line := range strings.Split(excluded, "\n") {
		if strings.HasPrefix(path+" ", line+" ") {
			return ""
		}
	}
	for ; path != app && !listed(path); suffix = unlisted {
		path = path[:strings.LastIndexByte(path, ' ')]
	}
	return path + suffix
}

// ofCobra reports whether name is that of a command that is not the CLI's own. Cobra adds the first four to a root,
// carapace the next to any command; shells run those that complete at every press of TAB. Docker calls the last ones to ask
// its plugins what they are.
func ofCobra(name string) bool {
	return name == "help" || name == "completion" || name == "__complete" || name == "__completeNoDesc" ||
		name == "_carapace" || strings.HasPrefix(name, "docker-cli-plugin-")
}

// listed reports whether a path is in the allow-list. It bisects the text, so nothing is parsed.
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
			if ofCobra(word) && os.Args[1] != command || flags && (child.Name() == word || child.HasAlias(word)) {
				return false // the usual case, and cheap
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

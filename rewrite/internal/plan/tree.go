package plan

import (
	"cmp"
	"slices"
	"strings"
)

// A Command is one command that can be recorded.
type Command struct {
	Path       string `json:"path"` // names of commands, separated by single spaces
	Hidden     bool   `json:"hidden,omitempty"`
	Deprecated bool   `json:"deprecated,omitempty"`
}

// A Tree is the command tree of a CLI, as the built CLI or its source tells it.
type Tree struct {
	Name     string    `json:"name"`     // of the root command; "" if it is not constant
	Version  string    `json:"version"`  // of the root command
	Use      string    `json:"use"`      // its usage line
	Display  string    `json:"display"`  // how users call it, where that is not its name: "kubectl tree"
	Taken    []string  `json:"taken"`    // names and aliases of commands below the root that Commands lacks
	Commands []Command `json:"commands"` // paths below the root
	Shared   []string  `json:"shared"`   // paths of commands with several parents, which are counted as unlisted
}

// Below returns all commands, the root among them, under the app's name.
func (t Tree) Below(app string) []Command {
	list := []Command{{Path: app}}
	for _, c := range t.Commands {
		c.Path = app + " " + c.Path
		list = append(list, c)
	}
	return Sorted(list)
}

// Takes reports whether a command below the root has a name, or is called by it.
func (t Tree) Takes(name string) bool {
	return slices.ContainsFunc(t.Taken, func(taken string) bool { return strings.EqualFold(taken, name) }) ||
		slices.ContainsFunc(t.Commands, func(c Command) bool { return strings.EqualFold(c.Path, name) })
}

// LongName returns the name of a CLI that is called by more than its root's name: kubectl-tree
// for the plugin `kubectl tree`, or for a root "tree" in a folder of that name. kubectl finds a
// plugin by its file, whatever its root is called. It is "" for other CLIs. Under the short name
// it would share the folder of another CLI.
func (t Tree) LongName(binary string) string {
	if words := strings.Fields(t.Display); len(words) > 1 {
		return strings.Join(words, "-")
	}
	words := strings.Fields(t.Use)
	plugin := strings.HasSuffix(binary, "-"+t.Name) || strings.HasPrefix(binary, "kubectl-") && t.Name != binary
	if len(words) > 1 && binary == words[0]+"-"+words[1] || t.Name != "" && plugin {
		return binary
	}
	return ""
}

// Sorted returns the list sorted by path, every path once: two children of one
// command may have the same name.
func Sorted(list []Command) []Command {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b Command) int { return cmp.Compare(a.Path, b.Path) })
	return slices.CompactFunc(list, func(a, b Command) bool { return a.Path == b.Path })
}

//go:build !notelemetry

package telemetry

import (
	_ "embed" // for the allow-list
	"os"
	"strings"

	"github.com/spf13/cobra"
)

// dumpTree does something only where the generator has built the CLI to ask for its tree.
var dumpTree = func(root *cobra.Command, final bool) {}

// Track remembers root as the command tree that this process executes and
// returns it unchanged. The first call counts: later roots are the CLI's own
// business (aliases, re-entry).
func Track(root *cobra.Command) *cobra.Command {
	defer shield()
	process.Lock()
	defer process.Unlock()
	if !process.started || process.root != nil || root == nil {
		return root
	}
	process.root = root
	dumpTree(root.Root(), false)
	addCommand(root)
	// No hook of ours need fire: it may be hidden by one that could not be wrapped, an argument or
	// a flag may be wrong, and then an executor in a dependency may end the process itself.
	cobra.OnInitialize(func() { // runs once the flags are parsed
		defer shield()
		begin(called(root.Root()))
	})
	flagError := root.FlagErrorFunc()
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		begin(cmd)
		return flagError(cmd, err)
	})
	return root
}

// PersistentPreRunE notes that cmd began; it is the hook of a root that has
// none, and never fails.
func PersistentPreRunE(cmd *cobra.Command, args []string) error {
	begin(cmd)
	return nil
}

// WrapPreRunE notes that the command began and then runs hook. A nil hook
// stays nil: cobra looks further up for the next one.
func WrapPreRunE(hook func(*cobra.Command, []string) error) func(*cobra.Command, []string) error {
	if hook == nil {
		return nil
	}
	return func(cmd *cobra.Command, args []string) error { begin(cmd); return hook(cmd, args) }
}

// WrapPreRun is WrapPreRunE for hooks that return no error: the kind of a hook
// must not change, because cobra prefers the E kind.
func WrapPreRun(hook func(*cobra.Command, []string)) func(*cobra.Command, []string) {
	if hook == nil {
		return nil
	}
	return func(cmd *cobra.Command, args []string) { begin(cmd); hook(cmd, args) }
}

// begin notes that cmd, if cobra has called one, began. The first call in the
// process decides which command is recorded, and takes a slot in case nobody
// sees it end.
func begin(cmd *cobra.Command) {
	defer shield()
	process.Lock()
	defer process.Unlock()
	if !process.started || process.decided || cmd == nil {
		return
	}
	process.decided = true
	if process.root == nil {
		process.root = cmd
	}
	dumpTree(cmd.Root(), true)
	if process.path = recordedPath(cmd); process.path == "" {
		return
	}
	dir, c := settings()
	if c.level == levelOff {
		return
	}
	process.slot = dir.enter(process.path, none)
	armFlush(dir, c)
}

// called is the command at or below cmd that cobra executed, nil if it knows no
// such command. It is where the arguments lead, unless the CLI replaced them: then
// all are looked at.
func called(cmd *cobra.Command) *cobra.Command {
	if found, _, err := cmd.Find(os.Args[1:]); err == nil && found.CalledAs() != "" {
		return found
	}
	for _, child := range cmd.Commands() {
		if found := called(child); found != nil {
			return found
		}
	}
	if cmd.CalledAs() != "" {
		return cmd
	}
	return nil
}

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
	path := ""
	for ; cmd.HasParent(); cmd = cmd.Parent() {
		if cmd == process.own || !cmd.Parent().HasParent() && ofCobra(cmd.Name()) {
			return ""
		}
		path = " " + cmd.Name() + path
	}
	if path = app + path; listed(path) {
		return path
	}
	for !listed(path) && path != app {
		path = path[:strings.LastIndexByte(path, ' ')]
	}
	return path + unlisted
}

// ofCobra reports the names of the commands that cobra adds to a root: their
// hooks fire for every press of TAB.
func ofCobra(name string) bool {
	return name == "help" || name == "completion" || name == "__complete" || name == "__completeNoDesc"
}

// listed looks a path up in the allow-list, by bisection in its text.
func listed(path string) bool {
	for low, high := 0, len(commands); low < high; {
		start := strings.LastIndexByte(commands[low:(low+high)/2], '\n') + 1 + low
		line := strings.SplitN(commands[start:], "\n", 2)[0]
		switch text := strings.TrimSuffix(line, "\r"); { // that of a Windows checkout
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

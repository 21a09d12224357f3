//go:build !notelemetry

package telemetry

import (
	"os"

	"github.com/spf13/cobra"
)

// dumpTree is set in builds with the tag telemetrygen only (tree.go).
var dumpTree func(root *cobra.Command, final bool)

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
	if dumpTree != nil {
		dumpTree(root.Root(), false)
	}
	if len(os.Args) > 1 && os.Args[1] == commandName {
		addCommand(root)
	}
	// An initializer runs after the flags were parsed and before cobra looks
	// for hooks, so a hook that the executor adds after Track still keeps ours out.
	cobra.OnInitialize(func() {
		if top := root.Root(); top.PersistentPreRun == nil && top.PersistentPreRunE == nil {
			top.PersistentPreRunE = PersistentPreRunE
		}
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
	return func(cmd *cobra.Command, args []string) error {
		begin(cmd)
		return hook(cmd, args)
	}
}

// WrapPreRun is WrapPreRunE for hooks that return no error: the kind of a hook
// must not change, because cobra prefers the E kind.
func WrapPreRun(hook func(*cobra.Command, []string)) func(*cobra.Command, []string) {
	if hook == nil {
		return nil
	}
	return func(cmd *cobra.Command, args []string) {
		begin(cmd)
		hook(cmd, args)
	}
}

// begin is called by the hooks. The first one of the process decides which
// command is recorded, and takes a slot in case nobody sees it end.
func begin(cmd *cobra.Command) {
	defer shield()
	process.Lock()
	defer process.Unlock()
	if !process.started || process.decided {
		return
	}
	process.decided = true
	if process.root == nil {
		process.root = cmd
	}
	if dumpTree != nil {
		dumpTree(cmd.Root(), true)
	}
	if process.path = recordedPath(cmd); process.path == "" {
		return
	}
	dir, c := settings()
	if c.level == levelOff || !dir.make() {
		return
	}
	if s, ok := dir.slots(); ok {
		process.slot = s.enter(run{path: process.path, code: noExitSeen, unsent: !c.sends()})
	}
	armFlush(dir, c)
}

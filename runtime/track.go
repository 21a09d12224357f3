//go:build !notelemetry

package telemetry

import "github.com/spf13/cobra"

// dumpTree does something in builds with the tag telemetrygen only (tree.go).
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
	process.slot = dir.enter(run{path: process.path, code: noExitSeen, unsent: !c.sends()})
	armFlush(dir, c)
}

//go:build !notelemetry

package telemetry

import (
	"os"
	"reflect"
	"strings"
	"sync"

	"github.com/spf13/cobra"
)

// process is what this process knows of its one recorded run. A process counts once, however many commands it
// executes: the outermost run is the user's.
var process struct {
	sync.Mutex
	started bool           // main() ran Start: without it everything is inert
	args    []string       // as they were then
	root    *cobra.Command // the first command handed to Track
	foreign bool           // cobra executes something that was not handed to Track
	decided bool           // it is known which command is recorded, or that none is
	mine    *block         // the run, nil if there is none to be recorded
	lock    *lockFile      // once it is open
	consent consent        // what is allowed
}

// dumpTree is set only where the generator has built the CLI to ask for its tree.
var dumpTree func(root *cobra.Command, final bool)

// Track remembers root as the command tree that this process executes, and returns it unchanged. Only the first
// call counts. Later ones, and those inside a run, belong to the CLI's own business (aliases, re-entry).
func Track(root *cobra.Command) *cobra.Command {
	track(root)
	return root
}

func track(root *cobra.Command) {
	defer shield()
	process.Lock()
	defer process.Unlock()
	if root == nil || !process.started || process.foreign {
		return
	}
	if process.root != nil { // perhaps both are executed at once, in goroutines: from here on neither is looked at
		process.foreign = root != process.root && root.Root() != process.root
		return
	}
	process.root = root.Root()
	if dumpTree != nil {
		dumpTree(process.root, false)
	}
	refused := refuses(process.root)
	if refused && os.Args[1] == command {
		os.Exit(usage(strings.Join(os.Args[2:], " ")))
	}
	if process.decided {
		return
	}
	if refused {
		enter(recordedPath("")) // an executor in a dependency may end the process itself
	}
	seeFlagErrors(process.root)
}

// seeFlagErrors makes root note that a command began although its flags are wrong: cobra calls no initializer then.
func seeFlagErrors(root *cobra.Command) {
	own := root.FlagErrorFunc()
	inherits := reflect.ValueOf(own).Pointer() == reflect.ValueOf(new(cobra.Command).FlagErrorFunc()).Pointer()
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		// pflag.ErrHelp (-h where the help flag has no letter) is known by its text: go.mod may lack pflag by name. A CLI
		// that calls its own function may have no error to pass.
		if err != nil && err.Error() != "pflag: help requested" {
			begin()
		}
		if inherits && root.HasParent() { // that of the executor which it was handed to
			return root.Parent().FlagErrorFunc()(cmd, err)
		}
		return own(cmd, err)
	})
}

// begin runs when cobra has parsed the flags of a command and is about to check its arguments, or has found a flag that
// is wrong. No hook can hide it, but it is not told which command that is. In case nobody sees the run end, a block
// says that it began. The first call in the process decides which command is recorded.
func begin() {
	defer shield()
	process.Lock()
	defer process.Unlock()
	if process.root == nil {
		process.foreign = true // whatever is tracked from here on is executed inside this run
	}
	if path, known := calledPath(); known {
		process.decided = true
		enter(path)
	}
}

// enter has a block say that the run of this process is one of path, or takes the block away where path is "".
func enter(path string) {
	c, mine := settings(), process.mine
	if mine != nil {
		_ = process.lock.free(*mine)
		process.lock.unlock(mine.n)
		process.mine = nil
	}
	if c.level == levelOff || path == "" {
		return
	}
	if lock, err := c.dir.lockFile(); err == nil {
		process.mine = lock.take(path, none, !c.sends())
		armFlush(c)
	}
}

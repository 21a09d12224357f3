//go:build !notelemetry

package telemetry

import (
	"os"
	"reflect"
	"runtime"
	"strings"
	"sync"

	"github.com/spf13/cobra"
)

// process is what this process knows of its one recorded run. A process counts once, however many commands it
// executes: the outermost run is the user's.
var process struct {
	sync.Mutex
	args []string       // as they were when main() ran Start; nil if it did not, and everything is inert
	env  []string       // the environment then: the CLI may clear its own, or set another HOME
	root *cobra.Command // the first command handed to Track
	// early: root was handed to Track before main() ran Start, by a variable that holds root.Execute. Its commands may not be
	// complete then, and one that is handed over later takes its place.
	// foreign: cobra executes something that was not handed to Track.
	early, foreign bool

	decided bool      // it is known which command is recorded, or that none is
	mine    *block    // the block of the run, nil if none is recorded
	lock    *lockFile // nil until it is open
	consent consent   // what was allowed when main() ran Start
}

// dumpTree does nothing, but in the program that the generator builds to read the command tree: dumping is set there.
var dumpTree, dumping = func(root *cobra.Command, final bool) {}, false

// Track remembers root as the command tree that this process executes, and returns it unchanged. Only the first
// call counts. Later calls, and calls inside a run, have no effect: a CLI may execute itself again, for an alias.
func Track(root *cobra.Command) *cobra.Command {
	handOver(root)
	return root
}

// track is told by exit.Track, whichever package's Track was called.
func track(tracked interface{}) {
	defer shield()
	process.Lock()
	defer process.Unlock()
	root := tracked.(*cobra.Command)
	if root == nil || process.foreign {
		return
	}
	if process.root != nil && !process.early { // both may be executed at once, in goroutines: from here on neither is looked at
		process.foreign = root != process.root && root.Root() != process.root
		return
	}
	process.root, process.early = root.Root(), false
	dumpTree(process.root, false)
	switch refused := refuses(process.root); {
	case refused && os.Args[1] == command:
		os.Exit(usage(strings.Join(os.Args[2:], " ")))
	case process.decided:
		return
	case refused:
		enter(recordedPath("")) // an executor in a dependency may end the process itself
	}
	seeFlagErrors(process.root)
}

// seeFlagErrors makes root call begin if a command's flags are wrong: cobra calls no initializer then.
func seeFlagErrors(root *cobra.Command) {
	own := root.FlagErrorFunc()
	inherits := reflect.ValueOf(own).Pointer() == reflect.ValueOf(new(cobra.Command).FlagErrorFunc()).Pointer()
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		// pflag.ErrHelp (-h where the help flag has no letter) is known by its text: go.mod may lack pflag by name. A CLI
		// that calls its own function may have no error to pass.
		if err != nil && err.Error() != "pflag: help requested" {
			begin()
		}
		if inherits && root.HasParent() { // an executor has put root below a root of its own since
			return root.Parent().FlagErrorFunc()(cmd, err)
		}
		return own(cmd, err)
	})
}

// begin runs after cobra has parsed the flags of a command and before it checks the arguments, or after it has found a
// wrong flag. No hook can hide begin, but cobra does not tell it the command. begin records in a block that the run began,
// in case its end is not seen. The first call in the process decides which command is recorded.
func begin() {
	defer shield()
	process.Lock()
	defer process.Unlock()
	switch path, known := calledPath(); {
	case known:
		process.decided = true
		enter(path)
	case process.root == nil || process.early:
		process.root, process.foreign = nil, true // what is tracked later is executed inside this run
	}
}

// enter records in a block that this process is a run of path. It first frees the block of an earlier path, and does no
// more if path is "".
func enter(path string) {
	if mine := process.mine; mine != nil {
		_ = process.lock.free(*mine)
		process.mine = nil
	}
	c := process.consent
	if c.level == levelOff || path == "" {
		return
	}
	if lock, err := c.dir.lockFile(); err == nil {
		process.mine = lock.take(path, none, !c.sends())
		if c.sends() {
			// The timer is set once garbage was collected, which happens after 2 minutes at the latest; most commands have ended by
			// then. A timer from the start would hide from the Go runtime that all goroutines are asleep: a program that ends with
			// that error would hang.
			runtime.SetFinalizer(new(folder), func(*folder) { flushLater() })
		}
	}
}

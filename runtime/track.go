//go:build !notelemetry

package telemetry

import (
	"os"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
)

// process is what this process knows of its one recorded run. A process counts once, however many commands it
// executes: the outermost run is the user's.
var process struct {
	sync.Mutex
	started bool           // main() ran Start: without it everything is inert
	root    *cobra.Command // the first command handed to Track
	foreign bool           // cobra executes something that was not handed to Track
	decided bool           // the command is known
	path    string         // the path to record, "" = nothing
	exact   bool           // the exit code was announced by Exit or Exiting
	folder  folder         // where it is recorded
	consent consent        // what is allowed there
	asked   time.Time      // when that was decided
	lock    *lockFile      // once it is open
	mine    *block         // says there that the command began, or how it ended
}

// watch has cobra call initialized in every execution.
func watch() { cobra.OnInitialize(initialized) }

// dumpTree does something only where the generator has built the CLI to ask for its tree.
var dumpTree = func(root *cobra.Command, final bool) {}

// Track remembers root as the command tree that this process executes, and returns it unchanged. Only the first
// call counts. Later ones, and those inside a run, belong to the CLI's own business (aliases, re-entry).
func Track(root *cobra.Command) *cobra.Command {
	defer shield()
	process.Lock()
	defer process.Unlock()
	if !process.started || process.decided || process.foreign || root == nil {
		return root
	}
	if process.root != nil { // perhaps both are executed at once, in goroutines: from here on neither is looked at
		process.foreign = root != process.root && root.Root() != process.root
		return root
	}
	process.root = root.Root()
	dumpTree(process.root, false)
	seeFlagErrors(process.root)
	switch word := unknownWord(process.root); word {
	case "":
	case command:
		os.Exit(usage(strings.Join(os.Args[2:], " ")))
	default:
		enter(recordedPath(process.root, process.root)) // an executor in a dependency may end the process itself
	}
	return root
}

// seeFlagErrors makes root note that a command began although its flags are wrong: cobra calls no hook then.
func seeFlagErrors(root *cobra.Command) {
	own := root.FlagErrorFunc()
	inherits := reflect.ValueOf(own).Pointer() == reflect.ValueOf(new(cobra.Command).FlagErrorFunc()).Pointer()
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if err != helpRequested() {
			begin(cmd)
		}
		if inherits && root.HasParent() { // that of the executor which it was handed to
			return root.Parent().FlagErrorFunc()(cmd, err)
		}
		return own(cmd, err)
	})
}

// helpRequested is pflag.ErrHelp. Cobra gets it for -h where the help flag has no letter. Importing pflag would make
// it a direct requirement in go.mod.
func helpRequested() error { return new(cobra.Command).ParseFlags([]string{"-h"}) }

// initialized runs when cobra has parsed the flags of a command and is about to check its arguments. No hook can
// hide it, but it is not told which command that is.
func initialized() {
	defer shield()
	process.Lock()
	defer process.Unlock()
	if process.decided || process.foreign {
		return
	}
	if process.root == nil {
		process.foreign = true // whatever is tracked from here on is executed inside this run
		return
	}
	cmd := called(process.root.Root())
	if cmd == nil {
		return
	}
	chosen(cmd)
	if !process.root.HasParent() {
		hook(process.root)
	}
}

// hook makes root's hook note that a command began. It runs at the last moment, so code that looks whether there is a
// hook finds what it would find without us. Cobra prefers the E kind, so the kind of a hook never changes.
func hook(root *cobra.Command) {
	switch runE, run := root.PersistentPreRunE, root.PersistentPreRun; {
	case runE != nil:
		root.PersistentPreRunE = func(cmd *cobra.Command, args []string) error { begin(cmd); return runE(cmd, args) }
	case run != nil:
		root.PersistentPreRun = func(cmd *cobra.Command, args []string) { begin(cmd); run(cmd, args) }
	default:
		root.PersistentPreRunE = func(cmd *cobra.Command, args []string) error {
			begin(cmd)
			if root.PersistentPreRun != nil { // assigned later still
				root.PersistentPreRun(cmd, args)
			}
			return nil
		}
	}
}

// begin notes that cobra began cmd.
func begin(cmd *cobra.Command) {
	defer shield()
	process.Lock()
	defer process.Unlock()
	chosen(cmd)
}

// chosen takes a block for the run of cmd, in case nobody sees it end. The first call in the process decides which
// command is recorded.
func chosen(cmd *cobra.Command) {
	if process.decided || process.root == nil {
		return
	}
	process.decided = true
	dumpTree(process.root, true)
	enter(recordedPath(process.root, cmd))
}

// enter takes a block for a run of path, or gives the one of this process to path.
func enter(path string) {
	dir, c := settings()
	switch mine := process.mine; {
	case c.level == levelOff:
	case mine != nil && path == "":
		_ = process.lock.free(*mine)
		process.lock.unlock(mine.n)
		process.mine = nil
	case mine != nil && path != mine.path:
		mine.path = path
		_ = process.lock.write(*mine)
	case mine == nil && path != "":
		if lock, err := dir.lockFile(); err == nil {
			process.mine = lock.enter(run{path, noExitSeen, !c.sends()}, none)
			armFlush(dir, c)
		}
	}
	process.path = path
}

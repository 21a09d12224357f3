//go:build !notelemetry

// Package telemetry counts, in one local file, which commands of this CLI were
// run and with which exit codes, and sends the counts to the CLI's authors from
// time to time if the user lets it. The command path and the exit code are all
// it ever looks at: never arguments, never flags. The file is
// ~/.config/<app>/telemetry.yaml; `<app> telemetry status` tells what is on,
// `<app> telemetry off`, <APP>_TELEMETRY=off or DO_NOT_TRACK=1 end it.
//
// Nothing here may disturb the command: every error is swallowed, no wait is
// longer than lockPatience.
package telemetry

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/spf13/cobra"
)

// process is what this process knows of its one recorded run. A process counts
// once, however many roots it executes: the outermost run is the user's.
var process struct {
	sync.Mutex
	started bool           // main() ran Start: without it everything is inert
	root    *cobra.Command // the first root handed to Track
	decided bool           // the command is known
	path    string         // the path to record, "" = nothing
	folder  folder         // where it is recorded
	consent consent        // what is allowed there
	asked   time.Time      // when that was decided
	slots   slots          // the lock file, once it is open
	slot    *slot          // says there that the command began, or how it ended
	own     *cobra.Command // the added `telemetry` command, if it was asked for
}

// Start arms the telemetry of this process and returns what main has to run on
// its way out: `defer telemetry.Start()()` is main's first statement. In the
// process that was started to upload it sends the report and never returns.
func Start() func() {
	if len(os.Args) == 1 && os.Getenv(uploaderEnv) == "1" {
		upload()
		os.Exit(0)
	}
	if flag.Lookup("test.v") != nil {
		return func() {} // main() inside a test binary (testscript runs it there)
	}
	process.started = true
	return func() {
		// The caller tells a panic from a return without recover, which would change the traceback.
		var pc [1]uintptr
		runtime.Callers(2, pc[:])
		switch runtime.FuncForPC(pc[0] - 1).Name() {
		case "runtime.gopanic":
			finish(2) // what the Go runtime exits with after an unrecovered panic
		case "runtime.Goexit": // ends no process
		default:
			finish(0)
		}
	}
}

// shield keeps a fault of ours away from the host: deferred by every entry.
func shield() { _ = recover() }

// noExitSeen is the code of a run that was killed, replaced by exec or ended
// where the generator could not reach. The next run counts it.
const noExitSeen = -1

// Exit records code for the command of this process and ends the process with
// it, as os.Exit does.
func Exit(code int) {
	finish(code)
	os.Exit(code)
}

// Exiting records code before a call that ends the process itself, such as
// log.Fatal. If the process comes back and exits with another code after all,
// the count is moved there.
func Exiting(code int) {
	finish(code)
	process.Unlock()
}

// ExitingWith is Exiting for a call whose arguments may take the whole run to
// compute, as in log.Fatal(http.ListenAndServe(addr, nil)): it is put around
// the last one, returns it, and so records after all of them are known.
func ExitingWith(code int, arg interface{}) interface{} {
	Exiting(code)
	return arg
}

// CheckErr is cobra.CheckErr: a non-nil msg is printed to stderr and ends the
// process with code 1.
func CheckErr(msg interface{}) {
	if msg != nil {
		fmt.Fprintln(os.Stderr, "Error:", msg)
		Exit(1)
	}
}

// finish records the end of the process: the run is counted under code, once. It
// keeps the lock: another goroutine that wants to exit meanwhile must not change
// what was recorded.
func finish(code int) {
	process.Lock()
	defer shield()
	if !process.started || process.root == nil {
		return
	}
	root := process.root.Root()
	dumpTree(root, true)
	code &= 0xff // what the shell sees in $?
	if !process.decided {
		process.decided = true
		switch cmd := called(root); { // that never began
		case cmd == nil && (code != 0 || root.Context() != nil): // unknown; the error may have been swallowed
			process.path = recordedPath(root)
		case cmd != nil && code != 0: // else help, version, a group that printed its help
			process.path = recordedPath(cmd)
		}
	}
	if process.path == "" || process.slot != nil && process.slot.code == code {
		return
	}
	dir, c := settings()
	if c.level == levelOff {
		if process.slot != nil {
			_ = process.slots.free(*process.slot)
		}
		return
	}
	was := none
	if mine := process.slot; mine != nil && (mine.code != noExitSeen || process.slots.reread(mine.n).nonce != mine.nonce) {
		process.slot, was = nil, mine.code // counted by Exiting, or taken for dead, where a lock can get lost (NFS)
	}
	if process.slot == nil {
		if process.slot = dir.enter(process.path, was); process.slot == nil {
			return
		}
	}
	process.slot.code, process.slot.unsent = code, !c.sends()
	_, err := dir.settle(0, c)
	if err == errBusy {
		_ = process.slots.put(*process.slot) // whoever has the lock may count it
		_, err = dir.settle(lockPatience, c)
	}
	if err == nil {
		dir.notify(c)
	}
}

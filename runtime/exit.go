//go:build !notelemetry

package telemetry

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

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

// finish records the end of the process. It keeps the lock: another goroutine
// that wants to exit meanwhile must not change what was recorded.
func finish(code int) {
	process.Lock()
	defer shield()
	record(code)
}

// record counts the run of this process under code, once. The caller holds the
// lock of process.
func record(code int) {
	if !process.started || process.root == nil {
		return
	}
	dumpTree(process.root.Root(), true)
	code &= 0xff // what the shell sees in $?
	if !process.decided {
		process.decided = true
		if cmd := notBegun(process.root.Root(), code); cmd != nil {
			process.path = recordedPath(cmd)
		}
	}
	if process.path == "" || process.counted != nil && process.counted.code == code {
		return
	}
	dir, c := settings()
	if c.level == levelOff {
		if process.slot != nil {
			process.slots.free(*process.slot)
			process.slot = nil
		}
		return
	}
	own := run{path: process.path, code: code, unsent: !c.sends()}
	if process.slot != nil && !process.slots.linked() {
		process.slots, process.slot = slots{}, nil
		if _, err := os.Stat(string(dir)); err != nil {
			return // a command that removed the folder does not get it back
		}
	}
	if process.slot == nil && process.counted == nil {
		if process.slot = dir.enter(own); process.slot == nil {
			return
		}
	}
	if dir.settle(own, c) {
		_, _ = spawnUploader()
	}
	dir.notify(c)
}

// notBegun finds the command of a failed run that never began: cobra has marked
// what it called, or knows no such command. It is nil when there is nothing to
// record: help, version, a group that printed its help.
func notBegun(root *cobra.Command, code int) *cobra.Command {
	switch cmd := called(root); {
	case cmd == nil && (code != 0 || root.Context() != nil): // the error may have been swallowed
		return root
	case code != 0:
		return cmd
	}
	return nil
}

// called is the command at or below root that cobra executed. It is where the
// arguments lead, unless the CLI replaced them: then all are looked at.
func called(root *cobra.Command) *cobra.Command {
	if cmd, _, err := root.Find(os.Args[1:]); err == nil && cmd.CalledAs() != "" {
		return cmd
	}
	return calledBelow(root)
}

func calledBelow(cmd *cobra.Command) *cobra.Command {
	for _, child := range cmd.Commands() {
		if found := calledBelow(child); found != nil {
			return found
		}
	}
	if cmd.CalledAs() != "" {
		return cmd
	}
	return nil
}

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
	slot    *slot          // says there that the command began
	counted *run           // what was recorded, and may have to be moved
	program string         // versionMark, once it was asked for
	own     *cobra.Command // the added `telemetry` command, if it was asked for
}

// Start arms the telemetry of this process and returns what main has to run on
// its way out: `defer telemetry.Start()()` is main's first statement. In the
// process that was started to upload it sends the report and never returns.
func Start() func() {
	if isUploader() {
		upload()
		os.Exit(0)
	}
	if flag.Lookup("test.v") != nil {
		return func() {} // main() inside a test binary (testscript runs it there)
	}
	process.started = true
	main := caller()
	return func() {
		// The caller tells a panic from a return without recover, which would change the traceback.
		// It is asked for its name, which touches a page more, only if it is not main.
		switch by := caller(); {
		case by.Entry() != main.Entry() && by.Name() == "runtime.gopanic":
			finish(2) // what the Go runtime exits with after an unrecovered panic
		case by.Entry() == main.Entry() || by.Name() != "runtime.Goexit": // which ends no process
			finish(0)
		}
	}
}

// caller is the function that called the one that asks.
func caller() *runtime.Func {
	var pc [1]uintptr
	callers(3, pc[:])
	return runtime.FuncForPC(pc[0] - 1)
}

// callers is not inlined: to look the inlining up touches a page more.
var callers = runtime.Callers

// shield keeps a fault of ours away from the host: deferred by every entry.
func shield() { _ = recover() }

//go:build !notelemetry

// Package telemetry counts, in one local file, which commands of this CLI were run and with which exit codes, and
// sends the counts to the CLI's authors from time to time if the user lets it. The command path and the exit code
// are all it ever looks at: never arguments, never flags. The file is ~/.config/<app>/telemetry.yaml.
// `<app> telemetry status` tells what is on; `<app> telemetry off`, <APP>_TELEMETRY=off and DO_NOT_TRACK=1 stop it.
//
// Nothing here may disturb the command: every error is swallowed, and no wait is longer than lockPatience.
package telemetry

import (
	"flag"
	"os"
	"runtime"

	"github.com/spf13/cobra"
)

// hookLoggers sets the exit hooks of loggers that this CLI imports. The generator writes it where there are any.
var hookLoggers = func() {}

// Start arms the telemetry of this process and returns what main has to run on its way out:
// `defer telemetry.Start()()` is main's first statement. It does not return in two cases: in the process that was
// started to upload, and where the user asked for the telemetry command. A process that starts while telemetry is off
// is not recorded, whatever happens later.
func Start() func() {
	if len(os.Args) == 1 && os.Getenv(uploaderEnv) == "1" {
		upload()
		os.Exit(0)
	}
	if process.started || flag.Lookup("test.v") != nil {
		return func() {} // main() calls itself, or a test binary calls it (testscript does)
	}
	process.started, process.args = true, os.Args
	serve(os.Args[1:])
	if settings().level == levelOff && dumpTree == nil {
		process.decided = true
		return func() {}
	}
	register(record)
	cobra.OnInitialize(begin)
	hookLoggers()
	return leave
}

// leave records how main ends.
func leave() {
	// Tells a panic from a return by who calls. A recover would change the traceback.
	var pc [1]uintptr
	runtime.Callers(2, pc[:])
	switch runtime.FuncForPC(pc[0] - 1).Name() {
	case "runtime.gopanic":
		record(2, true) // what the Go runtime exits with after an unrecovered panic
	case "runtime.Goexit": // ends no process
	default:
		record(0, true)
	}
}

// shield keeps a fault of ours away from the CLI: deferred by every entry.
func shield() { _ = recover() }

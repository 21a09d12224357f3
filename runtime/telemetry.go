//go:build !notelemetry

// Package telemetry counts, in one local file, which commands of this CLI were run and with which exit codes, and
// sends the counts to the CLI's authors from time to time if the user lets it. The command path and the exit code
// are all it ever looks at: never arguments, never flags. The file is ~/.config/<app>/telemetry.yaml.
// `<app> telemetry status` tells what is on; `<app> telemetry off`, <APP>_TELEMETRY=off and DO_NOT_TRACK=1 stop it.
//
// Nothing here may disturb the command: every error is swallowed, and no wait is longer than three times lockPatience.
package telemetry

import (
	"flag"
	"os"
	"runtime"

	"github.com/spf13/cobra"
)

// hookLoggers sets the exit hooks of loggers that this CLI imports. The generator writes it where there are any.
var hookLoggers = func() {}

// Start turns the telemetry of this process on and returns the function that main has to call on its way out:
// `defer telemetry.Start()()` is main's first statement. It does not return in the process that was started to upload,
// nor if the user called the telemetry command. A process that starts while telemetry is off is never recorded.
func Start() func() {
	if len(os.Args) == 1 && os.Getenv(uploaderEnv) == "1" {
		upload()
		os.Exit(0)
	}
	if process.args != nil || flag.Lookup("test.v") != nil {
		return func() {} // main() calls itself, or a test binary calls it (testscript does)
	}
	process.args, process.env, process.consent = os.Args, os.Environ(), consentIn(findFolder())
	serve(os.Args[1:])
	if process.consent.level == levelOff && !dumping {
		process.decided = true
		register(func(int, bool) {}, track) // of a command that a dependency executes below its own, track serves ours
		return func() {}
	}
	process.root, process.early = register(record, track).(*cobra.Command)
	cobra.OnInitialize(begin)
	hookLoggers()
	return leave
}

// leave records how main ends.
func leave() {
	// The caller tells a panic from a return. A recover would change the traceback.
	var pc [1]uintptr
	runtime.Callers(2, pc[:])
	switch by := runtime.FuncForPC(pc[0] - 1).Name(); {
	case by == "runtime.gopanic" && os.Getenv("GOTRACEBACK") != "crash": // with crash, a signal ends the process
		record(2, false) // what the Go runtime exits with after it has printed the panic
	case by != "runtime.gopanic" && by != "runtime.Goexit": // Goexit ends no process
		record(0, true)
	}
}

// shield keeps a panic in the telemetry from the CLI. Every entry defers it.
func shield() { _ = recover() }

//go:build !notelemetry

// Package telemetry counts, in one local file, which commands of this CLI were run and with which exit codes, and
// sends the counts to the CLI's authors from time to time if the user lets it. The command path and the exit code
// are all it ever looks at: never arguments, never flags. The file is ~/.config/<app>/telemetry.yaml.
// `<app> telemetry status` tells what is on; `<app> telemetry off`, <APP>_TELEMETRY=off and DO_NOT_TRACK=1 stop it.
//
// Nothing here may disturb the command: every error is swallowed, and no wait is longer than three times lockPatience.
package telemetry

import (
	"os"
	"runtime"

	"github.com/spf13/cobra"
)

// hookLoggers sets the exit hooks of loggers that this CLI imports. The generator writes it where there are any.
var hookLoggers = func() {}

// bare: the program was started without arguments. An init of the CLI's, which runs later, may add some.
var bare = len(os.Args) == 1

// Start turns the telemetry of this process on and returns the function that main has to call on its way out:
// `defer telemetry.Start()()` is main's first statement. It does not return in the process that was started to upload,
// nor if the user called the telemetry command. A process that starts while telemetry is off is never recorded.
func Start() func() {
	if bare && os.Getenv(uploaderEnv) == "1" {
		upload()
		os.Exit(0)
	}
	// A test binary may call main (testscript does); there its package has an import path. garble -tiny takes all names away.
	if by := caller(); process.args != nil || by != "" && (len(by) < 5 || by[:5] != "main.") {
		return func() {} // of main that calls itself, or of a test
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
	switch by := caller(); { // it tells a panic from a return: a recover would change the traceback
	case by == "runtime.gopanic" && os.Getenv("GOTRACEBACK") != "crash": // with crash, a signal ends the process
		record(2, false) // what the Go runtime exits with after it has printed the panic
	case by != "runtime.gopanic" && by != "runtime.Goexit": // Goexit ends no process
		record(0, true)
	}
}

// caller returns the name of the function that called the caller of this one.
func caller() string {
	var pc [1]uintptr
	runtime.Callers(3, pc[:])
	return runtime.FuncForPC(pc[0] - 1).Name()
}

// shield keeps a panic in the telemetry from the CLI. Every entry defers it.
func shield() { _ = recover() }

// noExitSeen is the code of a run whose end was not seen: it was killed, replaced itself with exec, or ended in code that
// the generator could not edit. A later run counts it.
const noExitSeen = -1

// record counts the run of this process under the exit code that it is about to end with. With last it keeps the lock of
// process, so that no other goroutine that exits at the same time changes what was recorded.
func record(code int, last bool) {
	process.Lock()
	if !last {
		defer process.Unlock()
	}
	defer shield()
	end(code&0xff, last) // what the shell sees in $?
}

// ending is what the exit hook of a logger calls. It counts the run of this process under code, 0 to 255, or records only that
// the run began if code is noExitSeen. A code that was recorded before is more exact, and stays.
func ending(code int) {
	process.Lock()
	defer process.Unlock()
	defer shield()
	if mine := process.mine; mine == nil || mine.code == noExitSeen {
		end(code, true)
	}
}

// end decides which command's run ends, counts it under code, and shows the notice if it is due. Where the process goes on,
// to print an error or a panic, it does not: the notice would stand before that.
func end(code int, last bool) {
	if process.mine != nil && process.lock.lost() {
		process.mine, process.decided = nil, true // a later run counts it
	}
	if !process.decided { // begin has not
		path, known := calledPath()
		process.decided = true
		switch {
		case known && code != 0:
			enter(path)
		case known, process.root == nil && process.foreign: // help, version, a group that printed its help, or no tree of ours
			enter("")
		case code != 0, process.mine != nil: // cobra was not executed yet, or found no command
			enter(recordedPath(""))
		}
	}
	switch c, mine := process.consent.decide(), process.mine; {
	case mine == nil || mine.code == code:
	case c.level == levelOff: // the user said so after the run began
		_ = process.lock.free(*mine)
	case process.lock.finish(mine, code, c) == nil && last:
		c.notify()
	}
}

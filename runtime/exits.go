package telemetry

import exit "github.com/telemetrygen/telemetrygen/runtime/exit"

// The functions of package exit, for the files that import this package anyway. No file imports another module
// beside package exit: whether they belong into one group of imports depends on who formats them.

var register, handOver = exit.Register, exit.Track

// Exit records code and ends the process with it, as os.Exit does.
func Exit(code int) { exit.Exit(code) }

// Exiting records code before a call that ends the process itself.
func Exiting(code int) { exit.Exiting(code) }

// ExitingWith is Exiting for a call whose last argument is arg, which it returns.
func ExitingWith(code int, arg interface{}) interface{} { return exit.ExitingWith(code, arg) }

// ExitingIf is ExitingWith unless err is nil.
func ExitingIf(code int, err interface{}) interface{} { return exit.ExitingIf(code, err) }

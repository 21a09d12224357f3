//go:build !notelemetry

// Package telemetry is the part of the telemetry that every package of this CLI may import: it stands in for the
// functions that end the process, and needs only the standard library. It records nothing by itself. The package
// that imports cobra registers itself when main() starts; in a program without that, such as a test or another
// module's binary, these functions do what the ones they replace do.
package telemetry

import (
	"os"
	"sync/atomic"
)

// recorder holds a func(code int, last bool), tracker a func(root interface{}), and early the last root that was handed to
// Track.
var recorder, tracker, early atomic.Value

// Until main() starts, nobody is told.
func init() { Register(func(int, bool) {}, func(interface{}) {}) }

// Register makes record the function that is told each exit code, and track the one that is told each root command. With
// last the process ends as soon as record returns, and record must keep every other goroutine from recording another code.
// Register returns the last root that was handed to Track before, as by `var execute = root.Execute`; nil if there was none.
func Register(record func(code int, last bool), track func(root interface{})) (root interface{}) {
	recorder.Store(record)
	tracker.Store(track)
	return early.Load()
}

// Track tells the package that main() started of a root command. Where CLIs of one module share code, that need not be
// the package that this code imports.
func Track(root interface{}) {
	early.Store(root)
	tracker.Load().(func(interface{}))(root)
}

// Exit records code and ends the process with it, as os.Exit does.
func Exit(code int) {
	recorder.Load().(func(int, bool))(code, true)
	os.Exit(code)
}

// Exiting records code before a call that ends the process itself, such as log.Fatal. If the process goes on after
// all and ends with another code, the count is moved to that one.
func Exiting(code int) { recorder.Load().(func(int, bool))(code, false) }

// ExitingWith is Exiting for a call whose arguments may take the whole run to compute, as in
// log.Fatal(http.ListenAndServe(addr, nil)). It is put around the last argument, so it records after all of them
// are known, and returns that argument.
func ExitingWith(code int, arg interface{}) interface{} {
	Exiting(code)
	return arg
}

// ExitingIf is ExitingWith for the argument of cobra.CheckErr, which ends the process unless err is nil.
func ExitingIf(code int, err interface{}) interface{} {
	if err != nil {
		Exiting(code)
	}
	return err
}

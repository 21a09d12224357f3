//go:build notelemetry

// Package telemetry is compiled out: these functions do what the ones they replace do.
package telemetry

import "os"

// Register does nothing, and returns nil.
func Register(record func(code int, last bool), track func(root interface{})) (root interface{}) {
	return nil
}

// Track does nothing.
func Track(root interface{}) {}

// Exit is os.Exit.
func Exit(code int) { os.Exit(code) }

// Exiting does nothing.
func Exiting(code int) {}

// ExitingWith returns arg.
func ExitingWith(code int, arg interface{}) interface{} { return arg }

// ExitingIf returns err.
func ExitingIf(code int, err interface{}) interface{} { return err }

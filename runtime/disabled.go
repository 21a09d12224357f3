//go:build notelemetry

// Package telemetry is compiled out: nothing is recorded, nothing is sent.
package telemetry

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

// Start does nothing.
func Start() func() { return func() {} }

// Track returns root.
func Track(root *cobra.Command) *cobra.Command { return root }

// PersistentPreRunE does nothing.
func PersistentPreRunE(cmd *cobra.Command, args []string) error { return nil }

// WrapPreRunE returns hook.
func WrapPreRunE(hook func(*cobra.Command, []string) error) func(*cobra.Command, []string) error {
	return hook
}

// WrapPreRun returns hook.
func WrapPreRun(hook func(*cobra.Command, []string)) func(*cobra.Command, []string) { return hook }

// Exit is os.Exit.
func Exit(code int) { os.Exit(code) }

// Exiting does nothing.
func Exiting(code int) {}

// ExitingWith returns arg.
func ExitingWith(code int, arg interface{}) interface{} { return arg }

// CheckErr is cobra.CheckErr, which old versions of cobra do not have.
func CheckErr(msg interface{}) {
	if msg != nil {
		fmt.Fprintln(os.Stderr, "Error:", msg)
		os.Exit(1)
	}
}

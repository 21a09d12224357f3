//go:build notelemetry

// Package telemetry is compiled out: nothing is recorded, nothing is sent.
package telemetry

import "github.com/spf13/cobra"

// Start does nothing.
func Start() func() { return func() {} }

// Track returns root.
func Track(root *cobra.Command) *cobra.Command { return root }

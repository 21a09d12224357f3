//go:build !notelemetry

package telemetry

import "github.com/spf13/cobra"

const commandName = "telemetry"

func addCommand(root *cobra.Command) {}

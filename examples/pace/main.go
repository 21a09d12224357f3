// Pace is a small data-policy CLI: the example that telemetrygen instruments.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

//go:generate telemetrygen --endpoint http://127.0.0.1:8080/telemetry

// Version is set by the release build.
var Version = "v1.16.0"

// The exit codes of pace.
const (
	exitError       = 1
	exitNotFound    = 3
	exitUnavailable = 69
)

var (
	errNotFound    = errors.New("not found")
	errUnavailable = errors.New("server unavailable")
)

func main() {
	rootCmd := &cobra.Command{
		Use:               "pace",
		Short:             "Policy as code for every data platform",
		Version:           Version,
		PersistentPreRunE: rootCmdPreRun,
		SilenceUsage:      true,
	}
	rootCmd.PersistentFlags().Bool("offline", false, "do not talk to the server")
	rootCmd.AddCommand(getCmd(), applyCmd(), evaluateCmd())
	if err := rootCmd.Execute(); err != nil {
		os.Exit(exitCode(err))
	}
}

// rootCmdPreRun runs before every command.
func rootCmdPreRun(cmd *cobra.Command, args []string) error {
	if offline, _ := cmd.Flags().GetBool("offline"); offline {
		return errUnavailable
	}
	return nil
}

// exitCode maps an error to the status that scripts test.
func exitCode(err error) int {
	switch {
	case errors.Is(err, errNotFound):
		return exitNotFound
	case errors.Is(err, errUnavailable):
		return exitUnavailable
	}
	fmt.Fprintln(os.Stderr, "run 'pace --help' for usage")
	return exitError
}

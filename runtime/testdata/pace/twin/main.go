// The tests' CLI without telemetry.
package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/telemetrygen/telemetrygen/runtime/testdata/pace/app"
)

func main() {
	app.Main(app.Hooks{
		Track:       func(c *cobra.Command) *cobra.Command { return c },
		WrapPreRunE: func(h func(*cobra.Command, []string) error) func(*cobra.Command, []string) error { return h },
		WrapPreRun:  func(h func(*cobra.Command, []string)) func(*cobra.Command, []string) { return h },
		Exit:        os.Exit,
		Exiting:     func(int) {},
		CheckErr:    cobra.CheckErr,
	})
}

// The tests' CLI without telemetry.
package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/telemetrygen/telemetrygen/runtime/testdata/pace/app"
)

func main() {
	app.Main(app.Hooks{
		Track:    func(c *cobra.Command) *cobra.Command { return c },
		Exit:     os.Exit,
		Exiting:  func(int) {},
		CheckErr: cobra.CheckErr,
	})
}

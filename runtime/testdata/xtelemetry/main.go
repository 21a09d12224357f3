// The tests' CLI with golang.org/x/telemetry's counters, for the benchmark. It
// is a module of its own, so that nothing else depends on them.
package main

import (
	"os"
	"strconv"

	"github.com/spf13/cobra"
	"golang.org/x/telemetry/counter"

	"github.com/telemetrygen/telemetrygen/runtime/testdata/pace/app"
)

func main() {
	counter.Open()
	path := "none"
	begin := func(cmd *cobra.Command) { path = cmd.CommandPath() }
	count := func(code int) { counter.Inc(path + ":" + strconv.Itoa(code)) }
	app.Main(app.Hooks{
		Track:             func(c *cobra.Command) *cobra.Command { return c },
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { begin(cmd); return nil },
		WrapPreRunE: func(h func(*cobra.Command, []string) error) func(*cobra.Command, []string) error {
			return func(cmd *cobra.Command, args []string) error { begin(cmd); return h(cmd, args) }
		},
		WrapPreRun: func(h func(*cobra.Command, []string)) func(*cobra.Command, []string) {
			return func(cmd *cobra.Command, args []string) { begin(cmd); h(cmd, args) }
		},
		Exit:     func(code int) { count(code); os.Exit(code) },
		Exiting:  count,
		CheckErr: cobra.CheckErr,
	})
	count(0)
}

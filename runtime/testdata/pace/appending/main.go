// The tests' CLI with the least that could be kept of a run: a line at the end of a file.
package main

import (
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/telemetrygen/telemetrygen/runtime/testdata/pace/app"
)

func main() {
	path := "none"
	count := func(code int) {
		f, err := os.OpenFile(os.Getenv("HOME")+"/runs", os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
		if err == nil {
			f.WriteString(path + " " + strconv.Itoa(code) + "\n")
			f.Close()
		}
	}
	begin := func(cmd *cobra.Command) { path = cmd.CommandPath() }
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

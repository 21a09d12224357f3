package app

import (
	"os"

	"github.com/spf13/cobra"
)

// MainCounting is Main with another way of counting, for the benchmarks.
func MainCounting(count func(path string, code int)) {
	path := "none"
	begin := func(cmd *cobra.Command) { path = cmd.CommandPath() }
	Main(Hooks{
		Track:             func(c *cobra.Command) *cobra.Command { return c },
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { begin(cmd); return nil },
		WrapPreRunE: func(h func(*cobra.Command, []string) error) func(*cobra.Command, []string) error {
			return func(cmd *cobra.Command, args []string) error { begin(cmd); return h(cmd, args) }
		},
		WrapPreRun: func(h func(*cobra.Command, []string)) func(*cobra.Command, []string) {
			return func(cmd *cobra.Command, args []string) { begin(cmd); h(cmd, args) }
		},
		Exit:     func(code int) { count(path, code); os.Exit(code) },
		Exiting:  func(code int) { count(path, code) },
		CheckErr: cobra.CheckErr,
	})
	count(path, 0)
}

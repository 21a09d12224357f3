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
		Track: func(c *cobra.Command) *cobra.Command {
			c.PersistentPreRun = func(cmd *cobra.Command, _ []string) { begin(cmd) }
			return c
		},
		Exit:     func(code int) { count(path, code); os.Exit(code) },
		Exiting:  func(code int) { count(path, code) },
		CheckErr: cobra.CheckErr,
	})
	count(path, 0)
}

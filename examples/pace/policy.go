package main

import (
	"fmt"
	"log"
	"os"

	"github.com/spf13/cobra"
)

var policies = map[string]string{
	"orders":    "mask the customer's address",
	"customers": "hash the e-mail address",
}

func getCmd() *cobra.Command {
	get := &cobra.Command{
		Use:     "get",
		Aliases: []string{"g"},
		Short:   "Show one of pace's resources",
	}
	policy := &cobra.Command{
		Use:     "data-policy NAME",
		Aliases: []string{"dp"},
		Short:   "Show a data policy",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, ok := policies[args[0]]
			if !ok {
				return fmt.Errorf("data policy %q: %w", args[0], errNotFound)
			}
			fmt.Fprintln(cmd.OutOrStdout(), text)
			return nil
		},
	}
	policy.Flags().StringP("output", "o", "text", "output format")
	get.AddCommand(policy)
	return get
}

func applyCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "apply FILE",
		Short: "Apply a data policy from a file",
		Args:  cobra.ExactArgs(1),
		Run: func(cmd *cobra.Command, args []string) {
			data, err := os.ReadFile(args[0])
			if err != nil {
				log.Fatal(err)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "applied %d bytes\n", len(data))
		},
	}
}

func evaluateCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "evaluate",
		Short: "Evaluate all data policies",
		// It needs no server, so it skips the root's hook.
		PersistentPreRun: func(cmd *cobra.Command, args []string) {},
		Run: func(cmd *cobra.Command, args []string) {
			if len(args) > 0 {
				fmt.Fprintln(cmd.ErrOrStderr(), "evaluate takes no arguments yet")
				os.Exit(2)
			}
			fmt.Fprintln(cmd.OutOrStdout(), len(policies), "policies hold")
		},
	}
}

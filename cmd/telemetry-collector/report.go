package main

import (
	"errors"
	"net/url"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/telemetrygen/telemetrygen/collector/answers"
	"github.com/telemetrygen/telemetrygen/collector/store"
)

// reportCommand prints what the dashboard answers, for a terminal or a mail.
func (s *settings) reportCommand() *cobra.Command {
	var app string
	var days int
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Print who uses what, and what got worse",
		Long: `Report prints what the dashboard answers: which commands are used, which fail, and
what got worse with a release. It reads the store, beside a collector that runs or
without one.

Exit status: 0 when the report is printed, 2 for errors.`,
		Example: `  # The last 30 days of the only CLI
  telemetry-collector report

  # A week of one of several, for a mail
  telemetry-collector report --app pace --days 7`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			st, err := store.OpenBeside(cmd.Context(), s.store)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, st.Close()) }()
			values := url.Values{"days": {strconv.Itoa(days)}}
			if app != "" {
				values.Set("app", app)
			}
			q, err := answers.Ask(cmd.Context(), st, values.Encode(), time.Now())
			if err != nil {
				return err
			}
			return answers.WriteReport(cmd.Context(), cmd.OutOrStdout(), st, q)
		},
	}
	cmd.Flags().StringVar(&app, "app", "", "the app; may be left out where there is one")
	cmd.Flags().IntVar(&days, "days", answers.DefaultDays, "how many days, today included")
	return cmd
}

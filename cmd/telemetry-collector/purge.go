package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/telemetrygen/telemetrygen/collector/store"
)

const purgeLong = `Purge takes what was counted wrongly out of the totals, out of the sums by day, and
out of what installs used: of an app, or of one version, one command, some days. It
works beside a collector that runs; reports wait for it meanwhile.

It cannot be undone: take a backup first, and look with --dry-run at what it would do.
What was purged does not come back with the next report of an install, because how
far each was counted is still known. An install of which nothing else is known counts
no more, until it uses something again.

--since and --until look at the day on which a report was counted, and of an install
at the last day on which it used something. Without them everything that is selected
goes, also from before --retention.

Readers of /metrics and of the sinks see counters fall. Prometheus takes that for a
restart, and counts what is left once more in rate() and increase() over that moment.

Exit status: 0 when it is done, 2 for errors; then nothing has changed.`

const purgeExamples = `  # What one version would take with it
  telemetry-collector purge --app pace --version v6.6.6 --dry-run

  # What was reported of one command in a night
  telemetry-collector purge --app pace --command "pace get" --since 2026-11-23 --until 2026-11-24`

func (s *settings) purgeCommand() *cobra.Command {
	var sel store.PurgeSelection
	var since, until string
	cmd := &cobra.Command{
		Use:     "purge --app NAME",
		Short:   "Take out what was counted wrongly",
		Long:    purgeLong,
		Example: purgeExamples,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if sel.Since, err = dayFlag("since", since); err != nil {
				return err
			}
			if sel.Until, err = dayFlag("until", until); err != nil {
				return err
			}
			st, err := store.OpenBeside(cmd.Context(), s.store)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, st.Close()) }()
			purged, err := st.Purge(cmd.Context(), time.Now(), sel)
			if err != nil {
				return err
			}
			does := "were taken out"
			if sel.DryRun {
				does = "would be taken out"
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d runs %s; %d series and %d installs with them\n", purged.Runs, does, purged.Series, purged.Installs)
			return nil
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&sel.App, "app", "", "name of the CLI")
	flags.StringVar(&sel.Version, "version", "", "only of this version, as it is shown")
	flags.StringVar(&sel.Command, "command", "", `only of this command, as it is shown: "pace get"; not of those below it`)
	flags.StringVar(&since, "since", "", "only from this day on: 2006-01-02, UTC")
	flags.StringVar(&until, "until", "", "only until this day, included")
	flags.BoolVar(&sel.DryRun, "dry-run", false, "change nothing, and print what would be taken out")
	if err := cmd.MarkFlagRequired("app"); err != nil {
		panic(err)
	}
	return cmd
}

// dayFlag reads a day; the zero time is none.
func dayFlag(name, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return at, fmt.Errorf("--%s %s is not a day like 2006-01-02", name, text)
	}
	return at, nil
}

package answers

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"text/tabwriter"
)

// reported is how many commands and versions a report lists.
const reported = 20

// WriteReport writes what a maintainer asks on Monday as text: active installs and
// their change, what got worse, what is used and what is not.
func WriteReport(ctx context.Context, w io.Writer, s Store, q Question) error {
	m, err := AskMonday(ctx, s, q)
	if err != nil {
		return err
	}
	commands, compared, versions, unused := m.Commands, m.Worse, m.Versions, m.Unused
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(out, "%s, %s to %s\n\n", commands.App, commands.Since, commands.Until)
	fmt.Fprintf(out, "Installs\t%d\t%s\nRuns\t%d\t%s\n", commands.Total.Users(), change(commands.Total.Installs, commands.Before.Installs),
		commands.Total.Runs, change(&commands.Total.Runs, commands.Before.Runs))
	if compared.From != "" {
		worse := compared.Worse()
		fmt.Fprintf(out, "\nWhat got worse in %s, against %s\n", compared.To, compared.From)
		for _, one := range worse {
			fmt.Fprintf(out, "  %q\t%d of %d installs failed at first, %d of %d before\t%+.0f to %+.0f points\n", one.Path,
				one.To.FirstUseFailed, one.To.FirstUse, one.From.FirstUseFailed, one.From.FirstUse, 100*one.Low, 100*one.High)
		}
		if len(worse) == 0 {
			fmt.Fprintf(out, "  nothing beyond chance, of %d commands\n", len(compared.Commands))
		}
	}
	if len(m.News.Releases)+len(m.News.Commands) > 0 {
		fmt.Fprintf(out, "\nNew\tinstalls\n")
		for _, v := range m.News.Releases {
			fmt.Fprintf(out, "  %q, released %s\t%d\n", v.Name, v.Released(), v.Active)
		}
		for _, c := range m.News.Commands {
			fmt.Fprintf(out, "  %q, since %s\t%d\n", c.Path, c.First, c.Users())
		}
	}
	fmt.Fprintf(out, "\nVersions\tactive installs\n")
	for _, v := range versions.Versions[:min(reported, len(versions.Versions))] {
		if v.Active > 0 {
			fmt.Fprintf(out, "  %q\t%d\t%.1f %%\n", v.Name, v.Active, 100*v.Share)
		}
	}
	fmt.Fprintf(out, "\nCommands\tinstalls\tfailed\truns\n")
	for _, c := range commands.Commands[:min(reported, len(commands.Commands))] {
		fmt.Fprintf(out, "  %q\t%d\t%d\t%d\n", c.Path, c.Users(), c.Failed(), c.Runs)
	}
	if more := len(commands.Commands) - reported; more > 0 {
		fmt.Fprintf(out, "  and %d more\n", more)
	}
	if unused.Release != "" {
		fmt.Fprintf(out, "\nListed in %s, and not used\tdays\n", unused.Release)
		for _, c := range unused.Commands {
			if !c.Group {
				fmt.Fprintf(out, "  %q\t%d\n", c.Path, c.Days)
			}
		}
	}
	return cmp.Or(ctx.Err(), out.Flush())
}

// change returns a figure's change since the period before.
func change(now, before *int64) string {
	if now == nil || before == nil || *before == 0 {
		return ""
	}
	return fmt.Sprintf("%+.0f %%", 100*(float64(*now)/float64(*before)-1))
}

package answers

import (
	"cmp"
	"context"
	"slices"
)

// Commands is who uses which command.
type Commands struct {
	Period
	Total    Figures   `json:"total"` // of the app as a whole; an install counts once
	Before   Figures   `json:"before"`
	Commands []Command `json:"commands"` // by installs, then by runs, most first
}

// A Command is one command in a period, and in the period of the same length before.
type Command struct {
	Path string `json:"command"`
	Figures
	Before Figures `json:"before"`
}

// AskCommands lists the commands that were used.
func AskCommands(ctx context.Context, s Store, q Question) (Commands, error) {
	a := Commands{Period: q.about(), Commands: []Command{}}
	q.Command = ""
	var err error
	if a.Total, a.Before, err = totals(ctx, s, q); err != nil {
		return a, err
	}
	rows, err := s.ByCommand(ctx, q.selection())
	if err != nil {
		return a, err
	}
	earlier, err := s.ByCommand(ctx, q.before().selection())
	if err != nil {
		return a, err
	}
	before := map[string]Figures{}
	for _, row := range earlier {
		before[row.Name] = figures(row.Sums)
	}
	unknown := a.Before.Installs == nil
	for _, row := range rows {
		c := Command{Path: row.Name, Figures: figures(row.Sums)}
		if c.Runs == 0 && c.Users() == 0 {
			continue
		}
		var had bool
		if c.Before, had = before[row.Name]; !had && !unknown {
			c.Before.Installs, c.Before.InstallsFailed = new(int64), new(int64)
		}
		a.Commands = append(a.Commands, c)
	}
	slices.SortFunc(a.Commands, func(a, b Command) int {
		return cmp.Or(cmp.Compare(b.Users(), a.Users()), cmp.Compare(b.Runs, a.Runs), cmp.Compare(a.Path, b.Path))
	})
	return a, nil
}

// totals are the figures of a question and of the period before.
func totals(ctx context.Context, s Store, q Question) (now, before Figures, err error) {
	sums, err := s.Total(ctx, q.selection())
	if err != nil {
		return now, before, err
	}
	earlier, err := s.Total(ctx, q.before().selection())
	return figures(sums), figures(earlier), err
}

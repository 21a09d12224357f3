package answers

import (
	"cmp"
	"context"
	"slices"

	"github.com/telemetrygen/telemetrygen/collector/store"
)

// Commands is who uses which command.
type Commands struct {
	Period
	Total    Figures   `json:"total"` // of the app as a whole; an install counts once
	Before   Before    `json:"before"`
	Commands []Command `json:"commands"` // by installs, then by runs, most first
}

// A Command is one command in a period, and in the period of the same length before.
type Command struct {
	Path string `json:"command"`
	Figures
	Before Before `json:"before"`
}

// AskCommands lists the commands that were used.
func AskCommands(ctx context.Context, s Store, q Question) (Commands, error) {
	a := Commands{Period: q.about(), Commands: []Command{}}
	q.Command = ""
	var err error
	if a.Total, a.Before, err = totals(ctx, s, q); err != nil {
		return a, err
	}
	rows, earlier, err := s.ByCommandAndBefore(ctx, q.selection())
	if err != nil {
		return a, err
	}
	before := q.byName(earlier, a.Before)
	for _, row := range rows {
		c := Command{Path: row.Name, Figures: figures(row.Sums), Before: before(row.Name)}
		if c.Runs != 0 || c.Users() != 0 {
			a.Commands = append(a.Commands, c)
		}
	}
	slices.SortFunc(a.Commands, func(a, b Command) int {
		return cmp.Or(cmp.Compare(b.Users(), a.Users()), cmp.Compare(b.Runs, a.Runs), cmp.Compare(a.Path, b.Path))
	})
	return a, nil
}

// byName finds the figures of a name, of the period before. Of what is not among
// the rows nothing was reported; its installs are known if those of the total are.
func (q Question) byName(rows []store.Row, total Before) func(string) Before {
	found := map[string]Before{}
	for _, row := range rows {
		found[row.Name] = q.figuresBefore(row.Sums)
	}
	nothing := q.figuresBefore(store.Sums{})
	if total.Installs == nil {
		nothing.Installs, nothing.InstallsFailed = nil, nil
	}
	return func(name string) Before {
		if b, had := found[name]; had {
			return b
		}
		return nothing
	}
}

// totals are the figures of a question and of the period before.
func totals(ctx context.Context, s Store, q Question) (now Figures, before Before, err error) {
	sums, err := s.Total(ctx, q.selection())
	if err != nil {
		return now, before, err
	}
	earlier, err := s.Total(ctx, q.before().selection())
	return figures(sums), q.figuresBefore(earlier), err
}

package monday

import (
	"context"
	"slices"

	"github.com/telemetrygen/telemetrygen/collector/dashboard"
	"github.com/telemetrygen/telemetrygen/collector/store"
)

// FewestInstalls is how many installs a command, version or system must have in a
// period to be shown to everybody: with fewer, a row could be one person's.
const FewestInstalls = 10

// A Public source is one for everybody. It leaves out every row of fewer than
// FewestInstalls installs, and exit codes and comparisons altogether.
type Public struct{ *store.Store }

// Dashboard answers a page's question.
func (p Public) Dashboard(ctx context.Context, f dashboard.Filter) (dashboard.Data, error) {
	data, err := p.Store.Dashboard(ctx, f)
	if err != nil {
		return data, err
	}
	commands, versions, systems := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, app := range data.Apps {
		if f.App != "" && f.App != app {
			continue
		}
		sel := store.Selection{App: app, Version: f.Version, Since: f.From, Until: f.To}
		for _, list := range []struct {
			rows func(context.Context, store.Selection) ([]store.Row, error)
			many map[string]bool
		}{{p.ByCommand, commands}, {p.ByVersion, versions}, {p.BySystem, systems}} {
			rows, err := list.rows(ctx, sel)
			if err != nil {
				return data, err
			}
			for _, row := range rows {
				if row.Installs >= FewestInstalls {
					list.many[row.Name] = true
				}
			}
		}
	}
	data.ExitCodes = nil
	data.Commands = slices.DeleteFunc(data.Commands, func(c dashboard.Command) bool { return !commands[c.Path] })
	data.Releases = slices.DeleteFunc(data.Releases, func(c dashboard.Count) bool { return !versions[c.Value] })
	data.Systems = slices.DeleteFunc(data.Systems, func(c dashboard.Count) bool { return !systems[c.Value] })
	data.Versions = slices.DeleteFunc(data.Versions, func(v string) bool { return !versions[v] })
	if len(data.Commands) == 0 { // nothing that is shown: no totals either
		return dashboard.Data{Apps: data.Apps, Days: nil}, nil
	}
	return data, nil
}

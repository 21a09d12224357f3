package answers

import (
	"context"
	"time"
)

// FewestInstalls is how many installs a command must have in the period to be shown to
// everybody. With fewer, a row could show what one person does.
const FewestInstalls = 10

// Public has what everybody may see: sums of a period, and nothing by day, version, system or
// exit code.
type Public struct {
	Since          Day         `json:"since"`
	Until          Day         `json:"until"`
	FewestInstalls int64       `json:"fewest_installs"`
	Apps           []PublicApp `json:"apps"`
}

// A PublicApp has at least one command.
type PublicApp struct {
	Name     string          `json:"app"`
	Commands []PublicCommand `json:"commands"`
}

// A PublicCommand is a command that enough installs used.
type PublicCommand struct {
	Path     string `json:"command"`
	Installs int64  `json:"installs"`
	Runs     int64  `json:"runs"`
	Failures int64  `json:"failures"` // exit codes other than 0 and -1
}

// AskPublic tells which commands at least FewestInstalls installs used in the last
// DefaultDays days, of apps that are listed or have a registered release: strangers choose
// the names of all others. An app without such a command is not named.
func AskPublic(ctx context.Context, s Store, now time.Time, listed func(app string) bool) (Public, error) {
	s = Once(s)
	today, err := today(ctx, s, now)
	if err != nil {
		return Public{}, err
	}
	public := Public{Day{today.AddDate(0, 0, 1-DefaultDays)}, Day{today}, FewestInstalls, []PublicApp{}}
	questions, err := eachApp(ctx, s, now)
	if err != nil {
		return public, err
	}
	for _, q := range questions {
		if !listed(q.App) {
			releases, err := s.Releases(ctx, q.App)
			if err != nil {
				return public, err
			}
			if len(releases) == 0 {
				continue
			}
		}
		used, err := AskCommands(ctx, s, q)
		if err != nil {
			return public, err
		}
		app := PublicApp{Name: q.App}
		for _, c := range used.Commands {
			if c.Users() >= FewestInstalls {
				app.Commands = append(app.Commands, PublicCommand{c.Path, c.Users(), c.Runs, c.Failures})
			}
		}
		if len(app.Commands) > 0 {
			public.Apps = append(public.Apps, app)
		}
	}
	return public, nil
}

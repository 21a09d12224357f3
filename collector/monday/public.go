package monday

import (
	"context"
	"net/url"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/answers"
	"github.com/telemetrygen/telemetrygen/collector/dashboard"
)

// FewestInstalls is how many installs a command must have in the period to be
// shown to everybody: with fewer, a row could be one person's.
const FewestInstalls = 10

// Public tells everybody which commands at least FewestInstalls installs used in
// the last answers.DefaultDays days. An app without such a command is not named.
func Public(s answers.Store, now func() time.Time) dashboard.PublicSource {
	return func(ctx context.Context) (dashboard.Public, error) {
		today, err := s.Today(ctx)
		if err != nil {
			return dashboard.Public{}, err
		}
		if clock := now().UTC().Truncate(24 * time.Hour); clock.After(today) {
			today = clock
		}
		public := dashboard.NewPublic(today.AddDate(0, 0, 1-answers.DefaultDays), today, FewestInstalls)
		apps, err := s.Apps(ctx)
		if err != nil {
			return public, err
		}
		for _, name := range apps {
			q, err := answers.Parse(url.Values{"app": {name}}.Encode(), today)
			if err != nil {
				return public, err
			}
			used, err := answers.AskCommands(ctx, s, q)
			if err != nil {
				return public, err
			}
			app := dashboard.PublicApp{Name: name}
			for _, c := range used.Commands {
				if c.Users() >= FewestInstalls {
					app.Commands = append(app.Commands, dashboard.PublicCommand{Path: c.Path, Installs: c.Users(), Runs: c.Runs, Failures: c.Failures})
				}
			}
			if len(app.Commands) > 0 {
				public.Apps = append(public.Apps, app)
			}
		}
		return public, nil
	}
}

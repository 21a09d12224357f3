package answers

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"time"
)

// An App is one that has sent reports, with its figures of the last DefaultDays
// days and of as many before.
type App struct {
	Name   string
	Total  Figures
	Before Before
}

// AskApps lists the apps, those of most installs first.
func AskApps(ctx context.Context, s Store, now time.Time) ([]App, error) {
	questions, err := eachApp(ctx, s, now)
	if err != nil {
		return nil, err
	}
	var apps []App
	for _, q := range questions {
		one := App{Name: q.App}
		if one.Total, one.Before, err = totals(ctx, s, q); err != nil {
			return nil, err
		}
		apps = append(apps, one)
	}
	slices.SortStableFunc(apps, func(a, b App) int { return cmp.Compare(b.Total.Users(), a.Total.Users()) })
	return apps, nil
}

// eachApp has a question about the last DefaultDays days of each app.
func eachApp(ctx context.Context, s Store, now time.Time) ([]Question, error) {
	apps, err := s.Apps(ctx)
	if err != nil {
		return nil, err
	}
	var questions []Question
	for _, app := range apps {
		q, err := parse(ctx, s, url.Values{"app": {app}}.Encode(), now)
		if err != nil {
			return nil, err
		}
		questions = append(questions, q)
	}
	return questions, nil
}

// Package monday is the dashboard's source on the private side: what the store
// says, and what the newest release made worse.
package monday

import (
	"context"
	"errors"

	"github.com/telemetrygen/telemetrygen/collector/answers"
	"github.com/telemetrygen/telemetrygen/collector/dashboard"
	"github.com/telemetrygen/telemetrygen/collector/store"
)

// A Source answers a page's question from its store.
type Source struct{ *store.Store }

// Dashboard answers a page's question. Releases are compared over all of their
// time, whatever the period of the page is.
func (s Source) Dashboard(ctx context.Context, f dashboard.Filter) (dashboard.Data, error) {
	data, err := s.Store.Dashboard(ctx, f)
	if err != nil || len(data.Apps) == 0 || f.App == "" && len(data.Apps) != 1 {
		return data, err
	}
	q, err := answers.Parse("", f.To)
	if err != nil {
		return data, err
	}
	if q.App = f.App; q.App == "" {
		q.App = data.Apps[0]
	}
	compared, err := answers.AskCompare(ctx, s.Store, q)
	refusal := new(answers.Refusal)
	if errors.As(err, &refusal) {
		return data, nil
	}
	if err != nil || compared.From == "" {
		return data, err
	}
	data.Comparison = &dashboard.Comparison{From: compared.From, To: compared.To, Commands: len(compared.Commands)}
	for _, one := range compared.Worse() {
		data.Comparison.Worse = append(data.Comparison.Worse, dashboard.Worse{Path: one.Path,
			FromFailed: one.From.FirstUseFailed, FromInstalls: one.From.FirstUse, ToFailed: one.To.FirstUseFailed, ToInstalls: one.To.FirstUse,
			Low: one.Low, High: one.High})
	}
	return data, nil
}

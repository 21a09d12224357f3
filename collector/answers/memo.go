package answers

import (
	"context"

	"github.com/telemetrygen/telemetrygen/collector/store"
)

// A memo asks a store once for what several parts of one answer need. It is for
// one answer, and not safe for concurrent use.
type memo struct {
	Store
	app      string
	releases []store.Release
	versions []store.Version
	spans    map[store.Selection]map[string]store.Span
}

func remember(s Store, app string) *memo {
	return &memo{Store: s, app: app, spans: map[store.Selection]map[string]store.Span{}}
}

func (m *memo) Releases(ctx context.Context, app string) (list []store.Release, err error) {
	if m.releases != nil && app == m.app {
		return m.releases, nil
	}
	if list, err = m.Store.Releases(ctx, app); err == nil && app == m.app {
		m.releases = list
	}
	return list, err
}

func (m *memo) Versions(ctx context.Context, app string) (list []store.Version, err error) {
	if m.versions != nil && app == m.app {
		return m.versions, nil
	}
	if list, err = m.Store.Versions(ctx, app); err == nil && app == m.app {
		m.versions = list
	}
	return list, err
}

func (m *memo) Spans(ctx context.Context, sel store.Selection) (map[string]store.Span, error) {
	key := store.Selection{App: sel.App, Version: sel.Version, System: sel.System}
	if known := m.spans[key]; known != nil {
		return known, nil
	}
	spans, err := m.Store.Spans(ctx, sel)
	if err == nil {
		m.spans[key] = spans
	}
	return spans, err
}

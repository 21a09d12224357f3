package answers

import (
	"context"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/store"
)

// A memo is a store that remembers its answers, for one request. It is not safe for
// concurrent use.
type memo struct {
	Store
	kept map[any]any // answers by their questions
}

// Once returns a store that asks s each question only once, for one request. Its answers must
// not be changed.
func Once(s Store) Store {
	if already, is := s.(*memo); is {
		return already
	}
	return &memo{s, map[any]any{}}
}

// A keptQuestion is the name of a method and what it was asked for.
type keptQuestion struct {
	method string
	of     any
}

// once returns the answer to a question, and asks it if there is none yet. Errors are not
// remembered.
func once[T any](m *memo, method string, of any, ask func() (T, error)) (T, error) {
	key := keptQuestion{method, of}
	if known, is := m.kept[key]; is {
		return known.(T), nil
	}
	answer, err := ask()
	if err == nil {
		m.kept[key] = answer
	}
	return answer, err
}

func (m *memo) Today(ctx context.Context) (time.Time, error) {
	return once(m, "Today", nil, func() (time.Time, error) { return m.Store.Today(ctx) })
}

func (m *memo) Kept(ctx context.Context) (time.Time, error) {
	return once(m, "Kept", nil, func() (time.Time, error) { return m.Store.Kept(ctx) })
}

func (m *memo) Apps(ctx context.Context) ([]string, error) {
	return once(m, "Apps", nil, func() ([]string, error) { return m.Store.Apps(ctx) })
}

func (m *memo) Releases(ctx context.Context, app string) ([]store.Release, error) {
	return once(m, "Releases", app, func() ([]store.Release, error) { return m.Store.Releases(ctx, app) })
}

func (m *memo) Versions(ctx context.Context, app string) ([]store.Version, error) {
	return once(m, "Versions", app, func() ([]store.Version, error) { return m.Store.Versions(ctx, app) })
}

func (m *memo) Total(ctx context.Context, sel store.Selection) (store.Sums, error) {
	return once(m, "Total", sel, func() (store.Sums, error) { return m.Store.Total(ctx, sel) })
}

func (m *memo) ByVersion(ctx context.Context, sel store.Selection) ([]store.Row, error) {
	sel.Version = "" // it tells them apart
	return once(m, "ByVersion", sel, func() ([]store.Row, error) { return m.Store.ByVersion(ctx, sel) })
}

func (m *memo) Spans(ctx context.Context, sel store.Selection) (map[string]store.Span, error) {
	sel = store.Selection{App: sel.App, Version: sel.Version, System: sel.System} // it looks at nothing else
	return once(m, "Spans", sel, func() (map[string]store.Span, error) { return m.Store.Spans(ctx, sel) })
}

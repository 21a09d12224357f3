package dashboard_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/answers"
	"github.com/telemetrygen/telemetrygen/collector/store"
)

// A listener writes down what a store is asked.
type listener struct {
	answers.Store
	asked map[string]int
}

func (l listener) heard(method string, of ...any) { l.asked[fmt.Sprint(method, of)]++ }

func (l listener) Today(ctx context.Context) (time.Time, error) {
	l.heard("Today")
	return l.Store.Today(ctx)
}
func (l listener) Apps(ctx context.Context) ([]string, error) {
	l.heard("Apps")
	return l.Store.Apps(ctx)
}
func (l listener) Total(ctx context.Context, s store.Selection) (store.Sums, error) {
	l.heard("Total", s)
	return l.Store.Total(ctx, s)
}
func (l listener) ByCommand(ctx context.Context, s store.Selection) ([]store.Row, error) {
	l.heard("ByCommand", s)
	return l.Store.ByCommand(ctx, s)
}
func (l listener) ByCommandAndBefore(ctx context.Context, s store.Selection) (now, before []store.Row, err error) {
	l.heard("ByCommandAndBefore", s)
	return l.Store.ByCommandAndBefore(ctx, s)
}
func (l listener) Spans(ctx context.Context, s store.Selection) (map[string]store.Span, error) {
	l.heard("Spans", s.App, s.Version, s.System)
	return l.Store.Spans(ctx, s)
}
func (l listener) ByVersion(ctx context.Context, s store.Selection) ([]store.Row, error) {
	l.heard("ByVersion", s)
	return l.Store.ByVersion(ctx, s)
}
func (l listener) BySystem(ctx context.Context, s store.Selection) ([]store.Row, error) {
	l.heard("BySystem", s)
	return l.Store.BySystem(ctx, s)
}
func (l listener) ByExitCode(ctx context.Context, s store.Selection) ([]store.CodeRuns, error) {
	l.heard("ByExitCode", s)
	return l.Store.ByExitCode(ctx, s)
}
func (l listener) ByDay(ctx context.Context, s store.Selection) ([]store.Day, error) {
	l.heard("ByDay", s)
	return l.Store.ByDay(ctx, s)
}
func (l listener) Adoption(ctx context.Context, s store.Selection, days int) (map[string][]store.WindowDay, error) {
	l.heard("Adoption", s)
	return l.Store.Adoption(ctx, s, days)
}
func (l listener) Versions(ctx context.Context, app string) ([]store.Version, error) {
	l.heard("Versions", app)
	return l.Store.Versions(ctx, app)
}
func (l listener) Releases(ctx context.Context, app string) ([]store.Release, error) {
	l.heard("Releases", app)
	return l.Store.Releases(ctx, app)
}

// TestAPageAsksNothingTwice: no question of a page is asked again for another part of it.
func TestAPageAsksNothingTwice(t *testing.T) {
	s := history(t)
	for _, address := range []string{"/", "/?app=pace", "/?app=pace&days=365", "/?app=pace&days=90&version=v1.10.0", "/?app=pace&system=linux", "/?app=other", "/commands?app=pace", "/command?app=pace&command=pace+login"} {
		l := listener{s, map[string]int{}}
		if response := get(t, l, address); response.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", address, response.Status)
		}
		if len(l.asked) < 5 {
			t.Errorf("%s asks %v", address, l.asked)
		}
		for question, times := range l.asked {
			if times > 1 {
				t.Errorf("%s asks %d times: %s", address, times, question)
			}
		}
	}
}

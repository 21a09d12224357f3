package population_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/answers"
	"github.com/telemetrygen/telemetrygen/collector/api"
	"github.com/telemetrygen/telemetrygen/collector/dashboard"
	"github.com/telemetrygen/telemetrygen/collector/population"
	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

var until = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)

// open opens a store of its own.
func open(t testing.TB, url string) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// TestTheCheckCanFail: the figures are the truth, and not that of a population of
// which three arrivals less are remembered.
func TestTheCheckCanFail(t *testing.T) {
	peertest.Long(t, "fills a store with a year")
	s := open(t, "sqlite:"+t.TempDir()+"/year.db")
	p := population.New(population.Year(2, 60, until))
	if err := p.Fill(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	ask := func(handler http.Handler, prefix string) func(string) ([]byte, error) {
		return func(question string) ([]byte, error) {
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, httptest.NewRequest("GET", prefix+question, nil))
			return w.Body.Bytes(), nil
		}
	}
	now := func() time.Time { return until }
	questions, pages := ask(api.Handler(s, now), "/api/v1/"), ask(dashboard.Handler(s, now), "/")
	for _, wrong := range append(p.Check(questions), p.CheckPages(pages)...) {
		if !strings.HasPrefix(wrong, "worse in v1.18.0") && !strings.HasPrefix(wrong, "what got worse on the page") { // 60 installs are too few for that
			t.Error(wrong)
		}
	}
	p.Arrived = p.Arrived[:len(p.Arrived)-3] // the last day's
	if wrong := p.Check(questions); len(wrong) < 10 {
		t.Errorf("of the API, with three arrivals less only these differ: %q", wrong)
	}
	if wrong := p.CheckPages(pages); len(wrong) < 10 {
		t.Errorf("on the pages, with three arrivals less only these differ: %q", wrong)
	}
}

// TestNothingIsWorse: of a thousand populations to which nothing happened, at most
// one in twenty is said to have a command that got worse.
func TestNothingIsWorse(t *testing.T) {
	peertest.Long(t, "a thousand populations")
	alarms := 0
	const seeds = 1000
	for seed := range uint64(seeds) {
		plan := population.Year(seed, 60, until)
		plan.Quiet, plan.Days = true, 40
		plan.Releases = []population.Release{{Version: "v1.0.0"}, {Version: "v1.1.0", Day: 15}}
		p := population.New(plan)
		p.Pass()
		if len(compared(t, p).Worse()) > 0 {
			alarms++
		}
	}
	t.Logf("%d of %d name a command", alarms, seeds)
	if alarms > seeds/20 {
		t.Errorf("%d of %d populations without a break are said to have one", alarms, seeds)
	}
}

// compared is the newest release of a population against the one before, by the
// truth: TestAYear says that a store has the same counts.
func compared(t *testing.T, p *population.Population) answers.Compare {
	t.Helper()
	var sides [2]map[string]answers.Side
	for i, release := range p.Releases[len(p.Releases)-2:] {
		sides[i] = map[string]answers.Side{}
		for command, f := range p.ByCommand(population.Choice{Version: release.Version, Until: p.Days}) {
			sides[i][command] = answers.Side{FirstUse: f.FirstUse, FirstUseFailed: f.FirstUseFailed}
		}
	}
	return answers.CompareSides(sides[0], sides[1])
}

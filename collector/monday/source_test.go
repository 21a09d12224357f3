package monday_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/dashboard"
	"github.com/telemetrygen/telemetrygen/collector/monday"
	"github.com/telemetrygen/telemetrygen/collector/population"
	"github.com/telemetrygen/telemetrygen/collector/store"
)

// TestThePageNamesTheBrokenCommand, and no other: not even the one that a script
// runs in a loop and fails at.
func TestThePageNamesTheBrokenCommand(t *testing.T) {
	s, err := store.Open(t.Context(), "sqlite:"+t.TempDir()+"/page.db", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	until := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	plan := population.Year(5, 700, until)
	plan.Days, plan.Start = 60, until.AddDate(0, 0, -59)
	plan.Releases = []population.Release{{Version: "v1.0.0"}, {Version: "v1.1.0", Day: 30, Broken: "pace apply data-policy", Rate: .5}}
	if err := population.New(plan).Fill(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	dashboard.Handler(monday.Source{Store: s}, func() time.Time { return until }).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	_, section, found := strings.Cut(w.Body.String(), "What got worse in v1.1.0")
	section, _, _ = strings.Cut(section, "</section>")
	if !found || strings.Count(section, `scope="row"`) != 1 || !strings.Contains(section, "pace apply data-policy") {
		t.Errorf("the page says: %s", section)
	}
}

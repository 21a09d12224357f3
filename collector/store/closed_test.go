package store_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector/store"
)

// TestWhatIsRememberedOfClosedDaysIsUpToDate asks the same questions after each
// change of what was reported, also where another collector made it.
func TestWhatIsRememberedOfClosedDaysIsUpToDate(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		all, id := severalOf(t, url, 2), uuid.New()
		s, other := all[0], all[1]
		sel := store.Selection{App: "pace", Since: noon.AddDate(0, 0, -30), Until: noon.AddDate(0, 0, 30)}
		runs := func(when string, want int64) {
			t.Helper()
			for range 2 { // the second time from memory
				total, err := s.Total(t.Context(), sel)
				if err != nil {
					t.Fatal(err)
				}
				rows, err := s.ByCommand(t.Context(), sel)
				if err != nil {
					t.Fatal(err)
				}
				spans, err := s.Spans(t.Context(), sel)
				if err != nil {
					t.Fatal(err)
				}
				var of int64
				for _, row := range rows {
					of += row.Runs
				}
				if total.Runs != want || of != want || (want > 0) != (len(spans) > 0) {
					t.Errorf("%s: %d runs, of commands %d, %d commands ran; want %d", when, total.Runs, of, len(spans), want)
				}
			}
		}
		runs("nothing", 0)
		add(t, s, noon, report(id, "v1", counter("pace get", 0, 1)))
		runs("today", 1)
		add(t, s, noon.AddDate(0, 0, 1), report(id, "v1", counter("pace get", 0, 3)))
		runs("a day was closed", 3)
		add(t, other, noon.AddDate(0, 0, 2), report(id, "v1", counter("pace get", 0, 6), counter("pace put", 1, 4)))
		runs("another one, and another command", 10)
		if _, err := other.Purge(t.Context(), noon.AddDate(0, 0, 2), store.PurgeSelection{App: "pace", Since: noon, Until: noon}); err != nil {
			t.Fatal(err)
		}
		runs("the first day was purged", 9)
		expireDaily(t, s, noon, noon.AddDate(0, 0, 40), 20*24*time.Hour)
		runs("all days have expired", 0)
	})
}

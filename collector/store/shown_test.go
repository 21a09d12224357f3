package store_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector/store"
)

// TestASeriesThatFollowsAPurgedOneIsNew: between the snapshot and the note of what was shown, a
// series is purged and another one made. The other one was not shown.
func TestASeriesThatFollowsAPurgedOneIsNew(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		s := open(t, url)
		check(t, s.Begin(t.Context(), "a sink"))
		first := func() store.Series {
			shot, err := s.Snapshot(t.Context(), noon, "a sink")
			if err != nil || len(shot.Series) != 1 {
				t.Fatal(shot, err)
			}
			return shot.Series[0]
		}
		add(t, s, noon, report(uuid.New(), "v1", counter("evil get", 0, 1)))
		evil := first()
		if _, err := s.Purge(t.Context(), noon, store.PurgeSelection{App: "evil"}); err != nil {
			t.Fatal(err)
		}
		add(t, s, noon.Add(time.Second), report(uuid.New(), "v1", counter("pace get", 0, 7)))
		check(t, s.Show(t.Context(), "a sink", []int64{evil.ID}))
		if one := first(); one.Shown || one.ID == evil.ID {
			t.Errorf("%+v, after %+v", one, evil)
		}
	})
}

package store_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// TestErasuresBesideTheEndOfADay: an install that is erased while another collector closes
// the day, or purges, leaves the sums of installs once. Erased again or reported again, it
// counts as a new one.
func TestErasuresBesideTheEndOfADay(t *testing.T) {
	peertest.Long(t, "erases hundreds of installs")
	t.Parallel()
	const installs, commands, erased = 60, 20, 40
	onEach(t, func(t *testing.T, url string) {
		both := severalOf(t, url, 2)
		for round := range 8 {
			app := fmt.Sprint("app", round)
			now := noon.AddDate(0, 0, 2*round)
			var all []wire.Report
			for range installs {
				one := report(uuid.New(), "v1")
				one.App = app
				for n := range commands {
					one.Counters = append(one.Counters, counter(fmt.Sprint(app, " do", n), n%2, 1))
				}
				all = append(all, one)
			}
			add(t, both[0], now, all...)
			last := report(uuid.New(), "v1", counter(app+" do0", 0, 1))
			var working sync.WaitGroup
			working.Go(func() {
				for _, one := range all[:erased] {
					for range 2 {
						if _, err := both[1].Forget(t.Context(), one.ID); err != nil {
							t.Error(err)
						}
					}
				}
			})
			working.Go(func() {
				if _, err := both[0].Add(t.Context(), now.AddDate(0, 0, 1), []wire.Report{last}); err != nil {
					t.Error(err)
				}
				if _, err := both[0].Purge(t.Context(), now, store.PurgeSelection{App: app, Command: app + " do1"}); err != nil {
					t.Error(err)
				}
			})
			working.Wait()
			now = now.AddDate(0, 0, 1)
			add(t, both[1], now, all[0]) // once more, in full
			rows, err := both[0].ByCommand(t.Context(), store.Selection{App: app, Since: now.AddDate(0, 0, -6), Until: now})
			check(t, err)
			for _, row := range rows {
				want := int64(installs - erased + 1)
				if row.Name == app+" do0" {
					want++
				}
				if row.Name == app+" do1" {
					want = 1
				}
				if row.Installs != want {
					t.Errorf("round %d: %d installs used %s, want %d", round, row.Installs, row.Name, want)
				}
			}
			shot, err := both[0].Snapshot(t.Context(), now, store.Anyone)
			check(t, err)
			for _, one := range shot.Active {
				if want := int64(installs - erased + 2); one.App == app && one.Installs != want {
					t.Errorf("round %d: %d installs are active, want %d", round, one.Installs, want)
				}
			}
		}
	})
}

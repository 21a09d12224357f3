package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// TestMidnight: collectors, whose clocks differ by a second, take reports around
// the ends of three days. Every run counts once, on one of the two days.
func TestMidnight(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, address string) {
		collectors := severalOf(t, address, 2)
		first := noon.Truncate(24 * time.Hour)
		const days, installs, steps = 3, 6, 8
		counts := make([]uint64, installs)
		for day := range days {
			var adding sync.WaitGroup
			for i := range installs {
				adding.Go(func() {
					id := uuid.UUID{15: byte(i)}
					for step := range steps {
						counts[i]++
						skew := time.Duration(i%2) * time.Second
						now := first.AddDate(0, 0, day+1).Add(time.Duration(step-steps/2)*500*time.Millisecond + skew)
						r := report(id, "v1", counter("pace get", 0, counts[i]), counter(fmt.Sprint("pace put", i), 1, counts[i]))
						if refusals, err := collectors[i%len(collectors)].Add(t.Context(), now, []wire.Report{r, r}); err != nil || refusals[0] != nil {
							t.Error(refusals, err)
						}
					}
				})
			}
			adding.Wait()
		}
		want := int64(days * installs * steps)
		now := first.AddDate(0, 0, days)
		if got := totals(t, collectors[0], now)[store.Key{Command: "pace get", CLIVersion: "v1", OperatingSystem: "linux"}]; got != want {
			t.Errorf("%d runs, want %d", got, want)
		}
		for _, one := range collectors {
			sel := store.Selection{App: "pace", Command: "pace get", Since: first, Until: now}
			sums, err := one.Total(t.Context(), sel)
			if err != nil || sums.Runs != want || sums.Installs != installs {
				t.Errorf("in all days %+v, %v; want %d runs of %d installs", sums, err, want, installs)
			}
			byDay, err := one.ByDay(t.Context(), sel)
			if err != nil || len(byDay) != days+1 {
				t.Fatal(byDay, err)
			}
			runs := int64(0)
			for _, day := range byDay {
				runs += day.Runs
			}
			if runs != want || byDay[days].Installs != installs || byDay[days].Runs < installs*steps/2 {
				t.Errorf("by day %+v, want %d runs, and on the last day those of %d installs", byDay, want, installs)
			}
			pictures, err := one.Windows(t.Context(), sel, 7)
			if err != nil || len(pictures) != days+1 || pictures[days].Installs != installs || pictures[0].Installs != byDay[0].Installs {
				t.Errorf("pictures of the days: %+v, %v", pictures, err)
			}
		}
	})
}

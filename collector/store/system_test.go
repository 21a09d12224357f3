package store_test

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// TestAnInstallChangesItsSystemOnceADay: all that an install ever used moves to its new
// system. With 5,000 commands and versions a report of one counter took 110 ms, and a
// stranger could send ten a minute of each id.
func TestAnInstallChangesItsSystemOnceADay(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		s := open(t, url)
		id := uuid.New()
		for _, step := range []struct {
			day    int
			system string
			want   string // the system that the install counts under
		}{
			{0, "linux", "linux"},
			{0, "darwin", "linux"},
			{0, "windows", "linux"},
			{1, "darwin", "darwin"},
			{1, "linux", "darwin"},
			{2, "linux", "linux"},
		} {
			r := report(id, "v1", counter("pace get", 0, 1))
			r.OperatingSystem = step.system
			now := noon.AddDate(0, 0, step.day)
			add(t, s, now, r)
			got := systems(t, s, now)
			if want := map[string]int64{step.want: 1}; !maps.Equal(got, want) {
				t.Errorf("day %d, a report of %s: %v, want %v", step.day, step.system, got, want)
			}
		}
	})
}

// systems are the active installs by system.
func systems(t *testing.T, s *store.Store, now time.Time) map[string]int64 {
	t.Helper()
	return activeBy(t, s, now, func(one store.Active) string { return one.OperatingSystem })
}

// TestFewLargeInstallsChangeTheirSystemAtOnce: 60 of 8,000 commands and versions that did
// in one batch took 1.2 seconds, for which all other reports waited.
func TestFewLargeInstallsChangeTheirSystemAtOnce(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		s := open(t, url)
		var large []wire.Report
		for range 12 {
			r := report(uuid.New(), "v1")
			r.App = "pace"
			for i := range 2_000 {
				r.Counters = append(r.Counters, counter(fmt.Sprint("pace c", i), 0, 1))
			}
			large = append(large, r)
		}
		add(t, s, noon, large...)
		for day, want := range []map[string]int64{{"linux": 12}, {"darwin": 10, "linux": 2}, {"darwin": 12}} {
			if day > 0 {
				for i := range large {
					large[i].OperatingSystem, large[i].Counters = "darwin", large[i].Counters[:1]
				}
			}
			now := noon.AddDate(0, 0, day)
			add(t, s, now, large...)
			if got := systems(t, s, now); !maps.Equal(got, want) {
				t.Errorf("day %d: %v, want %v", day, got, want)
			}
		}
	})
}

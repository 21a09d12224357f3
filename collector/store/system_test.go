package store_test

import (
	"maps"
	"testing"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector/store"
)

// TestAnInstallChangesItsSystemOnceADay: all that an install ever used moves to its new
// system. With 5,000 commands and versions a report of one counter took 110 ms, and a
// stranger could send ten a minute of each id.
func TestAnInstallChangesItsSystemOnceADay(t *testing.T) {
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
			shot, err := s.Snapshot(t.Context(), now, store.Anyone)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]int64{}
			for _, one := range shot.Active {
				got[one.OperatingSystem] = one.Installs
			}
			if want := map[string]int64{step.want: 1}; !maps.Equal(got, want) {
				t.Errorf("day %d, a report of %s: %v, want %v", step.day, step.system, got, want)
			}
		}
	})
}

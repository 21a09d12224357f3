package store_test

import (
	"errors"
	"maps"
	"testing"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector/store"
)

// TestAVersionIsTheSameWithAndWithoutItsV: a tag has the v that builds often leave out.
func TestAVersionIsTheSameWithAndWithoutItsV(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		s := open(t, url)
		id := uuid.New()
		add(t, s, noon, report(id, "1.1.0", counter("pace get", 0, 1)))
		for _, version := range []string{"v1.1.0", "2.0.0", "v3.0.0", "3.0.0"} {
			check(t, s.Register(t.Context(), noon, release(version, "pace get")))
		}
		add(t, s, noon, report(id, "1.1.0", counter("pace get", 0, 3)),
			report(uuid.New(), "v1.1.0", counter("pace get", 0, 1)),
			report(uuid.New(), "v2.0.0", counter("pace get", 0, 1)), report(uuid.New(), "2.0.0", counter("pace get", 0, 1)),
			report(uuid.New(), "v3.0.0", counter("pace get", 0, 1)), report(uuid.New(), "3.0.0", counter("pace get", 0, 1)),
			report(uuid.New(), "V1.1.0", counter("pace get", 0, 1)))
		want := map[store.Key]int64{series("pace get", 0, "1.1.0"): 1, series("pace get", 0, "v1.1.0"): 3, series("pace get", 0, "2.0.0"): 2,
			series("pace get", 0, "v3.0.0"): 1, series("pace get", 0, "3.0.0"): 1, series("pace get", 0, store.Unregistered): 1}
		if got := totals(t, s, noon); !maps.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
		if got := active(t, s, noon); got["pace v1.1.0"] != 2 || got["pace 1.1.0"] != 0 {
			t.Errorf("active: %v", got)
		}
	})
}

// TestAMistakenRegistrationIsTakenBack, in all collectors at once. A name that has a
// meaning is none of a release.
func TestAMistakenRegistrationIsTakenBack(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		both := severalOf(t, url, 2)
		s := both[0]
		var refusal *store.Refusal
		for _, name := range []string{store.Unregistered, store.Overflow} {
			if err := s.Register(t.Context(), noon, release(name, "pace get")); !errors.As(err, &refusal) {
				t.Errorf("%s is registered: %v", name, err)
			}
		}
		check(t, s.Register(t.Context(), noon, release("v1", "pace get")))
		check(t, s.Register(t.Context(), noon, release("test", "pace get")))
		for _, version := range []string{"test", "v1", "v1", "v2"} {
			found, err := s.Unregister(t.Context(), "pace", version)
			if want := version == "test"; err != nil || found != want && version != "v1" {
				t.Errorf("%s: %t, %v", version, found, err)
			}
			for _, one := range both {
				add(t, one, noon, report(uuid.New(), "v1", counter("pace put", 0, 1)))
			}
		}
		// Without a registered release any name counts as itself.
		want := map[store.Key]int64{series("pace (unlisted)", 0, "v1"): 2, series("pace put", 0, "v1"): 6}
		if got := totals(t, s, noon); !maps.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
		if releases, err := s.Releases(t.Context(), "pace"); err != nil || len(releases) != 0 {
			t.Errorf("%v, %v", releases, err)
		}
	})
}

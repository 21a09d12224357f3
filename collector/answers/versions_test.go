package answers

import (
	"fmt"
	"testing"

	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
)

func TestVersions(t *testing.T) {
	s := small(t)
	a, err := AskVersions(t.Context(), s, asked(t, s, "app=pace&days=12&version=v1.0.0"))
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, v := range a.Versions {
		half := "never"
		if v.DaysToHalf != nil {
			half = fmt.Sprint(*v.DaysToHalf)
		}
		got += fmt.Sprintf("%s %s %s %s active %d before %d share %.2f half %s; ", v.Name, v.Registered, v.First, v.text(), v.Active, *v.ActiveBefore, v.Share, half)
	}
	// v1.0.0 was registered ten days before anybody reported it; v1.1.0 five.
	equal(t, "versions", got, "v1.1.0 2026-11-14 2026-11-19 22/9/0 10/9 active 10 before 0 share 1.00 half 5; v1.0.0 2026-10-05 2026-10-15 0/0/0 0/0 active 0 before 12 share 0.00 half 10; ")
	equal(t, "active in all", a.Active(), 10)
	equal(t, "the first day", a.Days[0], "{2026-11-13 12 map[v1.0.0:12]}")
	equal(t, "the last day", a.Days[len(a.Days)-1], "{2026-11-24 10 map[v1.1.0:10]}")
	equal(t, "days", len(a.Days), 12)
}

// TestOnADayWithoutAReport: the figures of installs are those of the last 30 days also
// before the first report of a day is there, and on the days after the last one.
func TestOnADayWithoutAReport(t *testing.T) {
	s := small(t)
	for days, want := range map[int]int64{0: 10, 1: 10, 3: 10, 24: 10, 25: 0, 60: 0} {
		q, err := Ask(t.Context(), s, "app=pace", clock.AddDate(0, 0, days))
		if err != nil {
			t.Fatal(err)
		}
		versions, err := AskVersions(t.Context(), s, q)
		if err != nil {
			t.Fatal(err)
		}
		installs, err := AskInstalls(t.Context(), s, q)
		if err != nil {
			t.Fatal(err)
		}
		if last := installs.Days[len(installs.Days)-1]; versions.Active() != want || last.Active != want || !last.Date.Equal(q.Until) {
			t.Errorf("%d days later: %d active installs by version, and %+v; want %d", days, versions.Active(), last, want)
		}
	}
}

// TestALateRegistrationMakesNoReleaseNew: it came out when it was first reported.
func TestALateRegistrationMakesNoReleaseNew(t *testing.T) {
	s := small(t)
	late := clock.AddDate(0, 0, 20)
	if err := s.Register(t.Context(), late, store.Release{App: "other", Version: "v9", Commands: []wire.Command{{Path: "other run"}}}); err != nil {
		t.Fatal(err)
	}
	q, err := Ask(t.Context(), s, "app=other", late)
	if err != nil {
		t.Fatal(err)
	}
	versions, err := AskVersions(t.Context(), s, q)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "released", versions.Versions[0].Released(), "2026-11-24")
	all, err := AskSeries(t.Context(), s, late)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "released, for the sinks", all.Releases[0].Released, clock)
}

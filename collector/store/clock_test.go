package store_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
)

const retention = 400 * 24 * time.Hour

// expireDaily lets a store forget once a day, as a collector that runs does.
func expireDaily(t *testing.T, s *store.Store, from, to time.Time, retention time.Duration) {
	t.Helper()
	for now := from; !now.After(to); now = now.AddDate(0, 0, 1) {
		if err := s.Expire(t.Context(), now, retention); err != nil {
			t.Fatal(err)
		}
	}
}

// TestAClockThatIsFarAheadErasesNothing: a machine starts with its clock 500 days
// ahead, takes reports like that, and is put right. What was counted before is not
// counted again, and no day is lost.
func TestAClockThatIsFarAheadErasesNothing(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, address string) {
		s := open(t, address)
		key := store.Key{Command: "pace get", CLIVersion: "v1", OperatingSystem: "linux"}
		var ids []uuid.UUID
		for range 4 {
			ids = append(ids, uuid.New())
		}
		want := int64(0)
		count := map[uuid.UUID]uint64{}
		run := func(now time.Time, who []uuid.UUID, more uint64) {
			t.Helper()
			var reports []wire.Report
			for _, id := range who {
				count[id] += more
				want += int64(more)
				reports = append(reports, report(id, "v1", counter("pace get", 0, count[id])))
			}
			add(t, s, now, reports...)
			if got := totals(t, s, now)[key]; got != want {
				t.Errorf("on %s: %d runs, want %d", now.Format(time.DateOnly), got, want)
			}
		}
		restart := func(now time.Time) {
			t.Helper()
			s.Close()
			s = open(t, address)
			for range 3 { // it starts, and starts again
				if err := s.Expire(t.Context(), now, retention); err != nil {
					t.Fatal(err)
				}
			}
		}
		run(noon, ids, 4)
		ahead := noon.AddDate(0, 0, 500)
		restart(ahead)
		run(ahead, ids[:2], 0)
		run(ahead, ids[:2], 3)
		if err := s.Expire(t.Context(), ahead, retention); err != nil {
			t.Fatal(err)
		}
		run(ahead, ids[2:3], 0) // one that has not been heard since the jump
		next := noon.AddDate(0, 0, 1)
		restart(next)
		run(next, ids, 0)
		run(next, ids, 1)
		restart(next)
		run(next, ids, 0)
		days, err := s.ByDay(t.Context(), store.Selection{App: "pace", Since: noon, Until: next})
		if err != nil || days[0].Runs != 16 || days[1].Runs != 4 || days[0].Installs != 4 || days[1].Installs != 4 {
			t.Errorf("by day: %+v, %v", days, err)
		}
		if got := active(t, s, next)["pace v1"]; got != 4 {
			t.Errorf("%d active installs, want 4", got)
		}

		// A clock that goes on as clocks do is believed: what is silent is forgotten.
		for day := 2; day <= 460; day += 30 {
			run(noon.AddDate(0, 0, day), ids[:1], 1)
			if err := s.Expire(t.Context(), noon.AddDate(0, 0, day), retention); err != nil {
				t.Fatal(err)
			}
		}
		last := noon.AddDate(0, 0, 452)
		if found, err := s.Forget(t.Context(), ids[3]); err != nil || found {
			t.Errorf("an install that was silent for 451 days is still known: %v, %v", found, err)
		}
		if got := totals(t, s, last)[key]; got != want {
			t.Errorf("forgetting changed the total to %d, want %d", got, want)
		}
	})
}

// TestWhatAWrongClockDatedIsNotThere: installs report while the clock is ten weeks
// ahead, and go on when it was put right. What they did then counts as of that day,
// not as of one that has yet to come.
func TestWhatAWrongClockDatedIsNotThere(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, address string) {
		s := open(t, address)
		old, fresh, another := uuid.New(), uuid.New(), uuid.New()
		day := func(n int) time.Time { return noon.AddDate(0, 0, n) } // a Sunday
		add(t, s, day(0), report(old, "v1", counter("pace get", 0, 1)))
		ahead := day(70)
		add(t, s, ahead, report(old, "v1", counter("pace get", 1, 1), counter("pace get", 0, 2)), report(fresh, "v1", counter("pace get", 0, 1)))
		add(t, s, day(1), report(old, "v2", counter("pace get", 0, 3)), report(fresh, "v2", counter("pace get", 0, 2)))

		sel := store.Selection{App: "pace", Command: "pace get", Since: day(-5), Until: day(1)}
		if sums, err := s.Total(t.Context(), sel); err != nil || sums.Installs != 2 {
			t.Errorf("%d installs in the week, want 2 (%v)", sums.Installs, err)
		}
		weeks := func(now time.Time) (all []store.Week) {
			t.Helper()
			add(t, s, now, report(another, "v2", counter("other get", 0, uint64(now.Unix()))))
			all, err := s.Weeks(t.Context(), "pace", "")
			if err != nil {
				t.Fatal(err)
			}
			return all
		}
		got := weeks(day(1))
		if last := got[len(got)-1]; len(got) != 2 || last.Active != 2 || last.New != 1 || last.Stayed != 1 {
			t.Errorf("weeks: %+v; want two, the second with an install that stayed and a new one", got)
		}
		for _, one := range weeks(ahead)[2:] {
			if one.Active != 0 || one.New != 0 {
				t.Errorf("week %+v, in which nobody reported", one)
			}
		}
		for _, id := range []uuid.UUID{old, fresh} {
			if _, err := s.Forget(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
		for _, one := range weeks(ahead) {
			if one.Active != 0 || one.New != 0 || one.Stayed != 0 {
				t.Errorf("week %+v, of which all installs were erased", one)
			}
		}
	})
}

// TestTheFirstWeekThatIsKept: who was lost in it is told by the week before, which is not shown.
func TestTheFirstWeekThatIsKept(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		s := open(t, url)
		stays, goes := uuid.New(), uuid.New()
		add(t, s, noon, report(stays, "v1", counter("pace get", 0, 1)), report(goes, "v1", counter("pace get", 0, 1)))
		next := noon.AddDate(0, 0, 7)
		add(t, s, next, report(stays, "v1", counter("pace get", 0, 2)))
		if err := s.Expire(t.Context(), next, 3*24*time.Hour); err != nil {
			t.Fatal(err)
		}
		weeks, err := s.Weeks(t.Context(), "pace", "")
		want := store.Week{Start: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), Active: 1, Stayed: 1, Lost: 1}
		if err != nil || len(weeks) != 1 || weeks[0] != want {
			t.Errorf("%+v, %v; want %+v", weeks, err, want)
		}
		if cohorts, err := s.Cohorts(t.Context(), "pace", ""); err != nil || len(cohorts) > 0 {
			t.Errorf("%+v, %v; of the week before nothing is shown", cohorts, err)
		}
	})
}

// TestALongerRetentionBringsNothingBack: what was erased is not told as days without a report.
func TestALongerRetentionBringsNothingBack(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		s := open(t, url)
		for _, days := range []time.Duration{10, 400} {
			if err := s.Expire(t.Context(), noon, days*24*time.Hour); err != nil {
				t.Fatal(err)
			}
		}
		if kept, err := s.Kept(t.Context()); err != nil || !kept.Equal(time.Date(2026, 2, 19, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("kept since %v, %v; want since 2026-02-19", kept, err)
		}
	})
}

// TestAClockThatIsAheadOfAShortRetention, by less than a season, erases nothing either.
func TestAClockThatIsAheadOfAShortRetention(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		s := open(t, url)
		id := uuid.New()
		expire := func(day int) {
			t.Helper()
			if err := s.Expire(t.Context(), noon.AddDate(0, 0, day), 30*24*time.Hour); err != nil {
				t.Fatal(err)
			}
		}
		expire(0)
		add(t, s, noon, report(id, "v1", counter("pace get", 0, 5)))
		add(t, s, noon.AddDate(0, 0, 60), report(uuid.New(), "v1", counter("pace get", 1, 1)))
		expire(60)
		expire(1)
		now := noon.AddDate(0, 0, 1)
		add(t, s, now, report(id, "v1", counter("pace get", 0, 6)))
		if got := totals(t, s, now)[series("pace get", 0, "v1")]; got != 6 {
			t.Errorf("%d runs, want 6", got)
		}
		sums, err := s.Total(t.Context(), store.Selection{App: "pace", Command: "pace get", Since: noon, Until: now})
		if err != nil || sums.Runs != 6 {
			t.Errorf("%d runs in two days, want 6; %v", sums.Runs, err)
		}
	})
}

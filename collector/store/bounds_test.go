package store_test

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"net/netip"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// from is a report from the nth network; networks beyond 100 are in IPv6, and
// share a /32.
func from(n int, r wire.Report) store.Submission {
	if n <= 100 {
		return store.Submission{Report: r, Site: netip.MustParsePrefix(fmt.Sprintf("203.0.%d.0/24", n))}
	}
	return store.Submission{Report: r, Site: netip.MustParsePrefix(fmt.Sprintf("2001:db8:%d::/48", n)), Provider: netip.MustParsePrefix("2001:db8::/32")}
}

// receive takes reports that must not be refused.
func receive(t *testing.T, s *store.Store, now time.Time, all ...store.Submission) map[store.Reason]store.HeldCount {
	t.Helper()
	outcome, err := s.Receive(t.Context(), now, all)
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range outcome.Refusals {
		if err != nil {
			t.Fatal(err)
		}
	}
	return outcome.Held
}

func all(totals map[store.Key]int64) (sum int64) {
	for _, n := range totals {
		sum += n
	}
	return sum
}

func heldRuns(t *testing.T, s *store.Store) (runs int64, reports map[store.Reason]int64) {
	t.Helper()
	rows, err := s.HeldBack(t.Context(), noon.AddDate(-1, 0, 0), noon.AddDate(1, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	reports = map[store.Reason]int64{}
	for _, row := range rows {
		runs += row.Runs
		reports[row.Reason] += row.Reports
	}
	return runs, reports
}

// TestWhatIsNotCountedIsHeldOnce: under every order of reports that are repeated,
// late, and over every limit, what is counted and what is held are together the
// marks; no install and no network adds more than it may; and a repetition holds
// nothing again.
func TestWhatIsNotCountedIsHeldOnce(t *testing.T) {
	t.Parallel()
	limits := store.Limits{RunsPerInstall: 50, RunsPerNetwork: 600, RunsPerNetworkAtOnce: 300, InstallsPerNetwork: 4, AppsPerNetwork: 2, VersionsPerNetwork: 2, CommandsPerNetwork: 3, SeriesPerNetwork: 12}
	onEach(t, func(t *testing.T, url string) {
		s := open(t, url)
		s.Limit(limits)
		random := rand.New(rand.NewPCG(3, 16))
		type sender struct {
			network int
			app     string
			id      uuid.UUID
			sent    []wire.Report
			counts  map[wire.Counter]uint64
			marks   map[wire.Counter]uint64
		}
		var senders []*sender
		counted := int64(0)
		day, installDay, networkDay := 0, map[string]int64{}, map[string]int64{}
		for step := range 400 {
			if step%100 == 99 {
				day++
			}
			if random.IntN(4) == 0 || len(senders) == 0 {
				n := []int{1, 2, 3, 101, 102}[random.IntN(5)]
				senders = append(senders, &sender{n, fmt.Sprint("app", random.IntN(9)%(2+2*n)), uuid.New(), nil, map[wire.Counter]uint64{}, map[wire.Counter]uint64{}})
			}
			one := senders[random.IntN(len(senders))]
			for range 1 + random.IntN(3) {
				one.counts[counter(fmt.Sprint(one.app, " ", random.IntN(4)), random.IntN(5)-1, 0)] += random.Uint64N(30)
			}
			r := report(one.id, fmt.Sprint("v", random.IntN(3)))
			r.App = one.app
			for c, n := range one.counts {
				r.Counters = append(r.Counters, counter(c.Path, c.ExitCode, n))
			}
			one.sent = append(one.sent, r)
			if random.IntN(3) == 0 {
				r = one.sent[random.IntN(len(one.sent))]
			}
			now := noon.AddDate(0, 0, day)
			held := receive(t, s, now, from(one.network, r))
			after := all(totals(t, s, now))
			install, network := fmt.Sprint(day, one.id), fmt.Sprint(day, one.network)
			installDay[install] += after - counted
			networkDay[network] += after - counted
			counted = after
			if installDay[install] > limits.RunsPerInstall || networkDay[network] > limits.RunsPerNetworkAtOnce {
				t.Fatalf("%d runs of an install, %d of a network in a day", installDay[install], networkDay[network])
			}
			if held[store.NetworkInstalls].Reports+held[store.NetworkApps].Reports == 0 { // it was not left out
				for _, c := range r.Counters {
					n := counter(c.Path, c.ExitCode, 0)
					one.marks[n] = max(one.marks[n], c.Count)
				}
				if held := receive(t, s, now, from(one.network, r)); held[store.InstallRuns].Runs+held[store.NetworkRuns].Runs != 0 {
					t.Fatalf("held again: %v", held)
				}
			}
		}
		marks := int64(0)
		for _, one := range senders {
			for _, n := range one.marks {
				marks += int64(n)
			}
		}
		runs, reports := heldRuns(t, s)
		if counted+runs != marks || runs == 0 || counted == 0 {
			t.Errorf("%d counted and %d held are %d, want %d", counted, runs, counted+runs, marks)
		}
		for _, reason := range store.Reasons {
			if reports[reason] == 0 && reason != store.Room && reason != store.InstallMarks { // these have tests of their own
				t.Errorf("nothing was over the limit %s", reason)
			}
			if reason.Text() == string(reason) {
				t.Errorf("%s has no words", reason)
			}
		}
	})
}

// TestOneReportAddsNoMoreThanAnInstallMay sends the largest report that there is,
// and with other ids what one network can.
func TestOneReportAddsNoMoreThanAnInstallMay(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		s := open(t, url)
		const most = 999_999
		forged := report(uuid.New(), "v1")
		forged.App = "pace"
		for i := range 90 * 15 {
			forged.Counters = append(forged.Counters, counter(fmt.Sprint("pace c", i%15), i/15, most))
		}
		forged.Counters[0].Count = 1_000 * 10 // of 1.35 billion
		for range 3 {
			receive(t, s, noon, from(1, forged))
		}
		if got := all(totals(t, s, noon)); got != 10_000 {
			t.Errorf("one report added %d runs", got)
		}
		shares := totals(t, s, noon)
		for key, n := range shares {
			if n < 7 || n > 8 {
				t.Errorf("%v got %d of 10,000 runs in 1,350 equal parts", key, n)
			}
		}
		for range 300 {
			id := uuid.New()
			receive(t, s, noon, from(1, report(id, "v1", counter("pace get", 0, most))))
			if _, err := s.Forget(t.Context(), id); err != nil { // a new allowance for the install, none for its network
				t.Fatal(err)
			}
		}
		if got := all(totals(t, s, noon)); got != 100_000 {
			t.Errorf("one network added %d runs", got)
		}
		receive(t, s, noon, from(2, report(uuid.New(), "v1", counter("pace get", 0, 8_000))))
		if got := all(totals(t, s, noon)); got != 108_000 {
			t.Errorf("an honest install elsewhere added %d runs", got-100_000)
		}
		receive(t, s, noon.Add(time.Hour), from(1, report(uuid.New(), "v1", counter("pace get", 0, 10_000))))
		if got := all(totals(t, s, noon)); got != 118_000 {
			t.Errorf("an hour later an honest install of the network added %d runs", got-108_000)
		}
	})
}

// TestInstallsOfANetwork: those that are too many leave nothing, and all that they
// counted comes with a later report. A large report takes the room of several.
func TestInstallsOfANetwork(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		s := open(t, url)
		s.Limit(store.Limits{InstallsPerNetwork: 5})
		large := report(uuid.New(), "v1")
		large.App = "pace"
		for i := range 257 {
			large.Counters = append(large.Counters, counter("pace get", i-1, 1))
		}
		var late uuid.UUID
		receive(t, s, noon, from(1, large))
		for range 4 {
			late = uuid.New()
			receive(t, s, noon, from(1, report(late, "v1", counter("pace get", 0, 1))))
		}
		if got := active(t, s, noon)["pace v1"]; got != 3 {
			t.Errorf("%d installs, want one that takes the room of 2.57, and 2", got)
		}
		if found, err := s.Forget(t.Context(), late); found || err != nil {
			t.Errorf("something is kept of an install that was left out, %v", err)
		}
		if runs, reports := heldRuns(t, s); runs != 0 || reports[store.NetworkInstalls] != 2 {
			t.Errorf("%d runs, %v", runs, reports)
		}
		before := all(totals(t, s, noon))
		receive(t, s, noon.AddDate(0, 0, 1), from(1, report(late, "v1", counter("pace get", 0, 7))))
		if got := all(totals(t, s, noon)) - before; got != 7 {
			t.Errorf("the next day %d runs, want 7", got)
		}
	})
}

// TestZerosAddNothing: a report of nothing but zeros is no report, and harms none.
func TestZerosAddNothing(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		s := open(t, url)
		zero := uuid.New()
		add(t, s, noon, report(zero, "v1", counter("pace get", 0, 0)), report(uuid.New(), "v1", counter("pace get", 0, 3)),
			report(zero, "v2", counter("kube get", 0, 0), counter("kube", -1, 0)))
		if got := totals(t, s, noon); !maps.Equal(got, map[store.Key]int64{series("pace get", 0, "v1"): 3}) {
			t.Errorf("%v", got)
		}
		if found, err := s.Forget(t.Context(), zero); found || err != nil {
			t.Errorf("something is kept of it, %v", err)
		}
		if apps, err := s.Apps(t.Context()); err != nil || len(apps) != 1 {
			t.Errorf("%v, %v", apps, err)
		}
	})
}

// TestSumsThatComeToNothingEndNoDay: an install that came to a version and left it
// again on one day, without a run, kept the day from ending, and so every report
// of the next one from being kept.
func TestSumsThatComeToNothingEndNoDay(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		s := open(t, url)
		id := uuid.New()
		for _, version := range []string{"v1", "v2", "v1"} {
			add(t, s, noon, report(id, version, counter("pace get", 0, 1)))
		}
		add(t, s, noon.AddDate(0, 0, 1), report(uuid.New(), "v1", counter("pace get", 0, 1)))
		if got := all(totals(t, s, noon)); got != 2 {
			t.Errorf("%d runs", got)
		}
	})
}

// TestAnEnormousIncreaseIsTakenInParts: an install that had no connection for long has more new
// runs of a command than one report may bring. Its next ones bring the rest, within its limits.
func TestAnEnormousIncreaseIsTakenInParts(t *testing.T) {
	const runs = 2*store.MaxIncrease + 5
	for name, limits := range map[string]store.Limits{"without limits": {}, "by default": store.DefaultLimits()} {
		onEach(t, func(t *testing.T, url string) {
			s, id := open(t, url), uuid.New()
			s.Limit(limits)
			for i, brought := range []int64{1, 1 + store.MaxIncrease, 1 + 2*store.MaxIncrease, runs, runs} {
				count := uint64(runs)
				if i == 0 {
					count = 1
				}
				receive(t, s, noon, from(1, report(id, "v1", counter("pace get", 0, count), counter("pace list", 0, 1))))
				counted := all(totals(t, s, noon))
				held, err := s.HeldBack(t.Context(), noon, noon)
				check(t, err)
				for _, one := range held {
					counted += one.Runs
				}
				if want := brought + 1; counted != want { // and the run of the other command
					t.Errorf("%s: %d runs are counted or held back after report %d, want %d", name, counted, i, want)
				}
			}
			if got := all(totals(t, s, noon)); limits.RunsPerInstall > 0 && got != limits.RunsPerInstall || limits.RunsPerInstall == 0 && got != runs+1 {
				t.Errorf("%s: %d runs", name, got)
			}
		})
	}
}

// TestLimitsBeyondAllUse: the highest limits that there are bound nothing.
func TestLimitsBeyondAllUse(t *testing.T) {
	s := open(t, "sqlite:"+filepath.Join(t.TempDir(), "telemetry.db"))
	const most = math.MaxInt64
	s.Limit(store.Limits{RunsPerInstall: most, RunsPerNetwork: most, RunsPerNetworkAtOnce: most, InstallsPerNetwork: most, AppsPerNetwork: most, VersionsPerNetwork: most, CommandsPerNetwork: most, SeriesPerNetwork: most})
	for range 20 {
		if held := receive(t, s, noon, from(101, report(uuid.New(), "v1", counter("pace get", 0, 900_000)))); len(held) != 0 {
			t.Fatal(held)
		}
	}
	if got := all(totals(t, s, noon)); got != 18_000_000 {
		t.Error(got)
	}
}

// TestAClockThatGoesBackHoldsBackNoNetwork: what a network has added by a clock
// that was ahead does not take what it may add by the right one.
func TestAClockThatGoesBackHoldsBackNoNetwork(t *testing.T) {
	s, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "telemetry.db"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.Limit(store.Limits{RunsPerNetwork: 1_000})
	id := uuid.New()
	for i, days := range []int{0, 1, 0, 1, 0, -1} { // back and forth
		held := receive(t, s, noon.AddDate(0, 0, days), from(1, report(id, "v1", counter("pace get", 0, uint64(100*(i+1))))))
		if len(held) > 0 {
			t.Errorf("report %d: %v held back of a network that added 100 of 1,000 runs", i, held)
		}
	}
	if held := receive(t, s, noon.AddDate(0, 0, -1), from(1, report(id, "v1", counter("pace get", 0, 3_000)))); held[store.NetworkRuns].Runs < 1_000 {
		t.Errorf("%v held back: with each step the network may begin again", held)
	}
}

// TestAnInstallWithTooManyMarksKeepsThoseThatItHas: 5,600 commands in four parts. Of all that
// have a mark the next reports count, in whichever part they come.
func TestAnInstallWithTooManyMarksKeepsThoseThatItHas(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		s := open(t, url)
		s.Limit(store.Limits{})
		id := uuid.New()
		parts := func(count uint64) (all []wire.Report) {
			for part := range 4 {
				var counters []wire.Counter
				for i := range 1_400 {
					counters = append(counters, counter(fmt.Sprint("pace c", 1_400*part+i), 0, count))
				}
				all = append(all, report(id, "v1", counters...))
			}
			return all
		}
		for round := range 2 {
			add(t, s, noon, parts(uint64(round+1))...)
			var runs int64
			for _, total := range totals(t, s, noon) {
				runs += total
			}
			if want := int64(store.MaxMarks * (round + 1)); runs != want {
				t.Errorf("%d runs, want %d", runs, want)
			}
		}
		held, err := s.HeldBack(t.Context(), noon, noon)
		want := []store.Held{{Date: noon.Truncate(24 * time.Hour), App: "pace", Reason: store.InstallMarks, HeldCount: store.HeldCount{Reports: 4}}}
		if err != nil || !slices.Equal(held, want) {
			t.Errorf("%v, want %v, %v", held, want, err)
		}
	})
}

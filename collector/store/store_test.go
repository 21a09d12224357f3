package store_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

func open(t *testing.T, url string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// severalOf are n collectors of one database, or of a SQLite file, which has one
// collector, n times that.
func severalOf(t *testing.T, url string, n int) (all []*store.Store) {
	t.Helper()
	for range n {
		if len(all) > 0 && strings.HasPrefix(url, "sqlite:") {
			all = append(all, all[0])
		} else {
			all = append(all, open(t, url))
		}
	}
	return all
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func report(id uuid.UUID, version string, counters ...wire.Counter) wire.Report {
	r := wire.Report{Counters: counters, CLIVersion: version, OperatingSystem: "linux", ID: id}
	if len(counters) > 0 {
		r.App, _, _ = strings.Cut(counters[0].Path, " ")
	}
	return r
}

func counter(path string, code int, count uint64) wire.Counter {
	return wire.Counter{Path: path, ExitCode: code, Count: count}
}

// add counts reports that must not be refused.
func add(t *testing.T, s *store.Store, now time.Time, reports ...wire.Report) {
	t.Helper()
	refusals, err := s.Add(t.Context(), now, reports)
	if err := errors.Join(append(refusals, err)...); err != nil {
		t.Fatal(err)
	}
}

// totals are a snapshot's series by name.
func totals(t *testing.T, s *store.Store, now time.Time) map[store.Key]int64 {
	t.Helper()
	shot, err := s.Snapshot(t.Context(), now, store.Anyone)
	if err != nil {
		t.Fatal(err)
	}
	found := map[store.Key]int64{}
	for _, one := range shot.Series {
		if found[one.Key] != 0 {
			t.Errorf("%v is there twice", one.Key)
		}
		found[one.Key] = one.Total
	}
	return found
}

// active are the active installs by app and version, over all systems.
func active(t *testing.T, s *store.Store, now time.Time) map[string]int64 {
	t.Helper()
	return activeBy(t, s, now, func(one store.Active) string { return one.App + " " + one.CLIVersion })
}

func activeBy(t *testing.T, s *store.Store, now time.Time, key func(store.Active) string) map[string]int64 {
	t.Helper()
	shot, err := s.Snapshot(t.Context(), now, store.Anyone)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int64{}
	for _, one := range shot.Active {
		found[key(one)] += one.Installs
	}
	return found
}

func TestDifferencesAreAdded(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		s := open(t, url)
		id := uuid.New()
		get := func(count uint64) wire.Report { return report(id, "v1", counter("pace get", 0, count)) }
		for _, step := range []struct {
			why     string
			reports []wire.Report
			want    int64
		}{
			{"the first report counts as a whole", []wire.Report{get(5)}, 5},
			{"then the difference", []wire.Report{get(7)}, 7},
			{"the same again is nothing", []wire.Report{get(7), get(7)}, 7},
			{"one that comes late is nothing", []wire.Report{get(6)}, 7},
			{"a file that was reset or restored is nothing until it has caught up", []wire.Report{get(1), get(2)}, 7},
			{"out of order in one batch", []wire.Report{get(9), get(8), get(10)}, 10},
			{"another install", []wire.Report{report(uuid.New(), "v1", counter("pace get", 0, 3))}, 13},
		} {
			add(t, s, noon, step.reports...)
			if got := totals(t, s, noon)[store.Key{Command: "pace get", CLIVersion: "v1", OperatingSystem: "linux"}]; got != step.want {
				t.Fatalf("%s: %d, want %d", step.why, got, step.want)
			}
		}
		add(t, s, noon, report(id, "v2", counter("pace get", 0, 14), counter("pace get", -1, 1)))
		want := map[store.Key]int64{
			{Command: "pace get", CLIVersion: "v1", OperatingSystem: "linux"}:               13,
			{Command: "pace get", CLIVersion: "v2", OperatingSystem: "linux"}:               4,
			{Command: "pace get", ExitCode: -1, CLIVersion: "v2", OperatingSystem: "linux"}: 1,
		}
		if got := totals(t, s, noon); !maps.Equal(got, want) {
			t.Errorf("after an update of the CLI: %v, want %v", got, want)
		}
		if got := active(t, s, noon); !maps.Equal(got, map[string]int64{"pace v1": 1, "pace v2": 1}) {
			t.Errorf("active installs: %v", got)
		}
		s.Close()
		if again := totals(t, open(t, url), noon); !maps.Equal(again, want) {
			t.Errorf("opened again: %v", again)
		}
	})
}

// TestSumsAreRightUnderEveryOrder lets installs count, and delivers what they
// sent in any order, more than once, by several collectors at a time: the totals
// are those of the latest state of each.
func TestSumsAreRightUnderEveryOrder(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		const collectors = 3
		random := rand.New(rand.NewPCG(1, 2))
		want := map[store.Key]int64{}
		var sent []wire.Report
		for range 60 {
			id, counts := uuid.New(), map[wire.Counter]uint64{}
			for range 12 {
				var r wire.Report
				for range 3 {
					counts[counter(fmt.Sprint("pace ", random.IntN(5)), random.IntN(3)-1, 0)] += random.Uint64N(4)
				}
				for c, count := range counts {
					r.Counters = append(r.Counters, counter(c.Path, c.ExitCode, count))
				}
				sent = append(sent, report(id, "v1", r.Counters...))
			}
			for c, count := range counts {
				if count > 0 {
					want[store.Key{Command: c.Path, ExitCode: c.ExitCode, CLIVersion: "v1", OperatingSystem: "linux"}] += int64(count)
				}
			}
		}
		sent = append(sent, sent[:len(sent)/2]...)
		random.Shuffle(len(sent), func(i, j int) { sent[i], sent[j] = sent[j], sent[i] })
		var all sync.WaitGroup
		work := make(chan []wire.Report)
		working := severalOf(t, url, collectors)
		for _, s := range working {
			all.Go(func() {
				for batch := range work {
					if refusals, err := s.Add(t.Context(), noon, batch); errors.Join(append(refusals, err)...) != nil {
						t.Error(refusals, err)
					}
				}
			})
		}
		for batch := range slices.Chunk(sent, 17) {
			work <- batch
		}
		close(work)
		all.Wait()
		for _, s := range working {
			s.Close()
		}
		s := open(t, url)
		if got := totals(t, s, noon); !maps.Equal(got, want) {
			t.Errorf("totals\n%v, want\n%v", got, want)
		}
		if got := active(t, s, noon); got["pace v1"] != 60 {
			t.Errorf("%v, want 60 active installs", got)
		}
	})
}

func TestForgetErasesTheInstallAndNoTotal(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		s := open(t, url)
		id, other := uuid.New(), uuid.New()
		add(t, s, noon, report(id, "v1", counter("pace get", 0, 4)), report(other, "v1", counter("pace get", 0, 1)), report(id, "v1", counter("kube get", 0, 2)))
		before := totals(t, s, noon)
		for _, want := range []bool{true, false} {
			if found, err := s.Forget(t.Context(), id); err != nil || found != want {
				t.Fatalf("found %v, want %v, %v", found, want, err)
			}
			if got := active(t, s, noon); !maps.Equal(got, map[string]int64{"pace v1": 1}) {
				t.Errorf("active: %v", got)
			}
			if got := totals(t, s, noon); !maps.Equal(got, before) {
				t.Errorf("totals: %v, were %v", got, before)
			}
		}
	})
}

func TestActivityFollowsTheDays(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		s := open(t, url)
		id, other := uuid.New(), uuid.New()
		at := func(days int) time.Time { return noon.AddDate(0, 0, days) }
		add(t, s, at(0), report(id, "v1", counter("pace get", 0, 1)), report(other, "v1", counter("pace get", 0, 1)))
		add(t, s, at(20), report(id, "v2", counter("pace get", 1, 1)), report(id, "v2", counter("pace get", 1, 1)))
		for _, test := range []struct {
			day  int
			want map[string]int64
		}{
			{20, map[string]int64{"pace v1": 1, "pace v2": 1}},
			{29, map[string]int64{"pace v1": 1, "pace v2": 1}},
			{30, map[string]int64{"pace v2": 1}},
			{50, map[string]int64{}},
		} {
			if got := active(t, s, at(test.day)); !maps.Equal(got, test.want) {
				t.Errorf("day %d: %v, want %v", test.day, got, test.want)
			}
		}
		sel := store.Selection{App: "pace", Since: at(0).Truncate(24 * time.Hour), Until: at(20).Truncate(24 * time.Hour)}
		total, err := s.Total(t.Context(), sel)
		if err != nil {
			t.Fatal(err)
		}
		days, err := s.ByDay(t.Context(), sel)
		if err != nil || len(days) != 21 {
			t.Fatal(err, days)
		}
		first, last := days[0], days[20]
		if total.Installs != 2 || first.Installs != 2 || first.Runs != 2 || last.Installs != 1 || last.Failures != 1 {
			t.Errorf("%+v %+v", total, days)
		}
		expireDaily(t, s, at(20), at(60), 50*24*time.Hour)
		if found, err := s.Forget(t.Context(), other); err != nil || found {
			t.Errorf("an install that was silent for longer than the retention is still there, %v", err)
		}
		if found, err := s.Forget(t.Context(), id); err != nil || !found {
			t.Errorf("an install that was not is gone, %v", err)
		}
		sel.Until = at(60).Truncate(24 * time.Hour)
		commands, err := s.ByCommand(t.Context(), sel)
		if err != nil || len(commands) != 1 || commands[0].Name != "pace get" || commands[0].Runs != 1 || commands[0].Failures != 1 {
			t.Errorf("days beyond the retention are still there: %+v, %v", commands, err)
		}
	})
}

// TestSelections asks for one app, one version, and everything.
func TestSelections(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		s := open(t, url)
		add(t, s, noon,
			report(uuid.New(), "v1.9.0", counter("pace get", 0, 10), counter("pace get", 1, 2), counter("pace set", -1, 1)),
			report(uuid.New(), "v1.10.0", counter("pace get", 0, 5)),
			report(uuid.New(), "dev", counter("kube get", 3, 7)))
		today := noon.Truncate(24 * time.Hour)
		apps, err := s.Apps(t.Context())
		if err != nil || !slices.Equal(apps, []string{"kube", "pace"}) {
			t.Errorf("%v, %v", apps, err)
		}
		sel := store.Selection{App: "pace", Since: today, Until: today}
		versions, err := s.ByVersion(t.Context(), sel)
		if err != nil || len(versions) != 2 || versions[0].Name != "v1.10.0" || versions[1].Name != "v1.9.0" || versions[1].Runs != 13 {
			t.Errorf("%+v, %v", versions, err)
		}
		codes, err := s.ByExitCode(t.Context(), sel)
		if err != nil || !slices.Equal(codes, []store.CodeRuns{{Code: 0, Runs: 15}, {Code: 1, Runs: 2}, {Code: -1, Runs: 1}}) {
			t.Errorf("%v, %v", codes, err)
		}
		sel.Version = "v1.9.0"
		commands, err := s.ByCommand(t.Context(), sel)
		want := []store.Row{
			{Name: "pace get", Sums: store.Sums{Runs: 12, Failures: 2, Installs: 1, InstallsFailed: 1, First: 1, FirstFailed: 1, Last: today}},
			{Name: "pace set", Sums: store.Sums{Runs: 1, NoExit: 1, Installs: 1, First: 1, Last: today}},
		}
		if err != nil || !slices.Equal(commands, want) {
			t.Errorf("%+v, %v", commands, err)
		}
	})
}

// TestASeriesIsShownOnce follows what two readers have seen, over a restart.
func TestASeriesIsShownOnce(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		s := open(t, url)
		begin := func(reader string) {
			t.Helper()
			if err := s.Begin(t.Context(), reader); err != nil {
				t.Fatal(err)
			}
		}
		check := func(why, reader, want string) (ids []int64) {
			t.Helper()
			shot, err := s.Snapshot(t.Context(), noon, reader)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, one := range shot.Series {
				ids = append(ids, one.ID)
				got += fmt.Sprintf("%s=%v ", one.Command, one.Shown)
			}
			if got = strings.TrimSpace(got); got != want {
				t.Errorf("%s: %s sees %s, want %s", why, reader, got, want)
			}
			return ids
		}
		begin("early")
		add(t, s, noon, report(uuid.New(), "v1", counter("pace", 0, 1)))
		check("new", "early", "pace=false")
		begin("late")
		begin("early")
		check("there before the reader", "late", "pace=true")
		check("begun again", "early", "pace=false")
		check("without a reader", store.Anyone, "pace=true")
		add(t, s, noon, report(uuid.New(), "v1", counter("pace get", 0, 1)))
		ids := check("new to both", "late", "pace=true pace get=false")
		for range 2 {
			if err := s.Show(t.Context(), "late", ids[1:]); err != nil {
				t.Fatal(err)
			}
			check("shown", "late", "pace=true pace get=true")
			check("shown to another", "early", "pace=false pace get=false")
			s.Close()
			s = open(t, url)
			begin("late")
		}
	})
}

// TestOneLeads has two collectors on one database.
func TestOneLeads(t *testing.T) {
	url := peertest.Database(t)
	a, b := open(t, url), open(t, url)
	leading := make(chan string)
	lead := func(ctx context.Context, s *store.Store, name string) {
		s.Lead(ctx, func(ctx context.Context) error {
			select {
			case leading <- name:
			case <-ctx.Done():
			}
			<-ctx.Done()
			return ctx.Err()
		})
	}
	ctx, stop := context.WithCancel(t.Context())
	go lead(ctx, a, "a")
	if got := <-leading; got != "a" {
		t.Fatal(got)
	}
	go lead(t.Context(), b, "b")
	select {
	case got := <-leading:
		t.Fatalf("%s leads too", got)
	case <-time.After(3 * time.Second):
	}
	stop()
	if got := <-leading; got != "b" {
		t.Fatal(got)
	}
}

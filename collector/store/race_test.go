package store_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// hostileVersion is a version that no honest install has.
const hostileVersion = "v6.6.6"

// TestReportsWhileTheStoreIsChanged has installs report to two collectors while releases are
// registered and taken back, installs erased, old rows expired, and an invented version purged
// over and over. In the end the store has what a store has that got the same reports and
// erasures one by one, and never heard of the invented version.
func TestReportsWhileTheStoreIsChanged(t *testing.T) {
	peertest.Long(t, "fills stores for seconds")
	t.Parallel()
	onEach(t, func(t *testing.T, url string) { raceOn(t, url, store.Limits{}, true) })
}

// TestReportsWhileSeriesGiveWay: no run is lost or counted twice, whichever collector makes
// room.
func TestReportsWhileSeriesGiveWay(t *testing.T) {
	peertest.Long(t, "fills stores for seconds")
	t.Parallel()
	onEach(t, func(t *testing.T, url string) { raceOn(t, url, store.Limits{Series: 60, Versions: 2}, false) })
}

func raceOn(t *testing.T, url string, limits store.Limits, purges bool) {
	both := severalOf(t, url, 2)
	for _, s := range both {
		s.Limit(limits)
	}
	var reporting, changing sync.WaitGroup
	var done atomic.Bool
	var mu sync.Mutex
	expected := map[string]uint64{} // runs by app
	var honest [][]wire.Report      // of each install, in the order in which it sent them
	var erased []uuid.UUID
	for worker := range 6 {
		reporting.Go(func() {
			random := rand.New(rand.NewPCG(uint64(worker), 1))
			for n := range 15 {
				app := []string{"pace", "pace", "reg", "spam"}[random.IntN(4)]
				id, counts := uuid.New(), map[wire.Counter]uint64{}
				version := []string{"v1", "v2", hostileVersion}[random.IntN(3)]
				var sent []wire.Report
				for range 1 + random.IntN(5) {
					for range 1 + random.IntN(4) {
						path := fmt.Sprint(app, " ", []string{"get", "put", "list"}[random.IntN(3)])
						if app == "spam" {
							path = fmt.Sprintf("spam %d-%d", worker, random.IntN(1+n))
						}
						counts[counter(path, random.IntN(2), 0)] += uint64(1 + random.IntN(9))
					}
					if version == "v1" && random.IntN(3) == 0 {
						version = "v2"
					}
					one := report(id, version)
					one.App = app
					for c, count := range counts {
						c.Count = count
						one.Counters = append(one.Counters, c)
					}
					sent = append(sent, one)
					for range 1 + random.IntN(2) {
						if refusals, err := both[random.IntN(2)].Add(t.Context(), noon, []wire.Report{one}); err != nil || refusals[0] != nil {
							t.Error(refusals, err)
						}
					}
				}
				forgotten := random.IntN(8) == 0
				if forgotten {
					if found, err := both[random.IntN(2)].Forget(t.Context(), id); err != nil || !found && version != hostileVersion {
						t.Error(found, err)
					}
				}
				mu.Lock()
				for _, count := range counts {
					if version != hostileVersion || app == "reg" || !purges {
						expected[app] += count
					}
				}
				if version != hostileVersion {
					honest = append(honest, sent)
					if forgotten {
						erased = append(erased, id)
					}
				}
				mu.Unlock()
			}
		})
	}
	change := func(every func(i int, s *store.Store) error) {
		changing.Go(func() {
			for i := 0; !done.Load(); i++ {
				if err := every(i, both[i%2]); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	change(func(i int, s *store.Store) error {
		one := release("v1", "reg get")
		one.App = "reg"
		return s.Register(t.Context(), noon, one)
	})
	change(func(i int, s *store.Store) error {
		_, err := s.Unregister(t.Context(), "reg", "v1")
		return err
	})
	change(func(i int, s *store.Store) error { return s.Expire(t.Context(), noon, 400*24*time.Hour) })
	purge := func(s *store.Store) error {
		for _, app := range []string{"pace", "spam"} {
			_, err := s.Purge(t.Context(), noon, store.PurgeSelection{App: app, Version: hostileVersion})
			if refusal := (*store.Refusal)(nil); err != nil && !errors.As(err, &refusal) {
				return err
			}
		}
		return nil
	}
	if purges {
		change(func(_ int, s *store.Store) error { return purge(s) })
	}
	reporting.Wait()
	done.Store(true)
	changing.Wait()
	if purges {
		check(t, purge(both[0]))
	}
	if sums := runsByApp(t, url); !maps.Equal(sums, expected) {
		t.Errorf("%v, want %v", sums, expected)
	}
	if !purges {
		return
	}
	alone := open(t, "sqlite:"+filepath.Join(t.TempDir(), "alone.db"))
	alone.Limit(limits)
	for _, sent := range honest {
		for _, one := range sent {
			add(t, alone, noon, one)
		}
	}
	for _, id := range erased {
		if _, err := alone.Forget(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	got, want := kept(t, both[1]), kept(t, alone)
	if got != want {
		t.Errorf("it has\n%s\nand one that got them one by one\n%s", got, want)
	}
}

// kept is what a store says of pace.
func kept(t *testing.T, s *store.Store) string {
	text := ""
	sel := store.Selection{App: "pace", Since: noon.AddDate(0, 0, -40), Until: noon}
	for _, ask := range []func() (any, error){
		func() (any, error) { return s.Total(t.Context(), sel) },
		func() (any, error) { return s.ByCommand(t.Context(), sel) },
		func() (any, error) { return s.ByVersion(t.Context(), sel) },
		func() (any, error) { return s.ByExitCode(t.Context(), sel) },
		func() (any, error) { return s.ByDay(t.Context(), sel) },
		func() (any, error) { return s.Versions(t.Context(), "pace") },
		func() (any, error) { return s.Weeks(t.Context(), "pace", "") },
	} {
		answer, err := ask()
		if err != nil {
			t.Fatal(err)
		}
		text += fmt.Sprintf("%+v\n", answer)
	}
	return text
}

// runsByApp are the totals of the database, also of series that gave way.
func runsByApp(t *testing.T, url string) map[string]uint64 {
	t.Helper()
	rows, err := beside(t, url).QueryContext(t.Context(), `SELECT app, SUM(total) FROM series GROUP BY app`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	sums := map[string]uint64{}
	for rows.Next() {
		var app string
		var sum uint64
		if err := rows.Scan(&app, &sum); err != nil {
			t.Fatal(err)
		}
		sums[app] = sum
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return sums
}

package store_test

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
)

func release(version string, paths ...string) store.Release {
	r := store.Release{App: "pace", Version: version}
	for _, path := range paths {
		r.Commands = append(r.Commands, wire.Command{Path: path})
	}
	return r
}

// TestARegistrationHoldsAtOnceEverywhere: in a collector that is running, and in
// the others of the database.
func TestARegistrationHoldsAtOnceEverywhere(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		s := open(t, url)
		both := []*store.Store{s, s}
		if strings.HasPrefix(url, "postgres:") { // a SQLite file has one collector
			both[1] = open(t, url)
		}
		one := func(version string) wire.Report {
			return report(uuid.New(), version, counter("pace get", 0, 1), counter("pace get new", 0, 1), counter("pace get old", 0, 1), counter("pace secret", 0, 1))
		}
		for _, s := range both {
			add(t, s, noon, one("dev"))
		}
		want := map[store.Key]int64{series("pace get", 0, "dev"): 2, series("pace get new", 0, "dev"): 2, series("pace get old", 0, "dev"): 2, series("pace secret", 0, "dev"): 2}
		if got := totals(t, s, noon); !maps.Equal(got, want) {
			t.Fatalf("%v", got)
		}
		for _, r := range []store.Release{release("v1", "pace", "pace get", "pace get old"), release("v2", "pace", "pace get", "pace get new"), release("v3", "pace")} {
			if err := s.Register(t.Context(), noon, r); err != nil {
				t.Fatal(err)
			}
		}
		execute(t, url, `UPDATE releases SET commands = CAST('pace  get' AS `+map[bool]string{true: "BLOB", false: "BYTEA"}[url[0] == 's']+`) WHERE version = 'v3'`)
		execute(t, url, `UPDATE clock SET names = names + 1`)
		for _, s := range both {
			add(t, s, noon, one("v1"), one("v2"), one("v3"), one("dev"), one("v1.0-invented"))
		}
		for key, n := range map[store.Key]int64{
			series("pace get", 0, "v1"): 2, series("pace get old", 0, "v1"): 2, series("pace get (unlisted)", 0, "v1"): 2, series("pace (unlisted)", 0, "v1"): 2,
			series("pace get", 0, "v2"): 2, series("pace get new", 0, "v2"): 2, series("pace get (unlisted)", 0, "v2"): 2, series("pace (unlisted)", 0, "v2"): 2,
			// v3, whose list cannot be read, and what nobody registered, have the commands of all.
			series("pace get", 0, "v3"): 2, series("pace get new", 0, "v3"): 2, series("pace get old", 0, "v3"): 2, series("pace (unlisted)", 0, "v3"): 2,
			series("pace get", 0, store.Unregistered): 4, series("pace get new", 0, store.Unregistered): 4, series("pace get old", 0, store.Unregistered): 4, series("pace (unlisted)", 0, store.Unregistered): 4,
		} {
			want[key] = n
		}
		if got := totals(t, s, noon); !maps.Equal(got, want) {
			for key := range want {
				if got[key] != want[key] {
					t.Errorf("%v: %d, want %d", key, got[key], want[key])
				}
			}
			t.Errorf("%d series, want %d", len(got), len(want))
		}
		releases, err := s.Releases(t.Context(), "pace")
		if err != nil || len(releases) != 3 {
			t.Errorf("%v, %v", releases, err)
		}
	})
}

// TestAListBesideReleases: what either lists is listed, and the nearest parent of
// both counts.
func TestAListBesideReleases(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		s := open(t, url)
		list := &wire.AllowList{}
		list.Add([]wire.Command{{Path: "pace"}, {Path: "pace list"}, {Path: "kube"}})
		s.Allow(list)
		if err := s.Register(t.Context(), noon, release("v1", "pace", "pace get")); err != nil {
			t.Fatal(err)
		}
		add(t, s, noon, report(uuid.New(), "v1", counter("pace list", 0, 1), counter("pace get", 0, 1), counter("pace get x", 0, 1), counter("pace list x", 0, 1)),
			report(uuid.New(), "v9", counter("kube x", 0, 1)))
		want := map[store.Key]int64{series("pace list", 0, "v1"): 1, series("pace get", 0, "v1"): 1, series("pace get (unlisted)", 0, "v1"): 1, series("pace list (unlisted)", 0, "v1"): 1, series("kube (unlisted)", 0, "v9"): 1}
		if got := totals(t, s, noon); !maps.Equal(got, want) {
			t.Errorf("%v", got)
		}
		refused(t, s, report(uuid.New(), "v1", counter("helm get", 0, 1)), `no CLI named "helm" reports here`)
		helm := store.Release{App: "helm", Version: "v1", Commands: []wire.Command{{Path: "helm get"}}}
		if err := s.Register(t.Context(), noon, helm); err != nil {
			t.Fatal(err)
		}
		add(t, s, noon, report(uuid.New(), "v1", counter("helm get", 0, 1)))
	})
}

func refused(t *testing.T, s *store.Store, r wire.Report, why string) {
	t.Helper()
	refusals, err := s.Add(t.Context(), noon, []wire.Report{r})
	var refusal *store.Refusal
	if err != nil || !errors.As(refusals[0], &refusal) || refusal.Reason != why {
		t.Errorf("%v, %v, want %q", refusals, err, why)
	}
}

// TestLookAlikesTakeNoPlace: letters that look like others count only where they
// are listed.
func TestLookAlikesTakeNoPlace(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		s := open(t, url)
		const cyrillic = "\u0430" // looks like a
		refused(t, s, report(uuid.New(), "v1", counter("p"+cyrillic+"ce get", 0, 1)), "a CLI whose name is not in ASCII has to be listed (--commands) or registered")
		add(t, s, noon, report(uuid.New(), "v1", counter("pace p"+cyrillic+"tch x", 0, 1), counter("pace patch", 0, 2)), report(uuid.New(), "v1-"+cyrillic, counter("pace patch", 0, 4)))
		want := map[store.Key]int64{series("pace (unlisted)", 0, "v1"): 1, series("pace patch", 0, "v1"): 2, series("pace patch", 0, store.Overflow): 4}
		if got := totals(t, s, noon); !maps.Equal(got, want) {
			t.Errorf("%v", got)
		}
		list := &wire.AllowList{}
		list.Add([]wire.Command{{Path: "größe"}, {Path: "größe ändern"}})
		s.Allow(list)
		add(t, s, noon, report(uuid.New(), "v1", counter("größe ändern", 0, 1), counter("größe andern", 0, 1)))
		if got := totals(t, s, noon); got[series("größe ändern", 0, "v1")] != 1 || got[series("größe (unlisted)", 0, "v1")] != 1 {
			t.Errorf("%v", got)
		}
	})
}

// TestNamesOfANetwork: names that one network may not make count under those that
// stand for all such; names that are known, listed or registered cost nothing.
func TestNamesOfANetwork(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		s := open(t, url)
		s.Limit(store.Limits{AppsPerNetwork: 2, VersionsPerNetwork: 3, CommandsPerNetwork: 4, SeriesPerNetwork: 100})
		add(t, s, noon, report(uuid.New(), "v1", counter("pace get", 0, 1)))
		for n := range 10 {
			receive(t, s, noon, from(1, report(uuid.New(), fmt.Sprint("v1.", n), counter("pace get", 0, 1))))
			receive(t, s, noon, from(2, report(uuid.New(), "v1", counter(fmt.Sprint("pace ", n), 0, 1))))
			receive(t, s, noon, from(3, report(uuid.New(), "v1", counter(fmt.Sprint("app", n), 0, 1))))
			receive(t, s, noon, from(4, report(uuid.New(), "v1", counter("pace get", 0, 1))))
		}
		got := totals(t, s, noon)
		other := map[store.Key]int64{series("pace get", 0, store.Overflow): 7, series("pace (other)", 0, store.Overflow): 6, series("pace get", 0, "v1"): 11}
		for key, want := range other {
			if got[key] != want {
				t.Errorf("%v: %d, want %d", key, got[key], want)
			}
		}
		if len(got) != 3+3+4+2 {
			t.Errorf("%d series: %v", len(got), got)
		}
		_, reports := heldRuns(t, s)
		if want := (map[store.Reason]int64{store.NetworkVersions: 7, store.NetworkCommands: 6, store.NetworkApps: 8}); !maps.Equal(reports, want) {
			t.Errorf("%v, want %v", reports, want)
		}
		if err := s.Register(t.Context(), noon, release("v2", "pace", "pace get", "pace list")); err != nil {
			t.Fatal(err)
		}
		var many []wire.Counter
		for code := range 256 {
			many = append(many, counter("pace list", code, 1))
		}
		receive(t, s, noon, from(1, report(uuid.New(), "v2", many...)), from(1, report(uuid.New(), "v2", counter("pace get", 0, 1), counter("pace get", 1, 1))))
		got = totals(t, s, noon)
		if got[series("pace get", 0, "v2")] != 1 || got[series("pace get", 1, "v2")] != 1 || got[series("pace list", 0, "v2")] != 1 {
			t.Error("a registered release is bounded")
		}
		if n := got[series("pace (other)", 255, store.Overflow)]; n != 1 {
			t.Errorf("the 255th exit code of a release without names for them counts under its own name: %d", n)
		}
	})
}

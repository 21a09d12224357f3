package store_test

import (
	"database/sql"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

func series(command string, code int, version string) store.Key {
	return store.Key{Command: command, ExitCode: code, CLIVersion: version, OperatingSystem: "linux"}
}

// invented are reports of n series, of listed commands with all exit codes and
// systems, and of versions that there are not.
func invented(n int) (reports []wire.Report) {
	systems := []string{"aix", "android", "darwin", "dragonfly", "freebsd", "illumos", "ios", "js", "linux", "nacl", "netbsd", "openbsd", "plan9", "solaris", "wasip1", "windows"}
	const counters = 1_250 // 64 KiB
	for made := 0; made < n; {
		r := report(uuid.New(), fmt.Sprint("v0.", len(reports)/len(systems)))
		r.App, r.OperatingSystem = "pace", systems[len(reports)%len(systems)]
		for i := 0; i < counters && made < n; i++ {
			r.Counters = append(r.Counters, counter([]string{"pace", "pace get", "pace set", "pace list", "pace apply"}[i/257], i%257-1, 1))
			made++
		}
		reports = append(reports, r)
	}
	return reports
}

func TestARealReleaseFindsItsPlaceAmongInventedSeries(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		s := open(t, url)
		limits := store.Limits{Series: 10_000} // with the 100,000 of DefaultLimits it takes ten times as long
		s.Limit(limits)
		add(t, s, noon, report(uuid.New(), "v1.18.0", counter("pace get", 0, 20)), report(uuid.New(), "v1.18.0", counter("pace get", 0, 1)))
		for _, one := range invented(limits.Series) {
			add(t, s, noon, one)
		}
		for range 3 {
			add(t, s, noon, report(uuid.New(), "v1.19.0", counter("pace get", 0, 5), counter("pace get", 1, 1)))
		}
		got := totals(t, s, noon)
		for key, want := range map[store.Key]int64{series("pace get", 0, "v1.18.0"): 21, series("pace get", 0, "v1.19.0"): 15, series("pace get", 1, "v1.19.0"): 3} {
			if got[key] != want {
				t.Errorf("%v is %d, want %d", key, got[key], want)
			}
		}
		if len(got) > limits.Series {
			t.Errorf("%d series, more than %d", len(got), limits.Series)
		}
	})
}

// TestVersionsAndAppsGiveWay: so that real ones find a place after as many
// invented ones as there is room for.
func TestVersionsAndAppsGiveWay(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		s := open(t, url)
		s.Limit(store.Limits{Apps: 10, Versions: 20})
		real := report(uuid.New(), "v1.18.0", counter("pace get", 0, 2))
		add(t, s, noon, real, report(uuid.New(), "v1.18.0", counter("pace get", 0, 1)))
		for n := range 60 {
			add(t, s, noon, report(uuid.New(), fmt.Sprint("v0.", n), counter("pace get", 0, 1)))
			add(t, s, noon, report(uuid.New(), "v1", counter(fmt.Sprint("app", n), 0, 1)))
		}
		for range 3 {
			add(t, s, noon, report(uuid.New(), "v1.19.0", counter("pace get", 0, 1)), report(uuid.New(), "v1", counter("kube get", 0, 1)))
		}
		got := totals(t, s, noon)
		for key, want := range map[store.Key]int64{series("pace get", 0, "v1.18.0"): 3, series("pace get", 0, "v1.19.0"): 3, series("kube get", 0, "v1"): 3} {
			if got[key] != want {
				t.Errorf("%v: %d, want %d", key, got[key], want)
			}
		}
		versions, err := s.Versions(t.Context(), "pace")
		if err != nil || len(versions) > 20 {
			t.Errorf("%d versions, %v", len(versions), err)
		}
		apps, err := s.Apps(t.Context())
		if err != nil || len(apps) > 10 {
			t.Errorf("%d apps, %v", len(apps), err)
		}
		if len(got) > 20+10 {
			t.Errorf("%d series", len(got))
		}
	})
}

// TestWhatGaveWayComesBackWithItsTotal: at a sink no series goes down, and none
// counts a run twice, whether it gave way or was silent; and what its installs did
// stays exact.
func TestWhatGaveWayComesBackWithItsTotal(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		s := open(t, url)
		s.Limit(store.Limits{Versions: 3})
		id, silent := uuid.New(), uuid.New()
		counts := map[string]uint64{}
		last := map[store.Key]int64{}
		look := func(day int) {
			t.Helper()
			for key, n := range totals(t, s, noon.AddDate(0, 0, day)) {
				if n < last[key] {
					t.Errorf("%v went from %d to %d", key, last[key], n)
				}
				last[key] = n
			}
		}
		add(t, s, noon, report(silent, "v1", counter("kube get", 0, 5)))
		for n := range 40 {
			version := fmt.Sprint("v", n%5)
			counts[version]++
			add(t, s, noon.AddDate(0, 0, n), report(id, version, counter("pace get", 0, uint64(n+1))))
			look(n)
		}
		for version, n := range counts {
			if got := last[series("pace get", 0, version)]; got != int64(n) {
				t.Errorf("%s: %d, want %d", version, got, n)
			}
		}
		now := noon.AddDate(0, 0, 40)
		if err := s.Expire(t.Context(), now, 30*24*time.Hour); err != nil {
			t.Fatal(err)
		}
		if n, there := totals(t, s, now)[series("kube get", 0, "v1")]; there {
			t.Errorf("a series that is silent is still there, with %d", n)
		}
		add(t, s, now, report(uuid.New(), "v1", counter("kube get", 0, 2)))
		if got := totals(t, s, now)[series("kube get", 0, "v1")]; got != 7 {
			t.Errorf("it came back with %d, want 7", got)
		}
		rows, err := s.ByCommand(t.Context(), store.Selection{App: "pace", Since: noon.Truncate(24 * time.Hour), Until: now.Truncate(24 * time.Hour)})
		if err != nil || len(rows) != 1 || rows[0].Installs != 1 {
			t.Errorf("%+v, %v: one install", rows, err)
		}
		if found, err := s.Forget(t.Context(), id); err != nil || !found {
			t.Error(found, err)
		}
		rows, err = s.ByCommand(t.Context(), store.Selection{App: "pace", Since: noon.Truncate(24 * time.Hour), Until: now.Truncate(24 * time.Hour)})
		if err != nil || len(rows) > 0 && rows[0].Installs != 0 {
			t.Errorf("%+v, %v: no install", rows, err)
		}
	})
}

// TestAnInstallIsOneAtAllCollectors: a command and a version that another
// collector made are the same here.
func TestAnInstallIsOneAtAllCollectors(t *testing.T) {
	url := peertest.Database(t)
	a, b := open(t, url), open(t, url)
	id := uuid.New()
	add(t, b, noon, report(uuid.New(), "v1", counter("another", 0, 1))) // b knows what there is
	add(t, a, noon, report(id, "v1", counter("pace get", 0, 1)))
	add(t, b, noon.AddDate(0, 0, 1), report(id, "v1", counter("pace get", 0, 2)))
	for _, version := range []string{"", "v1"} {
		rows, err := a.ByCommand(t.Context(), store.Selection{App: "pace", Version: version, Since: noon.Truncate(24 * time.Hour), Until: noon.AddDate(0, 0, 1).Truncate(24 * time.Hour)})
		if err != nil || len(rows) != 1 || rows[0].Installs != 1 {
			t.Errorf("%+v, %v: one install", rows, err)
		}
	}
	if found, err := b.Forget(t.Context(), id); err != nil || !found {
		t.Error("an install of an app that another collector made known is not found", err)
	}
}

// TestActiveInstallsAreToldApartUpToABound: a sink gets no series for each version and
// system that strangers invent. Every install is in one.
func TestActiveInstallsAreToldApartUpToABound(t *testing.T) {
	t.Parallel()
	s := open(t, "sqlite:"+t.TempDir()+"/telemetry.db")
	s.Limit(store.Limits{})
	systems := []string{"aix", "android", "darwin", "dragonfly", "freebsd", "illumos", "ios", "js", "linux", "nacl", "netbsd", "openbsd", "plan9", "solaris", "wasip1", "windows", wire.Other}
	var reports []wire.Report
	for version := range 600 {
		for _, system := range systems {
			r := report(uuid.New(), fmt.Sprintf("v9.%d", version), counter("pace get", 0, 1))
			r.OperatingSystem = system
			reports = append(reports, r)
		}
	}
	for range 3 {
		reports = append(reports, report(uuid.New(), "v1.0", counter("pace get", 0, 1)))
	}
	add(t, s, noon, reports...)
	shot, err := s.Snapshot(t.Context(), noon, store.Anyone)
	if err != nil {
		t.Fatal(err)
	}
	installs, real := int64(0), int64(0)
	for _, one := range shot.Active {
		installs += one.Installs
		if one.CLIVersion == "v1.0" {
			real = one.Installs
		}
	}
	if most := 10_000 + len(systems); len(shot.Active) > most || installs != int64(len(reports)) || real != 3 {
		t.Errorf("%d series of %d installs, of the real version %d; want %d at most, %d and 3", len(shot.Active), installs, real, most, len(reports))
	}
}

// TestWhatGaveWayCostsNoDay: at the end of a day there is a picture of each command, also
// of a silent one. Those that gave way have none, or what strangers invent in a month
// would cost a minute, and disk, each day from then on.
func TestWhatGaveWayCostsNoDay(t *testing.T) {
	t.Parallel()
	file := t.TempDir() + "/telemetry.db"
	s := open(t, "sqlite:"+file)
	const series = 100
	s.Limit(store.Limits{Series: series})
	ids := [3]uuid.UUID{uuid.New(), uuid.New(), uuid.New()}
	const days, invented = 10, 80
	stranger := uuid.New()
	for day := range days {
		now := noon.AddDate(0, 0, day)
		for _, id := range ids {
			add(t, s, now, report(id, "v1", counter("pace get", 0, uint64(day+1))))
		}
		for i := range invented {
			add(t, s, now, report(stranger, "v1", counter(fmt.Sprintf("pace evil%d-%d", day, i), 0, 1)))
		}
	}
	last := noon.AddDate(0, 0, days)
	add(t, s, last, report(ids[0], "v1", counter("pace get", 0, days+1)))
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var pictures int
	if err := db.QueryRow(`SELECT COUNT(*) FROM windows WHERE day = (SELECT day - 1 FROM clock)`).Scan(&pictures); err != nil {
		t.Fatal(err)
	}
	if most := 2 * (series + invented + 2); pictures > most || pictures < series {
		t.Errorf("%d pictures of a day on which %d of %d commands gave way, want %d at most", pictures, days*invented-series, days*invented, most)
	}
	sel := store.Selection{App: "pace", Command: "pace get", Since: last.AddDate(0, 0, -6), Until: last}
	windows, err := s.Windows(t.Context(), sel, 7)
	if err != nil || len(windows) != 7 || windows[0].Installs != 3 || windows[6].Installs != 3 {
		t.Errorf("pictures of what most installs use: %+v, %v", windows, err)
	}
	sel.Since = noon
	rows, err := s.ByCommand(t.Context(), sel)
	if err != nil || len(rows) > series+1 || rows[0].Name != "pace get" || rows[0].Runs != 3*days+1 {
		t.Errorf("a list has %d commands, want %d at most; the first is %+v, %v", len(rows), series+1, rows[0], err)
	}
	spans, err := s.Spans(t.Context(), sel)
	if err != nil || len(spans) != len(rows) || !spans["pace get"].Last.Equal(last.Truncate(24*time.Hour)) {
		t.Errorf("%d commands have a first and a last day, want %d; %v, %v", len(spans), len(rows), spans["pace get"], err)
	}
	sel.Command = "pace evil0-0"
	if sums, err := s.Total(t.Context(), sel); err != nil || sums.Runs != 1 || sums.Installs != 1 {
		t.Errorf("of one that gave way %+v, %v; want its run and its install", sums, err)
	}
}

// TestVersionsThatGaveWayAreOne: strangers invent versions each day, of which those that
// gave way are told together and have no pictures.
func TestVersionsThatGaveWayAreOne(t *testing.T) {
	t.Parallel()
	file := t.TempDir() + "/telemetry.db"
	s := open(t, "sqlite:"+file)
	const versions, days, invented = 20, 10, 15
	s.Limit(store.Limits{Versions: versions})
	ids := [2]uuid.UUID{uuid.New(), uuid.New()}
	for day := range days {
		now := noon.AddDate(0, 0, day)
		for _, id := range ids {
			add(t, s, now, report(id, "v1", counter("pace get", 0, uint64(day+1))))
		}
		for i := range invented {
			add(t, s, now, report(uuid.New(), fmt.Sprintf("v99.%d.%d", day, i), counter("pace get", 0, 1)))
		}
	}
	last := noon.AddDate(0, 0, days)
	add(t, s, last, report(ids[0], "v1", counter("pace get", 0, days+1)))
	for _, command := range []string{"", "pace get"} {
		sel := store.Selection{App: "pace", Command: command, Since: noon, Until: last}
		rows, err := s.ByVersion(t.Context(), sel)
		if err != nil {
			t.Fatal(err)
		}
		runs, installs, named := int64(0), int64(0), map[string]int64{}
		for _, row := range rows {
			runs, installs, named[row.Name] = runs+row.Runs, installs+row.Installs, row.Runs
		}
		if want := int64(2*days + 1 + days*invented); len(rows) > versions+1 || runs != want || installs != 2+days*invented || named["v1"] != 2*days+1 || len(named) != len(rows) {
			t.Errorf("%q: %d versions, %d runs and %d installs: %v; want %d versions at most and %d runs", command, len(rows), runs, installs, named, versions+1, want)
		}
	}
	adoption, err := s.Adoption(t.Context(), store.Selection{App: "pace", Since: noon, Until: last}, 30)
	if err != nil || len(adoption) > versions+1 || len(adoption["v1"]) != days+1 {
		t.Errorf("adoption of %d versions, of v1 %v, %v", len(adoption), adoption["v1"], err)
	}
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var pictures int
	if err := db.QueryRow(`SELECT COUNT(*) FROM windows WHERE version <> 0 AND day = (SELECT day - 1 FROM clock)`).Scan(&pictures); err != nil {
		t.Fatal(err)
	}
	if most := 2 * (versions + invented + 1); pictures > most {
		t.Errorf("%d pictures of versions of a day, want %d at most", pictures, most)
	}
}

// TestWhatCountedUnderOtherBeforeItGaveWay: an install that comes back with an app counts once
// under "(other)", and has failed there once.
func TestWhatCountedUnderOtherBeforeItGaveWay(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		s := open(t, url)
		s.Limit(store.Limits{Series: 2, Apps: 1})
		id := uuid.New()
		reported := func(n uint64) wire.Report {
			return report(id, "v1", counter("pace get", 0, n), counter("pace put", 0, n), counter("pace set", 1, n))
		}
		add(t, s, noon, reported(1))
		add(t, s, noon.AddDate(0, 0, 1), report(uuid.New(), "v1", counter("kube get", 0, 1)))
		add(t, s, noon.AddDate(0, 0, 2), reported(2))
		got, err := s.Total(t.Context(), store.Selection{App: "pace", Command: "pace " + store.Overflow, Since: noon.AddDate(0, 0, -9), Until: noon.AddDate(0, 0, 2)})
		if err != nil || got.Runs != 2 || got.Installs != 1 || got.InstallsFailed != 1 {
			t.Errorf("%+v, %v; want 2 runs of 1 install, which failed", got, err)
		}
	})
}

// TestAListedCommandKeepsASeries, however many are invented of the others: a command without
// one would be told among those that nobody uses.
func TestAListedCommandKeepsASeries(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		s := open(t, url)
		s.Limit(store.Limits{Series: 50})
		if err := s.Register(t.Context(), noon, store.Release{App: "pace", Version: "v9", Commands: []wire.Command{{Path: "pace get"}, {Path: "pace set"}}}); err != nil {
			t.Fatal(err)
		}
		add(t, s, noon, report(uuid.New(), "v1", counter("pace set", 0, 1), counter("pace set", 1, 1)))
		for code := range 200 {
			add(t, s, noon, report(uuid.New(), "v6.6.6", counter("pace get", code, 1)))
		}
		spans, err := s.Spans(t.Context(), store.Selection{App: "pace"})
		if _, there := spans["pace set"]; err != nil || !there {
			t.Errorf("%v, %v: pace set is not there", spans, err)
		}
		if got := totals(t, s, noon); len(got) > 50 {
			t.Errorf("%d series", len(got))
		}
	})
}

package store_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// An event is a report that raised a counter.
type event struct {
	day              int
	command, version string
	code             int
	runs             int64
}

// A machine keeps all that it ever did, which the store does not.
type machine struct {
	id      uuid.UUID
	system  string
	version string
	counts  map[wire.Counter]uint64
	events  []event
	reports map[int]string // days on which it reported, and the version then
	heard   string         // the system of its last report
	gone    bool
}

// TestInstallsAreThoseThatWereThere compares every answer about installs with
// what machines remember: over half a year of days, with reports that are lost
// and repeated, updates and downgrades, a change of system, and erased installs.
func TestInstallsAreThoseThatWereThere(t *testing.T) {
	peertest.Long(t, "fills stores with half a year")
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		s := open(t, url)
		for seed := range uint64(2) {
			compareWithMachines(t, s, fmt.Sprint("app", seed), seed)
		}
	})
}

func compareWithMachines(t *testing.T, s *store.Store, app string, seed uint64) {
	random := rand.New(rand.NewPCG(seed, 16))
	start := noon.AddDate(0, 0, int(seed)*200) // a Sunday
	at := func(day int) time.Time { return start.AddDate(0, 0, day) }
	midnight := func(day int) time.Time { return at(day).Truncate(24 * time.Hour) }
	systems, versions := []string{"linux", "darwin"}, []string{"v1.0.0", "v1.1.0", "v1.2.0"}
	commands := []string{app + " get", app + " set", app + " get all"}
	var machines []*machine
	pictures := map[int]map[string]int64{} // installs of a command in 7 days, when the day was over
	today := 0
	for step := range 40 {
		today += []int{1, 1, 1, 1, 2, 3, 9}[random.IntN(7)]
		if step == 0 {
			today = 0
		}
		add(t, s, at(today), report(uuid.New(), "v1", counter("another", 0, 1))) // so that the day is counted on
		for range random.IntN(4) {
			machines = append(machines, &machine{id: uuid.New(), system: systems[random.IntN(2)], version: versions[random.IntN(2)], counts: map[wire.Counter]uint64{}, reports: map[int]string{}})
		}
		for _, m := range machines {
			if m.gone || random.IntN(3) > 0 {
				continue
			}
			if random.IntN(5) == 0 {
				m.version = versions[random.IntN(3)]
			}
			if random.IntN(20) == 0 {
				m.system = systems[random.IntN(2)]
			}
			var added []event
			for range random.IntN(4) {
				c := wire.Counter{Path: commands[random.IntN(3)], ExitCode: []int{0, 0, 1, -1}[random.IntN(4)]}
				m.counts[c]++
				added = append(added, event{today, c.Path, m.version, c.ExitCode, 1})
			}
			if len(m.counts) == 0 || random.IntN(6) == 0 && len(m.reports) > 0 {
				for _, e := range added { // the report is lost; the next one has what was in it, under its version
					m.counts[wire.Counter{Path: e.command, ExitCode: e.code}]--
				}
				continue
			}
			r := wire.Report{App: app, CLIVersion: m.version, OperatingSystem: m.system, ID: m.id}
			for c, n := range m.counts {
				c.Count = n
				r.Counters = append(r.Counters, c)
			}
			for range 1 + random.IntN(2) {
				add(t, s, at(today), r)
			}
			if len(m.reports) == 0 && len(added) == 0 {
				continue // nothing but zeros
			}
			m.heard = m.system
			m.events, m.reports[today] = append(m.events, added...), m.version
		}
		if random.IntN(6) == 0 && len(machines) > 0 {
			m := machines[random.IntN(len(machines))]
			found, err := s.Forget(t.Context(), m.id)
			if err != nil || found != (len(m.reports) > 0 && !m.gone) {
				t.Fatal(found, err)
			}
			m.gone = true
		}
		if now, err := s.Today(t.Context()); err != nil || !now.Equal(midnight(today)) {
			t.Fatal(now, err)
		}
		pictures[today] = map[string]int64{}
		for _, command := range commands {
			pictures[today][command], _ = truth(machines, command, "", "", today-6, today)
		}
		for _, days := range []int{1, 7, 30, 365} {
			for _, version := range append(versions, "") {
				for _, system := range append(systems, "") {
					sel := store.Selection{App: app, Version: version, System: system, Since: midnight(today - days + 1), Until: midnight(today)}
					rows, err := s.ByCommand(t.Context(), sel)
					if err != nil {
						t.Fatal(err)
					}
					got, want := map[string][2]int64{}, map[string][2]int64{}
					for _, row := range rows {
						if row.Installs != 0 {
							got[row.Name] = [2]int64{row.Installs, row.InstallsFailed}
						}
					}
					for _, command := range commands {
						if used, failed := truth(machines, command, version, system, today-days+1, today); used > 0 {
							want[command] = [2]int64{used, failed}
						}
					}
					if !maps.Equal(got, want) {
						t.Fatalf("seed %d, day %d, %d days, %q %q: %v, want %v", seed, today, days, version, system, got, want)
					}
				}
			}
		}
	}
	sel := store.Selection{App: app, Since: midnight(0), Until: midnight(today)}
	total, err := s.Total(t.Context(), sel)
	if err != nil {
		t.Fatal(err)
	}
	var runs, failures, noExit int64
	daily := map[int]map[*machine]bool{}
	for _, m := range machines {
		for _, e := range m.events {
			runs += e.runs
			if e.code > 0 {
				failures += e.runs
			}
			if e.code < 0 {
				noExit += e.runs
			}
		}
		for day := range m.reports {
			if daily[day] == nil {
				daily[day] = map[*machine]bool{}
			}
			daily[day][m] = true
		}
	}
	if total.Runs != runs || total.Failures != failures || total.NoExit != noExit {
		t.Errorf("%+v, want %d runs, %d failures, %d without an exit", total, runs, failures, noExit)
	}
	days, err := s.ByDay(t.Context(), sel)
	if err != nil || len(days) != today+1 {
		t.Fatal(len(days), err)
	}
	for i, day := range days {
		if day.Installs != int64(len(daily[i])) {
			t.Errorf("day %d: %d installs, want %d", i, day.Installs, len(daily[i]))
		}
	}
	for _, command := range commands {
		sel.Command = command
		windows, err := s.Windows(t.Context(), sel, 7)
		if err != nil {
			t.Fatal(err)
		}
		found := map[int]int64{}
		for _, w := range windows {
			found[int(w.Date.Sub(midnight(0)).Hours()/24)] = w.Installs
		}
		for day, want := range pictures {
			if found[day] != want[command] {
				t.Errorf("%s in the 7 days up to day %d: %d installs, want %d", command, day, found[day], want[command])
			}
			earlier, err := s.ByCommand(t.Context(), store.Selection{App: app, Since: midnight(day - 6), Until: midnight(day)})
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range earlier {
				if row.Name == command && row.Installs != want[command] {
					t.Errorf("%s in the 7 days up to day %d, asked later: %d installs, want %d", command, day, row.Installs, want[command])
				}
			}
		}
	}
	compareWeeks(t, s, app, machines, midnight(0))
	for _, version := range append([]string{""}, versions...) {
		compareSpans(t, s, store.Selection{App: app, Version: version}, machines, midnight(0))
	}
	for _, days := range []int{7, 12, 30} {
		sel := store.Selection{App: app, Since: midnight(today - days + 1), Until: midnight(today)}
		now, before, err := s.ByCommandAndBefore(t.Context(), sel)
		if err != nil {
			t.Fatal(err)
		}
		alone, err := s.ByCommand(t.Context(), sel)
		if err != nil || !slices.Equal(now, alone) {
			t.Errorf("%d days: %v, asked alone: %v, %v", days, now, alone, err)
		}
		sel.Since, sel.Until = midnight(today-2*days+1), midnight(today-days)
		if alone, err = s.ByCommand(t.Context(), sel); err != nil || !slices.Equal(before, alone) {
			t.Errorf("%d days before: %v, asked alone: %v, %v", days, before, alone, err)
		}
	}
	adoption, err := s.Adoption(t.Context(), store.Selection{App: app, Since: midnight(0), Until: midnight(today)}, 30)
	if err != nil {
		t.Fatal(err)
	}
	for _, version := range versions {
		var want int64
		for _, m := range machines {
			if days := slices.Sorted(maps.Keys(m.reports)); !m.gone && len(days) > 0 && days[len(days)-1] > today-30 && m.reports[days[len(days)-1]] == version {
				want++
			}
		}
		all := adoption[version]
		if len(all) == 0 && want > 0 || len(all) > 0 && all[len(all)-1].Date.Equal(midnight(today)) && all[len(all)-1].Installs != want {
			t.Errorf("%s: %v, want %d at the end", version, all, want)
		}
	}
}

// compareSpans compares the first and the last day of every command.
func compareSpans(t *testing.T, s *store.Store, sel store.Selection, machines []*machine, start time.Time) {
	t.Helper()
	want := map[string]store.Span{}
	for _, m := range machines {
		for _, e := range m.events {
			if sel.Version != "" && e.version != sel.Version {
				continue
			}
			at := start.AddDate(0, 0, e.day)
			span, known := want[e.command]
			if !known || at.Before(span.First) {
				span.First = at
			}
			if at.After(span.Last) {
				span.Last = at
			}
			want[e.command] = span
		}
	}
	got, err := s.Spans(t.Context(), sel)
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("%q: %v, want %v, %v", sel.Version, got, want, err)
	}
}

// truth counts the machines that used a command, and failed at it, in days.
func truth(machines []*machine, command, version, system string, since, until int) (used, failed int64) {
	for _, m := range machines {
		if m.gone || system != "" && m.heard != system {
			continue
		}
		didUse, didFail := false, false
		for _, e := range m.events {
			if e.command == command && (version == "" || e.version == version) && e.day >= since && e.day <= until {
				didUse, didFail = true, didFail || e.code > 0
			}
		}
		if didUse {
			used++
		}
		if didFail {
			failed++
		}
	}
	return used, failed
}

func compareWeeks(t *testing.T, s *store.Store, app string, machines []*machine, start time.Time) {
	t.Helper()
	monday := func(day int) time.Time {
		at := start.AddDate(0, 0, day)
		return at.AddDate(0, 0, -(int(at.Weekday())+6)%7)
	}
	wantWeeks, wantCohorts := map[time.Time]store.Week{}, map[time.Time]map[int]int64{}
	for _, m := range machines {
		if m.gone || len(m.reports) == 0 {
			continue
		}
		active := map[time.Time]bool{}
		days := slices.Sorted(maps.Keys(m.reports))
		for _, day := range days {
			active[monday(day)] = true
		}
		first := monday(days[0])
		for week := range active {
			w := wantWeeks[week]
			w.Active++
			if week.Equal(first) {
				w.New++
			}
			if active[week.AddDate(0, 0, -7)] {
				w.Stayed++
			}
			wantWeeks[week] = w
			if wantCohorts[first] == nil {
				wantCohorts[first] = map[int]int64{}
			}
			wantCohorts[first][int(week.Sub(first).Hours()/24/7)]++
			if next := week.AddDate(0, 0, 7); !active[next] {
				w := wantWeeks[next]
				w.Lost++
				wantWeeks[next] = w
			}
		}
	}
	weeks, err := s.Weeks(t.Context(), app, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, week := range weeks {
		want := wantWeeks[week.Start]
		want.Start = week.Start
		if week != want {
			t.Errorf("%+v, want %+v", week, want)
		}
	}
	cohorts, err := s.Cohorts(t.Context(), app, "")
	if err != nil {
		t.Fatal(err)
	}
	sizes := 0
	for _, cohort := range cohorts {
		for later, n := range cohort.Active {
			if want := wantCohorts[cohort.Start][later]; n != want {
				t.Errorf("cohort of %v after %d weeks: %d, want %d", cohort.Start, later, n, want)
			}
		}
		if cohort.Active[0] > 0 {
			sizes++
		}
	}
	if sizes != len(wantCohorts) {
		t.Errorf("%d cohorts, want %d", sizes, len(wantCohorts))
	}
}

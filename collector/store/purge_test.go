package store_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// answersOf is what a store says of an app, as text to compare. The pictures of
// windows that ended on the days of hostile reports are not in it.
// A purge of one command leaves the installs by day of the app as a whole.
func answersOf(t *testing.T, s *store.Store, now time.Time, daily bool) string {
	t.Helper()
	text := ""
	say := func(what string, answer any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		text += fmt.Sprintf("%s: %+v\n", what, answer)
	}
	ctx := t.Context()
	text += fmt.Sprintln(totals(t, s, now), active(t, s, now))
	all := store.Selection{App: "pace", Since: now.AddDate(0, 0, -40), Until: now}
	selections := []store.Selection{all}
	for _, version := range []string{"v1", "v2"} {
		one := all
		one.Version = version
		selections = append(selections, one)
	}
	for _, command := range []string{"pace get", "pace put"} {
		one := all
		one.Command = command
		selections = append(selections, one)
	}
	for _, sel := range selections {
		total, err := s.Total(ctx, sel)
		say("total", total, err)
		days, err := s.ByDay(ctx, sel)
		for i := range days {
			if !daily && sel.Command == "" {
				days[i].Installs = 0
			}
		}
		say("days", days, err)
		codes, err := s.ByExitCode(ctx, sel)
		say("codes", codes, err)
		systems, err := s.BySystem(ctx, sel)
		say("systems", systems, err)
		versions, err := s.ByVersion(ctx, sel)
		say("versions", versions, err)
		commands, err := s.ByCommand(ctx, sel)
		say("commands", commands, err)
	}
	weeks, err := s.Weeks(ctx, "pace", "")
	say("weeks", weeks, err)
	cohorts, err := s.Cohorts(ctx, "pace", "")
	say("cohorts", cohorts, err)
	versions, err := s.Versions(ctx, "pace")
	say("known versions", versions, err)
	return text
}

// TestAPurgeLeavesWhatHonestInstallsDid compares a store that took hostile
// reports and was purged with one that never got them.
func TestAPurgeLeavesWhatHonestInstallsDid(t *testing.T) {
	peertest.Long(t, "fills stores twice")
	t.Parallel()
	tests := []struct {
		name          string
		sel           store.PurgeSelection
		path, version string
		only          bool // on days on which nobody else reports
	}{
		{"an invented version", store.PurgeSelection{App: "pace", Version: "v6"}, "pace get", "v6", false},
		{"an invented command", store.PurgeSelection{App: "pace", Command: "pace evil"}, "pace evil", "v1", false},
		{"both", store.PurgeSelection{App: "pace", Command: "pace evil", Version: "v6"}, "pace evil", "v6", false},
		{"the days of an attack", store.PurgeSelection{App: "pace", Since: noon.AddDate(0, 0, 12), Until: noon.AddDate(0, 0, 14)}, "pace get", "v1", true},
		{"another app", store.PurgeSelection{App: "evil"}, "evil get", "v1", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			onEach(t, func(t *testing.T, address string) {
				purgeAndCompare(t, open(t, address), test.sel, test.path, test.version, test.only)
			})
		})
	}
}

func purgeAndCompare(t *testing.T, s *store.Store, sel store.PurgeSelection, path, version string, only bool) {
	honest := open(t, "sqlite:"+t.TempDir()+"/honest.db")
	random := rand.New(rand.NewPCG(6, 6))
	counts := map[int]map[string]uint64{}
	var last, hostile []wire.Report
	now := noon
	for day := range 30 {
		now = noon.AddDate(0, 0, day)
		attacked := day >= 12 && day <= 14
		for i := range 12 {
			if random.IntN(3) > 0 || only && attacked {
				continue
			}
			if counts[i] == nil {
				counts[i] = map[string]uint64{}
			}
			one := []string{"pace get", "pace put"}[random.IntN(2)]
			counts[i][one]++
			r := report(uuid.UUID{1, 15: byte(i)}, []string{"v1", "v2"}[day/20])
			r.App = "pace"
			for path, n := range counts[i] {
				r.Counters = append(r.Counters, counter(path, len(path)%2, n), counter(path, 1, n/2))
			}
			add(t, s, now, r)
			add(t, honest, now, r)
			last = append(last, r)
		}
		if attacked {
			for i := range 5 {
				r := report(uuid.UUID{2, 15: byte(i)}, version, counter(path, 1, uint64(100*day)), counter(path, 0, 7))
				add(t, s, now, r)
				hostile = append(hostile, r)
			}
		}
	}
	daily := sel.Command == ""
	before := answersOf(t, s, now, daily)
	dry := sel
	dry.DryRun = true
	told, err := s.Purge(t.Context(), now, dry)
	if err != nil {
		t.Fatal(err)
	}
	same := func(when string, want string) {
		t.Helper()
		got, wanted := strings.Split(answersOf(t, s, now, daily), "\n"), strings.Split(want, "\n")
		for i := range min(len(got), len(wanted)) {
			if got[i] != wanted[i] {
				t.Errorf("%s\n%s\nwant\n%s", when, got[i], wanted[i])
			}
		}
	}
	same("after a dry run", before)
	purged, err := s.Purge(t.Context(), now, sel)
	if err != nil || purged != told {
		t.Errorf("%+v, %v; the dry run said %+v", purged, err, told)
	}
	if purged.Runs != 5*(1_400+7) || purged.Installs != 5 {
		t.Errorf("it says %+v; %d runs of 5 installs are right", purged, 5*(1_400+7))
	}
	same("after the purge", answersOf(t, honest, now, daily))
	add(t, s, now, append(last, hostile...)...)
	add(t, honest, now, last...)
	same("after all reports came once more", answersOf(t, honest, now, daily))
	if again, err := s.Purge(t.Context(), now, sel); err == nil && again != (store.Purged{}) {
		t.Errorf("the second purge took out %+v", again)
	}
	r := hostile[len(hostile)-1]
	r.Counters[1].Count++
	add(t, s, now, r)
	if got := totals(t, s, now)[store.Key{Command: path, CLIVersion: version, OperatingSystem: "linux"}] - totals(t, honest, now)[store.Key{Command: path, CLIVersion: version, OperatingSystem: "linux"}]; got != 1 {
		t.Errorf("one more run of a purged install counts as %d", got)
	}
}

// TestAPurgeBesideACollector is followed by the one that has the store open.
func TestAPurgeBesideACollector(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, address string) {
		s, id := open(t, address), uuid.New()
		add(t, s, noon, report(id, "v1", counter("pace get", 0, 5)), report(uuid.New(), "v2", counter("pace get", 0, 3), counter("pace put", 0, 2)))
		beside, err := store.OpenBeside(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		defer beside.Close()
		var refusal *store.Refusal
		for _, sel := range []store.PurgeSelection{{}, {App: "space"}, {App: "pace", Version: "v3"}, {App: "pace", Command: "pace"}, {App: "pace", Since: noon, Until: noon.AddDate(0, 0, -1)}} {
			if _, err := beside.Purge(t.Context(), noon, sel); !errors.As(err, &refusal) {
				t.Errorf("%+v: %v", sel, err)
			}
		}
		for _, sel := range []store.PurgeSelection{{App: "pace", Version: "v1"}, {App: "pace", Command: "pace put"}} {
			if _, err := beside.Purge(t.Context(), noon, sel); err != nil {
				t.Fatal(err)
			}
		}
		add(t, s, noon, report(id, "v1", counter("pace get", 0, 6)), report(uuid.New(), "v2", counter("pace put", 0, 1)))
		want := "map[{pace get 0 v1 linux}:1 {pace get 0 v2 linux}:3 {pace put 0 v2 linux}:1]"
		if got := fmt.Sprint(totals(t, s, noon)); got != want {
			t.Errorf("%s, want %s", got, want)
		}
		rows, err := s.ByCommand(t.Context(), store.Selection{App: "pace", Since: noon, Until: noon})
		if got := fmt.Sprint(rows); err != nil || len(rows) != 2 || rows[0].Runs+rows[1].Runs != 5 {
			t.Errorf("by command: %s, %v", got, err)
		}
	})
}

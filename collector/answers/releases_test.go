package answers

import (
	"fmt"
	"testing"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
)

func TestReleases(t *testing.T) {
	s := small(t)
	a, err := AskReleases(t.Context(), s, asked(t, s, "app=pace"))
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "releases", a.Releases, "[{v1.1.0 2026-11-14 5 [pace new] [] [{3 [exitNotFound]}]} {v1.0.0 2026-10-05 4 [] [] [{3 [exitNotFound]}]}]")
}

func TestUnused(t *testing.T) {
	s := small(t)
	for raw, want := range map[string]string{
		"app=pace":                "v1.1.0 5: pace hidden false group true since 2026-10-05 last  50; pace old hidden true group false since 2026-10-05 last  50; ",
		"app=pace&version=v1.0.0": "v1.0.0 4: pace hidden false group true since 2026-10-05 last  50; pace old hidden true group false since 2026-10-05 last  50; pace get hidden false group false since 2026-10-05 last 2026-10-15 40; pace set hidden false group false since 2026-10-05 last 2026-10-15 40; ",
		"app=pace&days=3":         "v1.1.0 5: pace hidden false group true since 2026-10-05 last  50; pace old hidden true group false since 2026-10-05 last  50; pace get hidden false group false since 2026-10-05 last 2026-11-19 5; pace new hidden false group false since 2026-11-14 last 2026-11-19 5; pace set hidden false group false since 2026-10-05 last 2026-11-19 5; ",
		"app=pace&since=2026-10-16&until=2026-10-20": "v1.1.0 5: pace hidden false group true since 2026-10-05 last  15; pace old hidden true group false since 2026-10-05 last  15; pace get hidden false group false since 2026-10-05 last 2026-10-15 5; pace set hidden false group false since 2026-10-05 last 2026-10-15 5; pace new hidden false group false since 2026-11-14 last  0; ",
		"app=other": " 0: ",
	} {
		a, err := AskUnused(t.Context(), s, asked(t, s, raw))
		if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprintf("%s %d: ", a.Release, a.Listed)
		for _, c := range a.Commands {
			got += fmt.Sprintf("%s hidden %v group %v since %s last %s %d; ", c.Path, c.Hidden, c.Group, c.Listed, c.Last, c.Days)
		}
		equal(t, raw, got, want)
	}
}

// TestOneReportOfAllCommandsLeavesNoneUnused: a stranger knows the list, and nothing
// tells such a report from one of somebody who tries everything. A purge of its day does.
func TestOneReportOfAllCommandsLeavesNoneUnused(t *testing.T) {
	s := small(t)
	unused := func() int {
		t.Helper()
		a, err := AskUnused(t.Context(), s, asked(t, s, "app=pace"))
		if err != nil {
			t.Fatal(err)
		}
		return len(a.Commands)
	}
	before := unused()
	report := wire.Report{App: "pace", CLIVersion: "v1.1.0", OperatingSystem: "linux", ID: uuid.New()}
	for _, path := range []string{"pace", "pace get", "pace set", "pace old", "pace new"} {
		report.Counters = append(report.Counters, wire.Counter{Path: path, Count: 1})
	}
	if refusals, err := s.Add(t.Context(), clock, []wire.Report{report}); err != nil || refusals[0] != nil {
		t.Fatal(err, refusals)
	}
	if got := unused(); before != 2 || got != 0 {
		t.Errorf("%d commands are unused, and %d before; want 0 and 2", got, before)
	}
	for _, path := range []string{"pace", "pace old"} {
		if _, err := s.Purge(t.Context(), clock, store.PurgeSelection{App: "pace", Command: path, Since: clock, Until: clock}); err != nil {
			t.Fatal(err)
		}
	}
	if got := unused(); got != before {
		t.Errorf("%d commands are unused after the purge, want %d", got, before)
	}
}

package answers

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// TestWhatIsNotKeptIsNotCompared: the runs of twelve installs 40 days ago are forgotten, and to
// the period they were in nothing is compared. How many installs it had is known.
func TestWhatIsNotKeptIsNotCompared(t *testing.T) {
	s := small(t)
	if err := s.Expire(t.Context(), clock, 35*24*time.Hour); err != nil {
		t.Fatal(err)
	}
	for raw, want := range map[string]string{
		"app=pace":         "2026-10-26 22/9/0 10/9 before ? 12/0",
		"app=pace&days=7":  "2026-11-18 22/9/0 10/9 before 0/0/0 0/0",
		"app=pace&days=90": "2026-10-20 22/9/0 10/9 before ? ?",
	} {
		q := asked(t, s, raw)
		a, err := AskCommands(t.Context(), s, q)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, raw, a.Since.String()+" "+a.Total.text()+" before "+a.Before.text(), want)
		versions, err := AskVersions(t.Context(), s, q)
		if known := versions.Versions[0].ActiveBefore != nil; err != nil || known != (raw != "app=pace&days=90") {
			t.Errorf("%s: active on the day before: known %v, %v", raw, known, err)
		}
	}
	for raw, want := range map[string]string{
		"app=pace&until=2026-10-19": "until=2026-10-19: of days before 2026-10-20 nothing is kept.",
	} {
		if _, err := Ask(t.Context(), s, raw, clock); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", raw, err, want)
		}
	}
}

// TestWhenAnOldReleaseWasTakenUpIsNotKnown: all had it before the first day that is looked at.
func TestWhenAnOldReleaseWasTakenUpIsNotKnown(t *testing.T) {
	s := small(t)
	old := wire.Report{App: "old", CLIVersion: "v1", OperatingSystem: "linux", Counters: []wire.Counter{{Path: "old run"}}}
	for n := range uint64(30) { // from 580 days ago
		for install := range 10 {
			old.ID, old.Counters[0].Count = uuid.NewSHA1(uuid.NameSpaceURL, []byte{byte(install)}), n+1
			if _, err := s.Add(t.Context(), clock.AddDate(0, 0, int(20*n)-580), []wire.Report{old}); err != nil {
				t.Fatal(err)
			}
		}
	}
	a, err := AskVersions(t.Context(), s, asked(t, s, "app=old"))
	if err != nil {
		t.Fatal(err)
	}
	if v := a.Versions[0]; v.DaysToHalf != nil || v.NotYet() {
		t.Errorf("%+v: half had it after %d days", v, *v.DaysToHalf)
	}
}

package answers

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// small is a store of two releases of pace. 40 days ago twelve installs used v1.0.0,
// eight of them on linux: "pace get" twice and "pace set" once. Five days ago ten of
// these had v1.1.0 and used both again: "pace set" failed at nine with exit code 3.
// Two of them used "pace new". Another app has one install, of today.
func small(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "small.db"), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	register := func(daysAgo int, version string, commands ...wire.Command) {
		release := store.Release{App: "pace", Version: version, Commands: commands, ExitCodes: []wire.ExitCode{{Code: 3, Names: []string{"exitNotFound"}}}}
		if err := s.Register(t.Context(), clock.AddDate(0, 0, -daysAgo), release); err != nil {
			t.Fatal(err)
		}
	}
	report := func(daysAgo, install int, app, version, system string, counters ...wire.Counter) {
		r := wire.Report{App: app, CLIVersion: version, OperatingSystem: system, ID: uuid.NewSHA1(uuid.NameSpaceOID, []byte{byte(install)}), Counters: counters}
		refusals, err := s.Add(t.Context(), clock.AddDate(0, 0, -daysAgo), []wire.Report{r})
		if err != nil || refusals[0] != nil {
			t.Fatal(err, refusals)
		}
	}
	counter := func(path string, code int, n uint64) wire.Counter {
		return wire.Counter{Path: path, ExitCode: code, Count: n}
	}
	system := func(install int) string { return map[bool]string{true: "linux", false: "darwin"}[install < 8] }

	old := []wire.Command{{Path: "pace"}, {Path: "pace get"}, {Path: "pace set"}, {Path: "pace old", Hidden: true}}
	register(50, "v1.0.0", old...)
	for install := range 12 {
		report(40, install, "pace", "v1.0.0", system(install), counter("pace get", 0, 2), counter("pace set", 0, 1))
	}
	register(10, "v1.1.0", append(old, wire.Command{Path: "pace new"})...)
	for install := range 10 {
		counters := []wire.Counter{counter("pace get", 0, 3)}
		if install == 0 {
			counters = append(counters, counter("pace set", 0, 2))
		} else {
			counters = append(counters, counter("pace set", 0, 1), counter("pace set", 3, 1))
		}
		if install < 2 {
			counters = append(counters, counter("pace new", 0, 1))
		}
		report(5, install, "pace", "v1.1.0", system(install), counters...)
	}
	report(0, 99, "other", "v9", "linux", counter("other run", -1, 4))
	return s
}

// asked is a question to a store, as of noon.
func asked(t *testing.T, s Store, raw string) Question {
	t.Helper()
	q, err := Ask(t.Context(), s, raw, clock.Add(12*time.Hour), "command", "from", "to")
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// text writes figures as runs/failures/no exit installs/failed.
func (f Figures) text() string {
	installs := "?"
	if f.Installs != nil {
		installs = fmt.Sprintf("%d/%d", *f.Installs, *f.InstallsFailed)
	}
	return fmt.Sprintf("%d/%d/%d %s", f.Runs, f.Failures, f.NoExit, installs)
}

// text writes the same of the period before, with ? for runs that are not known.
func (b Before) text() string {
	if b.Runs == nil {
		return "? " + Figures{Installs: b.Installs, InstallsFailed: b.InstallsFailed}.text()[len("0/0/0 "):]
	}
	return Figures{*b.Runs, *b.Failures, *b.NoExit, b.Installs, b.InstallsFailed}.text()
}

// codesText writes exit codes with their runs, and those of the period before.
func codesText(codes []CodeValue) (text string) {
	for _, c := range codes {
		text += fmt.Sprintf("%d %v %d %d; ", c.Code, c.Names, c.Runs, *c.Before)
	}
	return text
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		t.Errorf("%s:\n got %s\nwant %s", what, g, w)
	}
}

func TestResolve(t *testing.T) {
	s := small(t)
	for raw, want := range map[string]string{
		"app=pac":                      `No app "pac" has sent a report.`,
		"":                             "Give app: reports came from 2 apps.",
		"app=other&version=v1.0.0":     `other has sent no report of version "v1.0.0".`,
		"app=pace&from=v0&to=v1.1.0":   `pace has sent no report of version "v0".`,
		"app=pace&version=v1.0.0&to=v": `pace has sent no report of version "v".`,
	} {
		if _, err := Ask(t.Context(), s, raw, clock, "from", "to"); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", raw, err, want)
		}
	}
	// A store that has seen a later day than the clock is believed.
	if q, err := Ask(t.Context(), s, "app=pace", clock.AddDate(0, 0, -3)); err != nil || !q.Until.Equal(clock) {
		t.Errorf("%v, until %v", err, q.Until)
	}
}

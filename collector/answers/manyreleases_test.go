package answers

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// TestManyReleasesCostLittle: a workflow registers each commit, of which one in fifty adds a
// command. The report after a registration waits for what is read of all.
func TestManyReleasesCostLittle(t *testing.T) {
	peertest.Long(t, "registers 3,000 releases")
	s, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "many.db"), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	const releases = 3_000
	var commands []wire.Command
	add := func() {
		commands = append(commands, wire.Command{Path: fmt.Sprintf("pace group%d command%d", len(commands)/20, len(commands))})
	}
	for range 500 {
		add()
	}
	for i := range releases {
		if i%50 == 0 {
			add()
		}
		if err := s.Register(t.Context(), clock.AddDate(0, 0, i/10-releases/10), store.Release{App: "pace", Version: fmt.Sprintf("v0.%d.0", i), Commands: commands}); err != nil {
			t.Fatal(err)
		}
	}
	timed := func(what string, do func() error) {
		t.Helper()
		start := time.Now()
		if err := do(); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("%s takes %v", what, took)
		} else {
			t.Log(what, took)
		}
	}
	timed("a report", func() error {
		r := wire.Report{App: "pace", CLIVersion: "v0.7.0", OperatingSystem: "linux", ID: uuid.New(), Counters: []wire.Counter{{Path: commands[0].Path, Count: 1}}}
		_, err := s.Add(t.Context(), clock, []wire.Report{r})
		return err
	})
	q := asked(t, s, "app=pace")
	timed("what nobody uses", func() error {
		a, err := AskUnused(t.Context(), s, q)
		if len(a.Commands) != len(commands)-1 {
			t.Errorf("%d of %d commands", len(a.Commands), len(commands))
		}
		return err
	})
	timed("the releases", func() error {
		a, err := AskReleases(t.Context(), s, q)
		if got := a.Releases[releases-51]; len(got.Added) != 1 || len(got.Removed) != 0 || len(a.Releases[0].Added) != 0 {
			t.Errorf("%+v", got)
		}
		return err
	})
}

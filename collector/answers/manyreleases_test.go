package answers

import (
	"fmt"
	"path/filepath"
	"runtime"
	"testing"

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
	// Their lists are 40 MB of text. Each was parsed and compared by itself before: 205 to 516 MB.
	const most = 100 << 20 // bytes
	allocates := func(what string, do func() error) {
		t.Helper()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if err := do(); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		if bytes := after.TotalAlloc - before.TotalAlloc; bytes > most {
			t.Errorf("%s allocates %d MB, want %d at most", what, bytes>>20, most>>20)
		} else {
			t.Log(what, bytes>>20, "MB")
		}
	}
	allocates("a report", func() error {
		r := wire.Report{App: "pace", CLIVersion: "v0.7.0", OperatingSystem: "linux", ID: uuid.New(), Counters: []wire.Counter{{Path: commands[0].Path, Count: 1}}}
		_, err := s.Add(t.Context(), clock, []wire.Report{r})
		return err
	})
	q := asked(t, s, "app=pace")
	allocates("what nobody uses", func() error {
		a, err := AskUnused(t.Context(), s, q)
		if len(a.Commands) != len(commands)-1 {
			t.Errorf("%d of %d commands", len(a.Commands), len(commands))
		}
		return err
	})
	allocates("the releases", func() error {
		a, err := AskReleases(t.Context(), s, q)
		if got := a.Releases[releases-51]; len(got.Added) != 1 || len(got.Removed) != 0 || len(a.Releases[0].Added) != 0 {
			t.Errorf("%+v", got)
		}
		return err
	})
}

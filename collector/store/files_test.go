package store_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// TestWhatIsNoDatabaseOfACollectorStaysAsItIs: --store may name anything by mistake.
// What it names keeps its mode and its bytes.
func TestWhatIsNoDatabaseOfACollectorStaysAsItIs(t *testing.T) {
	for _, test := range []struct {
		name, says string
		make       func(t *testing.T, name string)
	}{
		{"a folder", "is not a file", func(t *testing.T, name string) { check(t, os.Mkdir(name, 0o755)) }},
		{"a link to a folder", "is not a file", func(t *testing.T, name string) {
			check(t, os.Mkdir(name+".there", 0o755))
			check(t, os.Symlink(name+".there", name))
		}},
		{"another file", "is not a database", func(t *testing.T, name string) { check(t, os.WriteFile(name, []byte("a = 1\n"), 0o644)) }},
		{"a database of another program", "another program", func(t *testing.T, name string) {
			db, err := sql.Open("sqlite", "file:"+name)
			check(t, err)
			defer db.Close()
			_, err = db.ExecContext(t.Context(), `CREATE TABLE bookmarks (url TEXT)`)
			check(t, err)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			name := filepath.Join(t.TempDir(), "named")
			test.make(t, name)
			check(t, os.Chmod(name, 0o755))
			before := stateOf(t, name)
			for what, open := range map[string]func() (*store.Store, error){
				"a collector": func() (*store.Store, error) { return store.Open(t.Context(), "sqlite:"+name, nil) },
				"beside one":  func() (*store.Store, error) { return store.OpenBeside(t.Context(), "sqlite:"+name) },
			} {
				s, err := open()
				if err == nil {
					s.Close()
					t.Errorf("%s opens it", what)
				} else if !strings.Contains(err.Error(), test.says) {
					t.Errorf("%s only says: %v", what, err)
				}
				if after := stateOf(t, name); after != before {
					t.Errorf("%s: %s; it was %s", what, after, before)
				}
			}
		})
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// stateOf is the mode and the bytes of a file, or the names in a folder.
func stateOf(t *testing.T, name string) string {
	t.Helper()
	info, err := os.Stat(name)
	check(t, err)
	if !info.IsDir() {
		data, err := os.ReadFile(name)
		check(t, err)
		return fmt.Sprintf("%v %q", info.Mode(), data)
	}
	files, err := os.ReadDir(name)
	check(t, err)
	return fmt.Sprint(info.Mode(), files)
}

// TestAFileHasOneName: two collectors started on the two names of one file, and of 16
// runs that both answered with 200 it kept 8.
func TestAFileHasOneName(t *testing.T) {
	file := filepath.Join(t.TempDir(), "telemetry.db")
	second := filepath.Join(t.TempDir(), "second.db")
	check(t, open(t, "sqlite:"+file).Close()) // all of it is in the file, and nothing in its log
	first := open(t, "sqlite:"+file)
	add(t, first, noon, report(uuid.New(), "v1", counter("pace get", 0, 1)))
	if os.PathSeparator == '\\' {
		t.Skip("nobody tells how many names a file has")
	}
	check(t, os.Link(file, second))
	for what, do := range map[string]func() error{
		"a second collector": func() error {
			s, err := store.Open(t.Context(), "sqlite:"+second, nil)
			if err == nil {
				s.Close()
			}
			return err
		},
		"beside one": func() error {
			s, err := store.OpenBeside(t.Context(), "sqlite:"+second)
			if err == nil {
				s.Close()
			}
			return err
		},
		"a backup": func() error { return store.Backup(t.Context(), "sqlite:"+second, second+".backup") },
	} {
		if err := do(); err == nil || !strings.Contains(err.Error(), "hard link") {
			t.Errorf("%s: %v", what, err)
		}
	}
	check(t, os.Remove(second))
	check(t, first.Close())
	open(t, "sqlite:"+file)
}

// TestAFileThatIsTakenAwayKeepsNothing: what was written to it would be lost without a
// word when the collector ends.
func TestAFileThatIsTakenAwayKeepsNothing(t *testing.T) {
	away := func(suffix string) func(t *testing.T, file string) {
		return func(t *testing.T, file string) { check(t, os.Rename(file+suffix, file+suffix+".away")) }
	}
	for _, test := range []struct {
		name   string
		suffix string
		take   func(t *testing.T, file string)
	}{
		{"removed", "", away("")},
		{"replaced by a backup", "", func(t *testing.T, file string) {
			check(t, store.Backup(t.Context(), "sqlite:"+file, file+".backup"))
			away("")(t, file)
			check(t, os.Rename(file+".backup", file))
		}},
		{"replaced by a folder", "", func(t *testing.T, file string) {
			away("")(t, file)
			check(t, os.Mkdir(file, 0o700))
		}},
		{"its log removed", "-wal", away("-wal")},
		{"its index removed", "-shm", away("-shm")},
	} {
		t.Run(test.name, func(t *testing.T) {
			if os.PathSeparator == '\\' {
				t.Skip("an open file cannot be moved here")
			}
			file := filepath.Join(t.TempDir(), "telemetry.db")
			s, id := open(t, "sqlite:"+file), uuid.New()
			add(t, s, noon, report(id, "v1", counter("pace get", 0, 1)))
			test.take(t, file)
			more := report(id, "v1", counter("pace get", 0, 2))
			_, err := s.Add(t.Context(), noon, []wire.Report{more})
			if err == nil || !store.Unavailable(err) || !strings.Contains(err.Error(), file) {
				t.Errorf("a report: %v", err)
			}
			if err := s.Ping(t.Context()); err == nil {
				t.Error("it is ready")
			}
			if err := s.Probe(t.Context()); err == nil {
				t.Error("it can be written to")
			}
			check(t, os.RemoveAll(file+test.suffix))
			check(t, os.Rename(file+test.suffix+".away", file+test.suffix))
			add(t, s, noon, more)
			check(t, s.Ping(t.Context()))
			check(t, s.Close())
			if got := totals(t, open(t, "sqlite:"+file), noon)[store.Key{Command: "pace get", CLIVersion: "v1", OperatingSystem: "linux"}]; got != 2 {
				t.Errorf("%d runs, want 2", got)
			}
		})
	}
}

// TestALostConnectionTakesNoFileAway: with the last connection to a file its log goes,
// and the next one makes another, which is not the one that was looked at.
func TestALostConnectionTakesNoFileAway(t *testing.T) {
	folder := t.TempDir()
	s := open(t, "sqlite:"+filepath.Join(folder, "telemetry.db"))
	for i := range 3 {
		add(t, s, noon, report(uuid.New(), "v1", counter("pace get", 0, 1)))
		store.LoseConnections(s)
		for _, name := range []string{"a", "b"} { // or the new files are known by the numbers of the old ones
			check(t, os.WriteFile(filepath.Join(folder, fmt.Sprint(name, i)), nil, 0o600))
		}
	}
}

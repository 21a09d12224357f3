package store_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// holdVariable makes the test program open the store that it names, say so, and
// wait to be killed.
const holdVariable = "STORE_TEST_HOLD"

func TestMain(m *testing.M) {
	if address := os.Getenv(holdVariable); address != "" {
		if _, err := store.Open(context.Background(), address, nil); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("open")
		select {}
	}
	os.Exit(peertest.Run(m))
}

// TestASQLiteFileHasOneCollector that a kill -9 ends like any other end.
func TestASQLiteFileHasOneCollector(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "telemetry.db")
	other := exec.Command(os.Args[0])
	other.Env = append(os.Environ(), holdVariable+"=sqlite:"+file)
	peertest.DieWithTest(other)
	output, err := other.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { other.Process.Kill() })
	if line, err := bufio.NewReader(output).ReadString('\n'); line != "open\n" {
		t.Fatal(line, err)
	}
	refused := func(name string) {
		t.Helper()
		s, err := store.Open(t.Context(), "sqlite:"+name, nil)
		if err == nil {
			s.Close()
			t.Fatalf("%s was opened twice", name)
		}
		if text := err.Error(); !strings.Contains(text, "another collector works on "+file) || !strings.Contains(text, "stop it first") {
			t.Errorf("it only says: %s", text)
		}
	}
	refused(file)
	link := filepath.Join(folder, "link.db")
	if err := os.Symlink("telemetry.db", link); err != nil {
		t.Fatal(err)
	}
	refused(link)
	beside, err := store.OpenBeside(t.Context(), "sqlite:"+file)
	if err != nil {
		t.Fatalf("beside a collector: %v", err)
	}
	beside.Close()
	refused(file) // closing the other changed nothing

	other.Process.Kill()
	other.Wait()
	s := open(t, "sqlite:"+file)
	refused(file) // also in one process
	add(t, s, noon, report(uuid.New(), "v1", counter("pace get", 0, 1)))
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	open(t, "sqlite:"+link)
}

func TestBesideACollectorNothingIsMadeOrMigrated(t *testing.T) {
	file := filepath.Join(t.TempDir(), "telemetry.db")
	for what, do := range map[string]func() error{
		"open": func() error { _, err := store.OpenBeside(t.Context(), "sqlite:"+file); return err },
		"copy": func() error { return store.Backup(t.Context(), "sqlite:"+file, file+".copy") },
	} {
		if err := do(); err == nil || !strings.Contains(err.Error(), "there is no file "+file+"; --store names") {
			t.Errorf("%s a file that is not there: %v", what, err)
		}
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("it was made")
	}
	onEach(t, func(t *testing.T, address string) {
		oldDatabase(t, "testdata/schema1.sql", address)
		for range 2 {
			if _, err := store.OpenBeside(t.Context(), address); err == nil || !strings.Contains(err.Error(), "the schema of the database is 1") {
				t.Errorf("an old schema: %v", err)
			}
		}
		open(t, address).Close()
		s, err := store.OpenBeside(t.Context(), address)
		if err != nil {
			t.Fatalf("migrated: %v", err)
		}
		s.Close()
	})
}

func TestOnlyItsOwnerCanReadAFile(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files have no modes here")
	}
	folder := t.TempDir()
	modes := func(want int) {
		t.Helper()
		files, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		if len(files) != want {
			t.Errorf("files %v, want %d", files, want)
		}
		for _, file := range files {
			info, err := file.Info()
			if err != nil {
				t.Fatal(err)
			}
			if info.Mode().Perm() != 0o600 {
				t.Errorf("%s has mode %v", file.Name(), info.Mode())
			}
		}
	}
	file := filepath.Join(folder, "telemetry.db")
	s := open(t, "sqlite:"+file)
	add(t, s, noon, report(uuid.New(), "v1", counter("pace get", 0, 1)))
	modes(4)                                                            // with -wal, -shm and .lock
	for _, name := range []string{file, file + "-wal", file + "-shm"} { // as it was left by a collector of before
		if err := os.Chmod(name, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	beside, err := store.OpenBeside(t.Context(), "sqlite:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer beside.Close()
	modes(4)
}

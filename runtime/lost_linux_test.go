//go:build !notelemetry

package telemetry

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A CLI may close all files, as daemons do, and open others under the same numbers. Nothing is written into these when
// the run ends.
func TestFilesOfTheCLIAreNotTouched(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	twin := h.runProgram(built.twin, "end", "closes-files")
	sameForUser(t, h.run("end", "closes-files"), twin)
	for n := 0; n < 8; n++ {
		name := "file" + strconv.Itoa(n)
		if data, err := os.ReadFile(filepath.Join(h.dir, name)); err != nil || string(data) != strings.Repeat("x", 20_000) {
			t.Errorf("%s has %d bytes that begin with %.60q (%v)", name, len(data), data, err)
		}
	}
	h.run("required") // counts the run whose end could not be recorded
	h.want("pace end closes-files -1 1", "pace required 1 1")
}

// Nor is anything written into them, or cut off, while the run goes on.
func TestFlushTouchesNoFileOfTheCLI(t *testing.T) {
	t.Setenv("CI", "")
	t.Setenv("DO_NOT_TRACK", "")
	t.Setenv(variable, "on")
	d, own := folder(tempDir(t)), filepath.Join(t.TempDir(), "own")
	content := strings.Repeat("x", 20_000)
	must(t, os.WriteFile(own, []byte(content), 0o600))
	defer func(c consent) { process.consent = c }(process.consent)
	process.consent = consent{dir: d, level: levelOn, endpoint: "http://127.0.0.1:9/", interval: time.Hour}
	lock, err := d.lockFile()
	must(t, err)
	defer func() { process.lock = nil; lock.file.Close() }()
	f, err := os.OpenFile(own, os.O_RDWR, 0)
	must(t, err)
	defer f.Close()
	must(t, syscall.Dup3(int(f.Fd()), int(lock.file.Fd()), syscall.O_CLOEXEC))
	flush()
	if data, err := os.ReadFile(own); err != nil || string(data) != content {
		t.Errorf("it has %d bytes that begin with %.60q (%v)", len(data), data, err)
	}
}

// A CLI may remove its own folder: it is not made again by the same run.
func TestFolderThatTheCLIRemoves(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.run("required")
	sameForUser(t, h.run("end", "removes", filepath.Dir(h.file(lockName))), h.runProgram(built.twin, "end", "removes", "x"))
	if _, err := os.Stat(filepath.Dir(h.file(lockName))); !os.IsNotExist(err) {
		t.Errorf("the folder is there again: %v", err)
	}
	h.run("required")
	h.want("pace required 1 1")
}

package transaction_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/transaction"
)

// The test binary runs itself again as the process that is killed.
func TestMain(m *testing.M) {
	if root := os.Getenv("TRANSACTION_TEST_APPLY"); root != "" {
		runtime.LockOSThread() // strace counts calls by thread
		if err := transaction.Apply(root, changesOf(root)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if root := os.Getenv("TRANSACTION_TEST_RECOVER"); root != "" {
		runtime.LockOSThread()
		if _, err := transaction.Recover(root); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// changesOf is one change of each sort below root.
func changesOf(root string) []transaction.Change {
	return []transaction.Change{
		{Name: filepath.Join(root, "changed.go"), Old: []byte("old"), New: []byte("new")},
		{Name: filepath.Join(root, "script.sh"), Old: []byte("old"), New: []byte("new")},
		{Name: filepath.Join(root, "gone", "only.go"), Old: []byte("old")},
		{Name: filepath.Join(root, "internal", "deep", "added.go"), New: []byte("new")},
		{Name: filepath.Join(root, "link.go"), Old: []byte("target"), New: []byte("new")},
	}
}

// Two runs that make the same changes are both right.
func TestApplyOfWhatIsThereAlready(t *testing.T) {
	root := newTree(t)
	for range 2 {
		if err := transaction.Apply(root, changesOf(root)); err != nil {
			t.Fatal(err)
		}
	}
	if data, err := os.ReadFile(filepath.Join(root, "changed.go")); err != nil || string(data) != "new" {
		t.Errorf("%q, %v", data, err)
	}
	other := changesOf(root)
	other[0].New = []byte("another")
	if err := transaction.Apply(root, other); err == nil {
		t.Error("another run's changes were overwritten")
	}
}

func newTree(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range map[string]string{"changed.go": "old", "script.sh": "old", "gone/only.go": "old", "real/target.go": "target", "other.go": "other"} {
		name = filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Join(root, "script.sh"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join("real", "target.go"), filepath.Join(root, "link.go")); err != nil {
		t.Fatal(err)
	}
	return root
}

// snapshot is every name below root with its mode and content.
func snapshot(t *testing.T, root string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, name)
		fmt.Fprintf(&b, "%s %v", rel, info.Mode())
		if info.Mode().IsRegular() {
			data, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, " %q", data)
		}
		b.WriteString("\n")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func applied(t *testing.T) string {
	t.Helper()
	root := newTree(t)
	if err := transaction.Apply(root, changesOf(root)); err != nil {
		t.Fatal(err)
	}
	return snapshot(t, root)
}

func TestApplyKeepsModesAndLinks(t *testing.T) {
	after := applied(t)
	for _, want := range []string{"changed.go -rw-r--r-- \"new\"", "script.sh -rwxr-xr-x \"new\"", "link.go L", "real/target.go -rw-r--r-- \"new\"", "internal/deep/added.go -rw-r--r-- \"new\""} {
		if !strings.Contains(after, want) {
			t.Errorf("no %q in\n%s", want, after)
		}
	}
	if strings.Contains(after, "gone") || strings.Contains(after, ".telemetrygen") {
		t.Errorf("left over:\n%s", after)
	}
}

func TestApplyRefusesAFileThatChangedMeanwhile(t *testing.T) {
	root := newTree(t)
	if err := os.WriteFile(filepath.Join(root, "changed.go"), []byte("edited"), 0o644); err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, root)
	if err := transaction.Apply(root, changesOf(root)); err == nil || !strings.Contains(err.Error(), "changed.go") {
		t.Errorf("error %v does not name the file", err)
	}
	if after := snapshot(t, root); after != before {
		t.Errorf("changed:\n%s\nwas\n%s", after, before)
	}
}

func TestApplyRollsBackAnError(t *testing.T) {
	root := newTree(t)
	changes := changesOf(root)
	// The last file is gone when its turn comes.
	changes = append(changes, changes[2])
	before := snapshot(t, root)
	if err := transaction.Apply(root, changes); err == nil {
		t.Fatal("no error")
	}
	if after := snapshot(t, root); after != before {
		t.Errorf("changed:\n%s\nwas\n%s", after, before)
	}
}

func TestApplyOnAFullDisk(t *testing.T) {
	if os.Getuid() != 0 || runtime.GOOS != "linux" {
		required(t, "mounting a small file system needs root on Linux")
	}
	small := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small).CombinedOutput(); err != nil {
		required(t, "cannot mount a tmpfs: "+string(out))
	}
	defer exec.Command("umount", small).Run()
	name := filepath.Join(small, "a.go")
	if err := os.WriteFile(name, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, small)
	err := transaction.Apply(small, []transaction.Change{
		{Name: name, Old: []byte("old"), New: []byte("new")},
		{Name: filepath.Join(small, "b.go"), New: bytes.Repeat([]byte("x"), 1<<20)},
	})
	if err == nil || !strings.Contains(err.Error(), "no space") {
		t.Errorf("error %v", err)
	}
	if after := snapshot(t, small); after != before {
		t.Errorf("changed:\n%s\nwas\n%s", after, before)
	}
}

// required skips on a developer's machine and fails in CI.
func required(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("TELEMETRYGEN_TEST_REQUIRE") == "all" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// killedAt runs the test binary for a root, as an environment variable says, and kills it at
// the nth system call of a name. It reports false if there is none.
func killedAt(t *testing.T, variable, root, call string, n int) bool {
	t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		required(t, "strace is not installed")
	}
	if n > 500 {
		t.Fatalf("%s: still going after %d calls", call, n)
	}
	cmd := exec.Command(strace, "-f", "-qq", "-o", os.DevNull, "-e", "trace="+call, "-e", fmt.Sprintf("inject=%s:signal=KILL:when=%d", call, n), os.Args[0])
	cmd.Env = append(os.Environ(), variable+"="+root)
	return cmd.Run() != nil
}

// TestKillAtEverySystemCall kills the writing process at each of its system
// calls in turn: then the tree is as it was, at once or after Recover, or as it
// should become.
func TestKillAtEverySystemCall(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long; not with -short")
	}
	untouched, done := snapshot(t, newTree(t)), applied(t)
	outcomes := map[string]int{}
	for _, call := range []string{"mkdirat", "openat", "write", "fsync", "fchmod", "close", "renameat", "unlinkat"} {
		for n := 1; ; n++ {
			root := newTree(t)
			if !killedAt(t, "TRANSACTION_TEST_APPLY", root, call, n) {
				if got := snapshot(t, root); got != done {
					t.Fatalf("completed, but\n%s\nwant\n%s", got, done)
				}
				break
			}
			if _, err := transaction.Recover(root); err != nil {
				t.Fatalf("killed at %s %d: %v", call, n, err)
			}
			switch got := snapshot(t, root); got {
			case untouched:
				outcomes["as it was"]++
			case done:
				outcomes["done"]++
			default:
				t.Fatalf("killed at %s %d: the tree is\n%s", call, n, got)
			}
		}
	}
	if outcomes["as it was"] == 0 || outcomes["done"] == 0 {
		t.Errorf("the sweep did not reach both ends: %v", outcomes)
	}
	t.Logf("outcomes: %v", outcomes)
}

// TestKillWhileRecovering: what was killed at the last file is rolled back by a process
// that is killed as well, and then by another one.
func TestKillWhileRecovering(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long; not with -short")
	}
	untouched := snapshot(t, newTree(t))
	for _, call := range []string{"mkdirat", "renameat", "unlinkat"} {
		for n := 1; ; n++ {
			root := newTree(t)
			if !killedAt(t, "TRANSACTION_TEST_APPLY", root, "unlinkat", 3) { // in place, and the folder of the deleted one goes
				t.Fatal("it was not killed")
			}
			killed := killedAt(t, "TRANSACTION_TEST_RECOVER", root, call, n)
			if restored, err := transaction.Recover(root); err != nil || !killed && restored != nil {
				t.Fatalf("killed at %s %d: %v, %v", call, n, restored, err)
			}
			if got := snapshot(t, root); got != untouched {
				t.Fatalf("killed at %s %d: the tree is\n%s", call, n, got)
			}
			if !killed {
				break
			}
		}
	}
}

// TestRecoverThatFailsCanBeRepeated: what stands in the way of a file that comes back
// costs nothing; without it, the next run brings all back.
func TestRecoverThatFailsCanBeRepeated(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long; not with -short")
	}
	root := newTree(t)
	untouched := snapshot(t, root)
	if !killedAt(t, "TRANSACTION_TEST_APPLY", root, "unlinkat", 3) {
		t.Fatal("it was not killed")
	}
	inTheWay := filepath.Join(root, "changed.go")
	if err := errors.Join(os.Remove(inTheWay), os.MkdirAll(filepath.Join(inTheWay, "x"), 0o755)); err != nil {
		t.Fatal(err)
	}
	if _, err := transaction.Recover(root); err == nil || !strings.Contains(err.Error(), "cannot be rolled back") {
		t.Fatalf("error %v", err)
	}
	if err := os.RemoveAll(inTheWay); err != nil {
		t.Fatal(err)
	}
	if _, err := transaction.Recover(root); err != nil {
		t.Fatal(err)
	}
	if got := snapshot(t, root); got != untouched {
		t.Errorf("the tree is\n%s\nwant\n%s", got, untouched)
	}
}

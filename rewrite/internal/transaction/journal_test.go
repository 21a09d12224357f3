package transaction

import (
	"os"
	"path/filepath"
	"testing"
)

// TestCommitDeletesNothingForWhatIsLost: a staged content that somebody has deleted is an error. The file that it was
// for is not one to delete.
func TestCommitDeletesNothingForWhatIsLost(t *testing.T) {
	j := journal{Root: t.TempDir()}
	name := filepath.Join(j.Root, "main.go")
	if err := os.WriteFile(name, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(j.staging(), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := j.stage([]Change{{Name: name, Old: []byte("old"), New: []byte("new")}}); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(j.staged(0, "new")); err != nil {
		t.Fatal(err)
	}
	if err := j.commit(); err == nil {
		t.Error("no error")
	}
	if data, err := os.ReadFile(name); string(data) != "old" {
		t.Errorf("%q, %v", data, err)
	}
}

package cache

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// TestTheCacheDoesNotGrowForEver: each change of a CLI's source makes an entry.
func TestTheCacheDoesNotGrowForEver(t *testing.T) {
	dir := t.TempDir()
	old, recent, others := filepath.Join(dir, "commands-1"), filepath.Join(dir, "commands-2"), filepath.Join(dir, "lock-1")
	for _, name := range []string{old, recent, others} {
		if err := os.WriteFile(name, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, age := range map[string]time.Duration{old: Keep + time.Hour, recent: Keep - time.Hour, others: 2 * Keep} {
		if err := os.Chtimes(name, time.Time{}, time.Now().Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	made := filepath.Join(dir, "commands-3")
	Store(made, struct{}{})
	got, err := filepath.Glob(filepath.Join(dir, "*"))
	if want := []string{recent, made, others}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v are left, not %v", got, err, want)
	}
}

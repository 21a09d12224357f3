package rewrite

import (
	"fmt"
	"strings"
)

// An ExcludedError names commands of --exclude that the CLI does not have.
type ExcludedError struct{ Paths []string }

func (e *ExcludedError) Error() string {
	return fmt.Sprintf("--exclude names what is no command of this CLI: %s; write the whole path as internal/telemetry/commands.txt has it, app first", strings.Join(e.Paths, ", "))
}

// withoutExcluded drops the excluded command paths, and those below them, from
// a list of command paths, and says which of them it did not hold.
func withoutExcluded(paths, excluded []string) (kept, unknown []string) {
	found := make([]bool, len(excluded))
	for _, path := range paths {
		drop := false
		for i, prefix := range excluded {
			if path == prefix || strings.HasPrefix(path, prefix+" ") {
				drop, found[i] = true, true
			}
		}
		if !drop {
			kept = append(kept, path)
		}
	}
	for i, path := range excluded {
		if !found[i] {
			unknown = append(unknown, path)
		}
	}
	return kept, unknown
}

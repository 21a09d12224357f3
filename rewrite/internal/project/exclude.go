package project

import (
	"fmt"
	"strings"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// An ExcludedError names commands of --exclude that the CLI does not have.
type ExcludedError struct{ Paths []string }

func (e *ExcludedError) Error() string {
	return fmt.Sprintf("--exclude names paths that are not commands of this CLI: %s; write the whole path as in internal/telemetry/commands.txt, with the app first", strings.Join(e.Paths, ", "))
}

// Without drops the excluded command paths, and those below them, from
// a list of command paths, and says which of them it did not hold.
func Without(list []plan.Command, excluded []string) (kept []plan.Command, unknown []string) {
	found := make([]bool, len(excluded))
	for _, c := range list {
		drop := false
		for i, prefix := range excluded {
			if c.Path == prefix || strings.HasPrefix(c.Path, prefix+" ") {
				drop, found[i] = true, true
			}
		}
		if !drop {
			kept = append(kept, c)
		}
	}
	for i, path := range excluded {
		if !found[i] {
			unknown = append(unknown, path)
		}
	}
	return kept, unknown
}

package project

import (
	"fmt"
	"slices"
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
	below := func(path, prefix string) bool { return strings.HasPrefix(path+" ", prefix+" ") }
	kept = slices.DeleteFunc(slices.Clone(list), func(c plan.Command) bool {
		return slices.ContainsFunc(excluded, func(prefix string) bool { return below(c.Path, prefix) })
	})
	unknown = slices.DeleteFunc(slices.Clone(excluded), func(prefix string) bool {
		return slices.ContainsFunc(list, func(c plan.Command) bool { return below(c.Path, prefix) })
	})
	return kept, unknown
}

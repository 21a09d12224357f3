package project

import (
	"slices"
	"strings"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

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

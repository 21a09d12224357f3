package find

import (
	"bytes"
	"maps"
	"os"
	"slices"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/exithook"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// exitHooks are the exit hooks of loggers that the module imports itself.
func exitHooks(g *load.Program, owns func(importPath string) bool) []plan.Hook {
	imported := map[string]bool{}
	for _, p := range g.Own {
		if owns(p.PkgPath) {
			continue
		}
		for path := range p.Imports {
			imported[path] = true
		}
	}
	return exithook.Decide(exithook.World{
		Imports: slices.Sorted(maps.Keys(imported)),
		Package: g.Imported,
		Mentions: func(path, word string) bool {
			for _, p := range g.All {
				if p.Imports[path] == nil || p.PkgPath == path || owns(p.PkgPath) {
					continue
				}
				for _, name := range slices.Concat(p.GoFiles, p.IgnoredFiles) {
					if data, err := os.ReadFile(name); err != nil || bytes.Contains(data, []byte(word)) {
						return true
					}
				}
			}
			return false
		},
	})
}

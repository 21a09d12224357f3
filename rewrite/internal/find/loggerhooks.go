package find

import (
	"bytes"
	"go/scanner"
	"go/token"
	"maps"
	"slices"

	"golang.org/x/tools/go/packages"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/loggers"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// exitHooks are the exit hooks of loggers that the module imports itself.
func exitHooks(g *load.Program) []plan.Hook {
	imported := map[string]bool{}
	for _, p := range g.Own {
		for path := range p.Imports {
			imported[path] = true
		}
	}
	return loggers.Decide(loggers.World{
		Imports: slices.Sorted(maps.Keys(imported)),
		Package: g.Imported,
		Mentions: func(path, word string) bool {
			has := func(text []byte) bool { return hasIdentifier(text, word) }
			return some(maps.Values(g.All), func(p *packages.Package) bool {
				return p.Imports[path] != nil && p.PkgPath != path && !g.Generated(p.PkgPath) && some(g.Texts(p, slices.Concat(p.GoFiles, load.LeftOut(p))), has)
			})
		},
	})
}

// hasIdentifier reports whether a file has the word as an identifier.
func hasIdentifier(src []byte, word string) bool {
	if !bytes.Contains(src, []byte(word)) {
		return false
	}
	var s scanner.Scanner
	s.Init(token.NewFileSet().AddFile("", -1, len(src)), src, nil, 0)
	for {
		_, kind, text := s.Scan()
		if kind == token.EOF || kind == token.IDENT && text == word {
			return kind == token.IDENT
		}
	}
}

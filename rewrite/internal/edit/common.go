package edit

import (
	"fmt"
	"go/parser"
	"strings"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/form"
)

// withoutCommon returns two versions of a file without the declarations that both have, with
// the same text and equally often. Equal text has equal trees, and a decorated tree costs
// twenty times as much as its syntax. A marker replaces each, so that a move is still a
// difference. What mentions the injected package stays. Versions that do not parse are
// returned as they are.
func withoutCommon(a, b, local string) (string, string) {
	declsA, declsB := cutAtDeclarations(a), cutAtDeclarations(b)
	more := map[string]int{} // how many more a has than b
	for _, text := range declsA {
		more[text]++
	}
	for _, text := range declsB {
		more[text]--
	}
	markers := map[string]string{}
	joined := func(decls []string) string {
		var all strings.Builder
		for i, text := range decls {
			if i > 0 && more[text] == 0 && !strings.Contains(text, local+".") {
				if markers[text] == "" {
					markers[text] = fmt.Sprintf("var common%d int\n", len(markers))
				}
				text = markers[text]
			}
			all.WriteString(text)
		}
		return all.String()
	}
	return joined(declsA), joined(declsB)
}

// cutAtDeclarations cuts a file before each declaration after its imports.
func cutAtDeclarations(src string) (list []string) {
	f, err := form.Parse([]byte(src), parser.SkipObjectResolution)
	if err != nil {
		return []string{src}
	}
	at := 0
	for _, d := range f.File.Decls[len(importDecls(f)):] {
		next := f.Offset(d.Pos())
		list = append(list, src[at:next])
		at = next
	}
	return append(list, src[at:])
}

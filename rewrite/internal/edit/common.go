package edit

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/form"
)

// withoutCommon returns two versions of a file without the declarations, and the
// statements of functions, that both have as often, by their text: their trees are the
// same, too, and a decorated tree costs twenty times what its syntax does. A marker
// stands for each, so that moving one makes a difference. What mentions the injected
// package stays. Versions that do not parse are returned as they are.
func withoutCommon(a, b, local string) (string, string) {
	piecesA, piecesB := pieces(a), pieces(b)
	more := map[piece]int{} // in a than in b
	for _, p := range piecesA {
		more[p]++
	}
	for _, p := range piecesB {
		more[p]--
	}
	markers := map[piece]string{}
	joined := func(list []piece) string {
		var all strings.Builder
		for _, p := range list {
			text := p.text
			if p.whole && more[p] == 0 && !strings.Contains(text, local+".") {
				if markers[p] == "" {
					markers[p] = fmt.Sprintf("var common%d int\n", len(markers))
				}
				text = markers[p]
			}
			all.WriteString(text)
		}
		return all.String()
	}
	return joined(piecesA), joined(piecesB)
}

// A piece is a part of a file up to the next one.
type piece struct {
	text  string
	whole bool // it is a declaration or a statement, and a marker can stand for it
}

// pieces cuts a file before each declaration behind its imports, and each statement of a function.
func pieces(src string) (list []piece) {
	f, err := form.Parse([]byte(src), parser.SkipObjectResolution)
	if err != nil {
		return []piece{{text: src}}
	}
	at, whole := 0, false
	cut := func(pos token.Pos, next bool) {
		list = append(list, piece{src[at:f.Offset(pos)], whole})
		at, whole = f.Offset(pos), next
	}
	for _, d := range f.File.Decls[len(importDecls(f)):] {
		fn, ok := d.(*ast.FuncDecl)
		if cut(d.Pos(), !ok || fn.Body == nil); whole {
			continue
		}
		for _, stmt := range fn.Body.List {
			cut(stmt.Pos(), true)
		}
		cut(fn.Body.Rbrace, false)
	}
	return append(list, piece{src[at:], whole})
}

package edit

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/form"
)

// withoutCommon returns two versions of a file without the declarations and statements
// that both have, with the same text and equally often. Equal text has equal trees, and a
// decorated tree costs twenty times as much as its syntax. A marker replaces each, so that
// a move is still a difference. What mentions the injected package stays. Versions that do
// not parse are returned as they are.
func withoutCommon(a, b, local string) (string, string) {
	piecesA, piecesB := pieces(a), pieces(b)
	more := map[piece]int{} // how many more a has than b
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

// A piece is the text from the beginning of a declaration or statement to that of the next.
type piece struct {
	text  string
	whole bool // it is a declaration or a statement, and a marker can stand for it
}

// pieces cuts a file before each declaration after its imports, and each statement of a function.
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

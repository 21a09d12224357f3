package edit

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/form"
)

// withoutCommon returns two versions of a file without the declarations and the
// statements of functions whose text is the same in both: their trees are the
// same, too, and a decorated tree costs twenty times what its syntax does. A
// marker stands for them, so that moving one makes a difference. What mentions the
// injected package stays. Versions that do not parse are returned as they are.
func withoutCommon(a, b, local string) (string, string) {
	listA, listB := pieces(a), pieces(b)
	markCommon(listA, listB, local, "declaration")
	listA, listB = cutFunctions(listA), cutFunctions(listB)
	markCommon(listA, listB, local, "statement")
	return joined(listA), joined(listB)
}

// A piece is a part of a file: a declaration or a statement with what is before
// it, or what is left over between these.
type piece struct {
	text  string
	whole bool    // a marker can stand for it
	parts []piece // of a function: its head, its statements and the rest
}

// pieces cuts a file behind the name of its package and behind each declaration.
func pieces(src string) []piece {
	f, err := form.Parse([]byte(src), parser.SkipObjectResolution)
	if err != nil {
		return []piece{{text: src}}
	}
	at := 0
	next := func(end token.Pos, whole bool) piece {
		text := src[at:f.Offset(end)]
		at = f.Offset(end)
		return piece{text: text, whole: whole}
	}
	list := []piece{next(f.File.Name.End(), false)}
	for _, d := range f.File.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			gen, ok := d.(*ast.GenDecl)
			list = append(list, next(d.End(), !ok || gen.Tok != token.IMPORT))
			continue
		}
		parts := []piece{next(fn.Body.Lbrace+1, false)}
		for _, stmt := range fn.Body.List {
			parts = append(parts, next(stmt.End(), true))
		}
		parts = append(parts, next(fn.End(), false))
		list = append(list, piece{text: joined(parts), whole: true, parts: parts})
	}
	return append(list, piece{text: src[at:]})
}

// cutFunctions puts their parts in the place of the functions that no marker
// stands for.
func cutFunctions(list []piece) (cut []piece) {
	for _, p := range list {
		if p.whole && p.parts != nil {
			cut = append(cut, p.parts...)
		} else {
			cut = append(cut, p)
		}
	}
	return cut
}

// markCommon puts a marker in the place of every run of pieces that both lists
// have, in one order.
func markCommon(a, b []piece, local, kind string) {
	at := map[string][]int{} // indices in b
	for i, p := range b {
		if p.whole && !strings.Contains(p.text, local+".") {
			at[p.text] = append(at[p.text], i)
		}
	}
	lastA, lastB := -1, -1 // the last that were the same
	for i, p := range a {
		list := at[p.text]
		for len(list) > 0 && list[0] <= lastB {
			list = list[1:]
		}
		at[p.text] = list
		if !p.whole || len(list) == 0 {
			continue
		}
		marker := piece{}
		if i != lastA+1 || list[0] != lastB+1 {
			marker.text = fmt.Sprintf("\nvar %s%d int", kind, i)
		}
		lastA, lastB = i, list[0]
		a[i], b[lastB] = marker, marker
	}
}

func joined(list []piece) string {
	var b strings.Builder
	for _, p := range list {
		b.WriteString(p.text)
	}
	return b.String()
}

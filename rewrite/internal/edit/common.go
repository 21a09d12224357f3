package edit

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/form"
)

// withoutCommon returns two versions of a file without the declarations and the
// statements of functions whose text is the same in both: their trees are the
// same, too, and a decorated tree costs twenty times what its syntax does. A
// marker stands for them, so that moving one makes a difference. What mentions the
// injected package stays. Versions that do not parse are returned as they are. Where a
// statement is edited in one place and not in another, what is taken for common may be none.
func withoutCommon(a, b, local string) (string, string) {
	listA, listB := pieces(a), pieces(b)
	markCommon(listA, listB, local)
	return joined(listA), joined(listB)
}

// A piece is a part of a file: a declaration or a statement with what is before
// it, or what is left over between these.
type piece struct {
	text  string
	whole bool // a marker can stand for it
}

// pieces cuts a file behind the name of its package, behind each declaration, and behind
// each statement of a function.
func pieces(src string) (list []piece) {
	f, err := form.Parse([]byte(src), parser.SkipObjectResolution)
	if err != nil {
		return []piece{{text: src}}
	}
	at := 0
	cut := func(end token.Pos, whole bool) {
		list = append(list, piece{text: src[at:f.Offset(end)], whole: whole})
		at = f.Offset(end)
	}
	cut(f.File.Name.End(), false)
	for _, d := range f.File.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			gen, ok := d.(*ast.GenDecl)
			cut(d.End(), !ok || gen.Tok != token.IMPORT)
			continue
		}
		cut(fn.Body.Lbrace+1, false)
		for _, stmt := range fn.Body.List {
			cut(stmt.End(), true)
		}
		cut(fn.End(), false)
	}
	return append(list, piece{text: src[at:]})
}

// markCommon puts a marker in the place of every run of pieces that both lists
// have, in one order.
func markCommon(a, b []piece, local string) {
	lastA, lastB := -1, -1 // the last that were the same
	for i, p := range a {
		if !p.whole || strings.Contains(p.text, local+".") {
			continue
		}
		skipped := slices.Index(b[lastB+1:], p)
		if skipped < 0 {
			continue
		}
		marker := piece{}
		if i != lastA+1 || skipped > 0 {
			marker.text = fmt.Sprintf("\nvar common%d int", i)
		}
		lastA, lastB = i, lastB+1+skipped
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

package edit

import (
	"cmp"
	"fmt"
	"go/parser"
	"slices"
	"strings"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/form"
)

// withoutCommon returns two versions of a file without the declarations whose text is
// the same in both: their trees are the same, too, and a decorated tree costs twenty
// times what its syntax does. A marker stands for each, so that moving one makes a
// difference. What mentions the injected package stays. Versions that do not parse are
// returned as they are.
func withoutCommon(a, b, local string) (string, string) {
	headA, listA := declarations(a)
	headB, listB := declarations(b)
	markers := map[string]string{} // by the text that they stand for
	for i, text := range listA {
		if slices.Contains(listB, text) && !strings.Contains(text, local+".") {
			markers[text] = fmt.Sprintf("var common%d int\n", i)
		}
	}
	marked := func(list []string) (all string) {
		for _, text := range list {
			all += cmp.Or(markers[text], text)
		}
		return all
	}
	return headA + marked(listA), headB + marked(listB)
}

// declarations cuts a file before each declaration behind its imports.
func declarations(src string) (head string, list []string) {
	f, err := form.Parse([]byte(src), parser.SkipObjectResolution)
	if err != nil {
		return src, nil
	}
	at := 0
	for _, d := range f.File.Decls {
		if start := f.Offset(d.Pos()); start > importsEnd(f) {
			list = append(list, src[at:start])
			at = start
		}
	}
	list = append(list, src[at:])
	return list[0], list[1:]
}

package splice

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/aymanbagabas/go-udiff"
)

// TestApply edits 0123456789.
func TestApply(t *testing.T) {
	for _, test := range []struct {
		name  string
		edits []Splice
		want  string
	}{
		{"nothing", nil, "0123456789"},
		{"an insertion", []Splice{Insert(3, "x")}, "012x3456789"},
		{"at both ends", []Splice{Insert(10, "b"), Insert(0, "a")}, "a0123456789b"},
		{"a cut", []Splice{Cut(2, 5)}, "0156789"},
		{"all", []Splice{Cut(0, 10)}, ""},
		{"a replacement", []Splice{{2, 4, "xyz"}}, "01xyz456789"},
		{"in any order", []Splice{Cut(8, 9), {1, 2, "x"}}, "0x2345679"},
		{"two insertions at one offset keep their order", []Splice{Insert(1, "a"), Insert(1, "b")}, "0ab123456789"},
		{"an insertion before a cut", []Splice{Cut(1, 3), Insert(1, "a")}, "0a3456789"},
		{"an insertion behind a cut", []Splice{Insert(3, "a"), Cut(1, 3)}, "0a3456789"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := string(Apply([]byte("0123456789"), test.edits)); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

// TestOf makes one text of another by what a comparison of the two says.
func TestOf(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	src := []byte("0123456789abcdefghijklmnopqrstuvwxyz")
	for range 2000 {
		var edits []Splice
		for at := random.IntN(4); at < len(src); at += random.IntN(4) {
			e := Splice{at, min(at+random.IntN(4), len(src)), "ABC"[:random.IntN(4)]}
			at = e.End
			edits = append(edits, e)
		}
		want := Apply(src, edits)
		if got := Apply(src, Of(udiff.Bytes(src, want))); string(got) != string(want) {
			t.Fatalf("%q became %q, want %q", src, got, want)
		}
	}
}

// TestMoved follows offsets through edits.
func TestMoved(t *testing.T) {
	edits := []Splice{Insert(2, "xx"), Cut(4, 6), {8, 9, "yyy"}}
	var got []int
	for offset := range 11 {
		got = append(got, Moved(offset, edits))
	}
	if want := []int{0, 1, 2, 5, 6, 7, 6, 7, 8, 11, 12}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestLines looks at "a\r\n\n\tb c\n  " and its parts.
func TestLines(t *testing.T) {
	src := []byte("a\r\n\n\tb c\n  ")
	for _, test := range []struct {
		name      string
		got, want any
	}{
		{"start of the first line", LineStart(src, 2), 0},
		{"start of a later line", LineStart(src, 7), 4},
		{"end of the first line", LineEnd(src, 0), 3},
		{"end of a line without newline", LineEnd(src, 9), 11},
		{"indentation", Indentation(src, 7), "\t"},
		{"indentation of a blank line", Indentation(src, 10), "  "},
		{"newline", Newline(src), "\r\n"},
		{"newline of a file without any", Newline([]byte("a")), "\n"},
		{"blank line before", BlankLineBefore(src, 4), 3},
		{"no blank line before", BlankLineBefore(src, 3), 3},
		{"before the file", BlankLineBefore(src, 0), 0},
		{"blank", Blank(src[9:]), true},
		{"not blank", Blank(src[4:]), false},
	} {
		if test.got != test.want {
			t.Errorf("%s: %v, want %v", test.name, test.got, test.want)
		}
	}
	if from, to, alone := OwnLine(src, 5, 8); from != 4 || to != 9 || !alone {
		t.Errorf("\"b c\" stands on %d to %d, alone %v", from, to, alone)
	}
	if _, _, alone := OwnLine(src, 7, 8); alone {
		t.Error("c does not stand alone")
	}
}

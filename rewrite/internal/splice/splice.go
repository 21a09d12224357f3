// Package splice edits text by byte ranges. All edits of source files are splices into
// the author's own bytes. Nothing is printed from a syntax tree, so all other bytes stay.
package splice

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/aymanbagabas/go-udiff"
)

// A Splice replaces src[Start:End] by Text. Its JSON is part of the record in config.go,
// which an older version of telemetrygen may have written.
type Splice struct {
	Start int    `json:"at"`
	End   int    `json:"to"`
	Text  string `json:"was,omitempty"`
}

// Insert returns the splice that puts text at an offset.
func Insert(at int, text string) Splice { return Splice{Start: at, End: at, Text: text} }

// Cut returns the splice that deletes src[start:end].
func Cut(start, end int) Splice { return Splice{Start: start, End: end} }

// Apply returns src with all edits applied. Edits must not overlap; several
// insertions at one offset are applied in the order of the slice.
func Apply(src []byte, edits []Splice) []byte {
	if len(edits) == 0 {
		return src
	}
	sorted := slices.Clone(edits)
	slices.SortStableFunc(sorted, func(a, b Splice) int { return cmp.Or(a.Start-b.Start, a.End-b.End) })
	var out bytes.Buffer
	at := 0 // end of what is copied
	for _, e := range sorted {
		out.Write(src[at:e.Start])
		out.WriteString(e.Text)
		at = e.End
	}
	out.Write(src[at:])
	return out.Bytes()
}

// Of returns the splices for the edits that a comparison of two texts returned.
func Of(difference []udiff.Edit) (edits []Splice) {
	for _, e := range difference {
		edits = append(edits, Splice{Start: e.Start, End: e.End, Text: e.New})
	}
	return edits
}

// Moved returns the offset in the edited source for one in the source. Positions in reports
// are those of the files as the author will see them.
func Moved(offset int, edits []Splice) int {
	shift := 0
	for _, e := range edits {
		if e.Start < offset && e.End <= offset {
			shift += len(e.Text) - (e.End - e.Start)
		}
	}
	return offset + shift
}

// LineStart returns the offset of the first byte of offset's line.
func LineStart(src []byte, offset int) int {
	return bytes.LastIndexByte(src[:offset], '\n') + 1
}

// LineEnd returns the offset after the newline that ends offset's line, or len(src) on a
// last line without one.
func LineEnd(src []byte, offset int) int {
	if i := bytes.IndexByte(src[offset:], '\n'); i >= 0 {
		return offset + i + 1
	}
	return len(src)
}

// Blank reports whether text holds nothing but white space.
func Blank(text []byte) bool { return len(bytes.TrimSpace(text)) == 0 }

// Indentation returns the white space that offset's line starts with.
func Indentation(src []byte, offset int) string {
	line := src[LineStart(src, offset):]
	return string(line[:len(line)-len(bytes.TrimLeft(line, " \t"))])
}

// Newline returns the line end that the file uses, judged by its first line.
func Newline(src []byte) string {
	if i := bytes.IndexByte(src, '\n'); i > 0 && src[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// OwnLine reports whether src[start:end] stands alone on its line or lines, and
// returns the range of those lines, the final newline included.
func OwnLine(src []byte, start, end int) (from, to int, alone bool) {
	from, to = LineStart(src, start), LineEnd(src, end)
	return from, to, Blank(src[from:start]) && Blank(src[end:to])
}

// BlankLineBefore returns the start of the blank line that ends at offset (the
// start of a line), or offset itself when the line before is not blank.
func BlankLineBefore(src []byte, offset int) int {
	if offset == 0 {
		return offset
	}
	from := LineStart(src, offset-1)
	if from > 0 && Blank(src[from:offset]) {
		return from
	}
	return offset
}

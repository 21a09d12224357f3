package rewrite

import (
	"bytes"
	"sort"
)

// A splice replaces src[start:end] by text. All edits of source files are
// splices into the author's own bytes: nothing is printed from a syntax tree,
// so nothing that carries no instrumentation can change.
type splice struct {
	start, end int
	text       string
}

// spliced returns src with all edits applied. Edits must not overlap; several
// insertions at one offset are applied in the order of the slice.
func spliced(src []byte, edits []splice) []byte {
	if len(edits) == 0 {
		return src
	}
	sorted := append([]splice(nil), edits...)
	sort.SliceStable(sorted, func(i, j int) bool {
		if sorted[i].start != sorted[j].start {
			return sorted[i].start < sorted[j].start
		}
		return sorted[i].end < sorted[j].end
	})
	var out bytes.Buffer
	at := 0 // end of what is copied
	for _, e := range sorted {
		out.Write(src[at:e.start])
		out.WriteString(e.text)
		at = e.end
	}
	out.Write(src[at:])
	return out.Bytes()
}

// moved maps an offset of the unedited source to the edited one: positions in
// reports are those of the files that the author will open.
func moved(offset int, edits []splice) int {
	shift := 0
	for _, e := range edits {
		if e.start < offset && e.end <= offset {
			shift += len(e.text) - (e.end - e.start)
		}
	}
	return offset + shift
}

// lineStart returns the offset of the first byte of offset's line.
func lineStart(src []byte, offset int) int {
	return bytes.LastIndexByte(src[:offset], '\n') + 1
}

// lineEnd returns the offset behind the newline that ends offset's line, or
// len(src) on a last line without one.
func lineEnd(src []byte, offset int) int {
	if i := bytes.IndexByte(src[offset:], '\n'); i >= 0 {
		return offset + i + 1
	}
	return len(src)
}

// blank reports whether text holds nothing but white space.
func blank(text []byte) bool { return len(bytes.TrimSpace(text)) == 0 }

// indentation returns the white space that offset's line starts with.
func indentation(src []byte, offset int) string {
	start := lineStart(src, offset)
	end := start
	for end < len(src) && (src[end] == ' ' || src[end] == '\t') {
		end++
	}
	return string(src[start:end])
}

// newlineOf returns the line end that the file uses, judged by its first line.
func newlineOf(src []byte) string {
	if i := bytes.IndexByte(src, '\n'); i > 0 && src[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// ownLine reports whether src[start:end] stands alone on its line or lines, and
// returns the range of those lines, the final newline included.
func ownLine(src []byte, start, end int) (from, to int, alone bool) {
	from, to = lineStart(src, start), lineEnd(src, end)
	return from, to, blank(src[from:start]) && blank(src[end:to])
}

// blankLineBefore returns the start of the blank line that ends at offset (the
// start of a line), or offset itself when the line before is not blank.
func blankLineBefore(src []byte, offset int) int {
	if offset == 0 {
		return offset
	}
	from := lineStart(src, offset-1)
	if from > 0 && blank(src[from:offset]) {
		return from
	}
	return offset
}

//go:build !notelemetry

package telemetry

import (
	"strings"
	"testing"
)

// A block is read as it was written, and whatever cannot be one is a free block.
func TestBlock(t *testing.T) {
	for _, b := range []block{
		{path: "pace get data-policy", code: 0, unsent: true, n: 3, nonce: "1a", was: none, before: none, left: "q x v1.16.0 id"},
		{path: "pace", code: noExitSeen, n: 0, nonce: "zz", was: 1, before: 1 << 40},
		{path: "pace get (unlisted)", code: 255, n: 4095, nonce: "0", was: noExitSeen, before: 0},
	} {
		padded := b.text() + strings.Repeat("\x00", blockSize-len(b.text()))
		if got := parseBlock(b.n, []byte(padded)); got != b {
			t.Errorf("%+v is read as %+v", b, got)
		}
		for cut := 0; cut < len(b.text()); cut++ {
			if got := parseBlock(b.n, []byte(b.text()[:cut])); got.path != "" {
				t.Errorf("the first %d bytes of %q are read as %+v", cut, b.text(), got)
			}
		}
	}
	for _, text := range []string{"", "\n\n", "x -2 -2 false 1a pace\n\n", "0 y -2 false 1a pace\n\n", "0 -2 z false 1a pace\n\n", "0 -2 -2 false pace\n\n"} {
		if got := parseBlock(7, []byte(text)); got != (block{n: 7}) {
			t.Errorf("%q is read as %+v", text, got)
		}
	}
}

package sink

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// Graphite's protocols cannot carry every character. What they cannot is
// written as in a URL's query: a space as "+" (in plaintext only; JSON takes
// spaces), anything else as %XX, and "%" and, in plaintext, "+" themselves so
// too. Two values that differ stay different, and any URL decoder gives back
// the original.

// escapeValue writes a tag's value. Graphite: "tag values must not contain ;
// and must not start with ~", https://graphite.readthedocs.io/en/latest/tags.html.
func escapeValue(value string, plaintext bool) string {
	return escape(value, plaintext, func(at int, r rune) bool {
		return r == ';' || r == '~' && at == 0
	})
}

// escapeName writes a series' name or a tag's name: "tag names may contain any
// ascii characters except ;!^=".
func escapeName(name string) string {
	return escape(name, true, func(_ int, r rune) bool {
		return strings.ContainsRune(";!^=~", r) || r >= utf8.RuneSelf
	})
}

func escape(text string, plaintext bool, forbidden func(at int, r rune) bool) string {
	var escaped []byte // nil while text needs no change
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		broken := r == utf8.RuneError && size == 1
		space := plaintext && r == ' '
		change := broken || space || r == '%' || plaintext && r == '+' ||
			r < ' ' || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029' || plaintext && r > ' ' && isSpace(r) || forbidden(at, r)
		if change && escaped == nil {
			escaped = append(make([]byte, 0, len(text)+8), text[:at]...)
		}
		switch {
		case space:
			escaped = append(escaped, '+')
		case change:
			for _, b := range []byte(text[at : at+size]) {
				escaped = fmt.Appendf(escaped, "%%%02X", b)
			}
		case escaped != nil:
			escaped = append(escaped, text[at:at+size]...)
		}
		at += size
	}
	if escaped == nil {
		return text
	}
	return string(escaped)
}

// isSpace reports the spaces beyond ASCII at which carbon, written in Python,
// splits a line.
func isSpace(r rune) bool {
	return r == '\u00a0' || r == '\u1680' || r >= '\u2000' && r <= '\u200a' || r == '\u202f' || r == '\u205f' || r == '\u3000'
}

// sound says why no Graphite takes a sample, whatever is escaped.
func sound(sample Sample) error {
	switch {
	case sample.Name == "":
		return errors.New("a series without a name")
	case math.IsNaN(sample.Value) || math.IsInf(sample.Value, 0):
		return fmt.Errorf("%s: the value %v", sample.Name, sample.Value)
	case sample.Time.Unix() <= 0:
		return fmt.Errorf("%s: no time", sample.Name)
	}
	for _, label := range sample.Labels {
		switch label.Name {
		case "":
			return fmt.Errorf("%s: a tag without a name", sample.Name)
		case "name": // Graphite keeps the series' name there
			return fmt.Errorf("%s: a tag called name", sample.Name)
		}
	}
	return nil
}

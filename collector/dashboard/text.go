package dashboard

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// longestName is how much of a name is shown, in characters: a name that was
// made up to fill the page shall not.
const longestName = 160

// printable makes a name from a report safe to read: control characters and
// those that turn the direction of writing are shown as their code, so that a
// name cannot pass itself off as another. Escaping for HTML is the template's.
func printable(name string) string {
	var b strings.Builder
	n := 0
	for _, r := range strings.ToValidUTF8(name, "\uFFFD") {
		if n++; n > longestName {
			b.WriteRune('…')
			break
		}
		if isPlain(r) {
			b.WriteRune(r)
		} else {
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		}
	}
	return b.String()
}

// isPlain says whether r is shown as itself.
func isPlain(r rune) bool {
	return r == ' ' || unicode.IsGraphic(r) && !unicode.IsSpace(r)
}

// choosable says whether a form can hold name and give it back unchanged:
// browsers replace what is not text.
func choosable(name string) bool {
	return name != "" && utf8.ValidString(name) && strings.IndexFunc(name, func(r rune) bool { return !isPlain(r) }) < 0
}

// count writes n with its thousands apart: 1,234,567.
func count(n int64) string {
	s := strconv.FormatInt(n, 10)
	first := len(s) % 3
	if first == 0 {
		first = 3
	}
	if len(s) <= 3 || n < 0 {
		return s
	}
	out := s[:first]
	for i := first; i < len(s); i += 3 {
		out += "," + s[i:i+3]
	}
	return out
}

// plural writes n and its noun.
func plural(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return count(n) + " " + many
}

// short writes n for an axis: 950, 1.5k, 20M.
func short(n int64) string {
	v, unit := float64(n), ""
	for _, u := range []string{"k", "M", "G", "T", "P", "E"} {
		if v < 1000 {
			break
		}
		v, unit = v/1000, u
	}
	return strconv.FormatFloat(v, 'f', -1, 64) + unit
}

// mostInFull is the largest count that a large figure has room for.
const mostInFull = 9_999_999

// rounded writes n for a large figure: in full, or with three digits and a unit.
func rounded(n int64) string {
	if n <= mostInFull {
		return count(n)
	}
	step := int64(1)
	for n/step >= 1000 {
		step *= 10
	}
	return short(n / step * step)
}

// exactly is the note at a figure, with all of n where the figure has not.
func exactly(n int64, note string) string {
	if n <= mostInFull {
		return note
	}
	return count(n) + " " + note
}

// percent writes part of whole. What is neither none nor all never reads as if it were.
func percent(part, whole int64) string {
	switch p := 100 * float64(part) / float64(whole); {
	case whole <= 0:
		return "–"
	case part == 0:
		return "0%"
	case part == whole:
		return "100%"
	case p < 0.1:
		return "<0.1%"
	case p > 99.9:
		return ">99.9%"
	default:
		return fmt.Sprintf("%.1f%%", p)
	}
}

// span writes the days from a to b.
func span(a, b time.Time) string {
	if a.Equal(b) {
		return a.Format("Mon 2 Jan 2006")
	}
	return a.Format("2 Jan 2006") + " – " + b.Format("2 Jan 2006")
}

// shortened is the first characters of a name.
func shortened(name string, most int) string {
	if runes := []rune(name); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return name
}

package sink

import (
	"net/url"
	"strings"
	"testing"
	"unicode"
)

// hostileValues are label values, all different, that a protocol may trip over.
var hostileValues = []string{
	"pace get data-policy", "pace_get_data-policy", "pace+get+data-policy", "pace%20get%20data-policy", "pace%2Bget",
	"~tilde", "til~de", ";", "a;b=c", "a=b", "line\nfeed", "line\r\nfeed 1 2\n", "tab\there", "nul\x00", "del\x7f",
	"\xff\xfe", "\xff", "naïve", "日本", "no\u00a0break", "line\u2028separator", "next\u0085line", "ideographic\u3000space",
	" leading", "trailing ", " ", "\"quoted\"", `back\slash`, "{a,b}", "*", "..", "../../etc/passwd", "a/b", "'", "<b>&",
	strings.Repeat("long", 200),
}

func TestEscapedValuesAreReadableByAURLDecoder(t *testing.T) {
	for _, value := range hostileValues {
		plain := escapeValue(value, true)
		if back, err := url.QueryUnescape(plain); err != nil || back != value {
			t.Errorf("%q became %q, which decodes to %q (%v)", value, plain, back, err)
		}
		if strings.ContainsFunc(plain, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || r == ';' }) || plain[0] == '~' {
			t.Errorf("%q became %q", value, plain)
		}
		json := escapeValue(value, false)
		if back, err := url.PathUnescape(json); err != nil || back != value {
			t.Errorf("%q became %q in JSON, which decodes to %q (%v)", value, json, back, err)
		}
	}
	for value, want := range map[string]string{
		"pace get data-policy": "pace+get+data-policy", "v1.16.0": "v1.16.0", "v1.0.0+dirty": "v1.0.0%2Bdirty", "~x;y": "%7Ex%3By",
	} {
		if got := escapeValue(value, true); got != want {
			t.Errorf("%q became %q, want %q", value, got, want)
		}
	}
}

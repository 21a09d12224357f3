package edit

import (
	"strings"
	"testing"
)

// TestWithoutCommon cuts what two versions share, and nothing else.
func TestWithoutCommon(t *testing.T) {
	const head = "// doc\npackage p\n\nimport \"os\"\n"
	for _, test := range []struct{ name, a, b, wantA, wantB string }{
		{"nothing is shared", "\nvar a = 1\n", "\nvar b = 1\n", "\nvar a = 1\n", "\nvar b = 1\n"},
		{"one of two", "\nvar a = 1\n\nvar b = 1\n", "\nvar a = 1\n\nvar b = 2\n", "\nvar common2 int\n\nvar b = 1\n", "\nvar common2 int\n\nvar b = 2\n"},
		{"two in a row", "\nvar d = 2\nvar a = 1\nvar b = 1\n", "\nvar c = 1\nvar a = 1\nvar b = 1\n", "\nvar d = 2\nvar common3 int\n", "\nvar c = 1\nvar common3 int\n"},
		{"a declaration too many", "\nvar a = 1\n", "\nvar _ = os.Exit\n\nvar a = 1\n", "\nvar common2 int\n", "\nvar _ = os.Exit\nvar common2 int\n"},
		{"a comment that belongs to it", "\n// one\nvar a = 1\n", "\nvar a = 1\n", "\n// one\nvar a = 1\n", "\nvar a = 1\n"},
		{"two in another order", "\nvar c = 1\nvar a = 1\nvar b = 1\n", "\nvar c = 2\nvar b = 1\nvar a = 1\n", "\nvar c = 1\nvar common3 int\nvar b = 1\n", "\nvar c = 2\nvar b = 1\nvar common3 int\n"},
		{"one twice", "\nvar c = 1\nvar a = 9\nvar a = 9\n", "\nvar c = 2\nvar a = 9\n", "\nvar c = 1\nvar common3 int\nvar a = 9\n", "\nvar c = 2\nvar common3 int\n"},
		{"on one line", "\nvar a = 1; var b = 1\n", "\nvar a = 1; var b = 2\n", "\nvar common2 int; var b = 1\n", "\nvar common2 int; var b = 2\n"},
		{"a statement", "\nfunc f() {\n\ta() // one\n\tb()\n}\n", "\nfunc f() {\n\ta() // one\n\tc()\n}\n", "\nfunc f() {\nvar common3 int // one\n\tb()\n}\n", "\nfunc f() {\nvar common3 int // one\n\tc()\n}\n"},
		{"a statement of another function", "\nfunc f() {\n\ta()\n}\nfunc g() {\n}\n", "\nfunc f() {\n}\nfunc g() {\n\ta()\n}\n", "\nfunc f() {\nvar common3 int\n}\nfunc g() {\n}\n", "\nfunc f() {\n}\nfunc g() {\nvar common3 int\n}\n"},
		{"all but one of a function", "\nfunc f() {\n\ta()\n\tb()\n\tc()\n}\n", "\nfunc f() {\n\tdefer s()\n\ta()\n\tb()\n\tc()\n}\n", "\nfunc f() {\nvar common3 int\n}\n", "\nfunc f() {\n\tdefer s()\nvar common3 int\n}\n"},
		{"mentions ours", "\nvar a = telemetry.Exit\n", "\nvar a = telemetry.Exit\n", "\nvar a = telemetry.Exit\n", "\nvar a = telemetry.Exit\n"},
		{"does not parse", "\nvar a =\n", "\nvar a = 1\n", "\nvar a =\n", "\nvar a = 1\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			a, b := withoutCommon(head+test.a, head+test.b, "telemetry")
			lines := func(s string) string { return strings.ReplaceAll(s, "\n\n", "\n") }
			if lines(a) != lines(head+test.wantA) || lines(b) != lines(head+test.wantB) {
				t.Errorf("left are\n%s\nand\n%s\nwant\n%s\nand\n%s", a, b, head+test.wantA, head+test.wantB)
			}
		})
	}
}

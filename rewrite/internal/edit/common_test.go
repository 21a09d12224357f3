package edit

import "testing"

// TestWithoutCommon cuts what two versions share, and nothing else.
func TestWithoutCommon(t *testing.T) {
	const head = "// doc\npackage p\n\nimport \"os\"\n"
	for _, test := range []struct{ name, a, b, wantA, wantB string }{
		{"nothing is shared", "\nvar a = 1\n", "\nvar b = 1\n", "\nvar a = 1\n", "\nvar b = 1\n"},
		{"one of two", "\nvar a = 1\n\nvar b = 1\n", "\nvar a = 1\n\nvar b = 2\n", "\nvar common0 int\nvar b = 1\n", "\nvar common0 int\nvar b = 2\n"},
		{"a declaration too many", "\nvar a = 1\n", "\nvar _ = os.Exit\n\nvar a = 1\n", "\nvar common0 int\n", "\nvar _ = os.Exit\n\nvar common0 int\n"},
		{"a comment behind it", "\nvar a = 1 // one\n", "\nvar a = 1\n", "\nvar a = 1 // one\n", "\nvar a = 1\n"},
		{"a comment before the first", "\n// one\nvar a = 1\n", "\nvar a = 1\n", "\n// one\nvar common0 int\n", "\nvar common0 int\n"},
		{"two in another order", "\nvar a = 1\nvar b = 1\n", "\nvar b = 1\nvar a = 1\n", "\nvar common0 int\nvar common1 int\n", "\nvar common1 int\nvar common0 int\n"},
		{"one twice, and once", "\nvar a = 9\nvar a = 9\nvar c = 1\n", "\nvar c = 2\nvar a = 9\n", "\nvar a = 9\nvar a = 9\nvar c = 1\n", "\nvar c = 2\nvar a = 9\n"},
		{"one twice", "\nvar a = 9\nvar a = 9\nvar c = 1\n", "\nvar a = 9\nvar a = 9\nvar c = 2\n", "\nvar common0 int\nvar common0 int\nvar c = 1\n", "\nvar common0 int\nvar common0 int\nvar c = 2\n"},
		{"on one line", "\nvar a = 1; var b = 1\n", "\nvar a = 1; var b = 2\n", "\nvar common0 int\nvar b = 1\n", "\nvar common0 int\nvar b = 2\n"},
		{"mentions ours", "\nvar a = telemetry.Exit\n", "\nvar a = telemetry.Exit\n", "\nvar a = telemetry.Exit\n", "\nvar a = telemetry.Exit\n"},
		{"does not parse", "\nvar a =\n", "\nvar a = 1\n", "\nvar a =\n", "\nvar a = 1\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			a, b := withoutCommon(head+test.a, head+test.b, "telemetry")
			if a != head+test.wantA || b != head+test.wantB {
				t.Errorf("left are\n%s\nand\n%s\nwant\n%s\nand\n%s", a, b, head+test.wantA, head+test.wantB)
			}
		})
	}
}

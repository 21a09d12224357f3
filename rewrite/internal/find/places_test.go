package find

import "testing"

// TestPackageOf reads the import path out of every kind of place.
func TestPackageOf(t *testing.T) {
	for place, want := range map[string]string{
		"example.com/a/b.root":                           "example.com/a/b",
		"example.com/a/b.New()#0":                        "example.com/a/b",
		"(*example.com/a/b.T).Run$1":                     "example.com/a/b",
		"(example.com/a/b.T).Run$1()#0":                  "example.com/a/b",
		"field example.com/a/b.T.cmd":                    "example.com/a/b",
		"field example.com/a.T[example.com/other/x].cmd": "example.com/a",
		"example.com/a/b@1234":                           "example.com/a/b",
		"example.com/a/b@1234()#0":                       "example.com/a/b",
		"field example.com/a/b.T.list[]":                 "example.com/a/b",
		"main.root":                                      "main",
	} {
		if got := packageOf(place); got != want {
			t.Errorf("%s is of %q, want %q", place, got, want)
		}
	}
}

// TestDerivedPlaces cuts results and elements off one by one.
func TestDerivedPlaces(t *testing.T) {
	for _, test := range []struct{ place, value, suffix string }{
		{"p.f()#0", "p.f", "()#0"},
		{"p.f()#0[]", "p.f()#0", "[]"},
		{"p.list[]()#1", "p.list[]", "()#1"},
		{"method Code func() int()#0", "method Code func() int", "()#0"},
		{"p.x", "p.x", ""},
	} {
		if value, suffix := cutDerived(test.place); value != test.value || suffix != test.suffix {
			t.Errorf("%s: %q and %q, want %q and %q", test.place, value, suffix, test.value, test.suffix)
		}
	}
}

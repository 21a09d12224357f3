package find

import (
	"fmt"
	"strings"
	"testing"
)

// TestSites plans single files, with names for types, and lists form and text of
// each site.
func TestSites(t *testing.T) {
	const head = "package main\n\nimport (\n\t\"log\"\n\t\"os\"\n)\n\n"
	for _, test := range []struct{ name, src, want string }{
		{"main", "func main() {\n\trun()\n}\n", "start"},
		{"a method that is called main", "func (t T) main() {}\n", ""},
		{"called", "func f() { os.Exit(1) }\n", "exit os.Exit"},
		{"as a value", "var f = os.Exit\n", "exit os.Exit"},
		{"another function", "func f() { os.Getpid() }\n", ""},
		{"announced", "func f() {\n\tlog.Fatal(1)\n}\n", "exiting log.Fatal(1)"},
		{"evaluated first", "func f() {\n\tlog.Fatal(serve())\n}\n", "exiting-with serve()"},
		{"in init", "func init() { os.Exit(1); log.Fatal(2) }\n", ""},
		{"a method that is called init", "func (t T) init() { os.Exit(1) }\n", "exit os.Exit"},
		{"a literal in init that is kept", "func init() { f = func() { os.Exit(1) } }\n", "exit os.Exit"},
		{"a literal in init that is called", "func init() { func() { os.Exit(1) }() }\n", ""},
		{"deferred in init", "func init() { defer func() { os.Exit(1) }() }\n", ""},
		{"beside init", "func init() { go func() { os.Exit(1) }() }\n", "exit os.Exit"},
		{"a value in init", "func init() { f = os.Exit }\n", "exit os.Exit"},
		{"in an initialiser", "var x = func() int { os.Exit(1); return 1 }()\n", ""},
		{"a literal in an initialiser", "var x = func() { os.Exit(1) }\n", "exit os.Exit"},
		{"more after a chain", "func f() {\n\tdefer log.Fatal(1)\n}\n", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, ok := planByName([]byte(head + test.src))
			if !ok {
				t.Fatal("does not parse")
			}
			var got []string
			for _, s := range p.Sites {
				switch {
				case s.Form == "start":
					got = append(got, s.Form)
				case s.Form != "":
					got = append(got, fmt.Sprintf("%s %s", s.Form, (head + test.src)[s.Start:s.End]))
				}
			}
			if strings.Join(got, ", ") != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

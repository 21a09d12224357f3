package form

import (
	"bytes"
	"go/format"
	"go/parser"
	"strings"
	"testing"

	"github.com/dave/dst/decorator"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/splice"
)

const head = "package p\n\nimport (\n\t\"os\"\n\n\t\"github.com/spf13/cobra\"\n)\n\n"

// A roundTrip is a form at one site: from the author's text to the injected one,
// and back in both ways. The site is between two marks, ‹ and ›.
type roundTrip struct {
	name     string
	before   string // with the marks
	operands plan.Operands
	after    string
}

func testForm(t *testing.T, form string, tests []roundTrip) {
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			before, after := head+test.before, head+test.after
			start := strings.Index(before, "‹")
			before = strings.Replace(before, "‹", "", 1)
			end := strings.Index(before, "›")
			before = strings.Replace(before, "›", "", 1)
			if f := Get(form); f.Text != nil {
				edits := f.Text([]byte(before), plan.Site{Start: start, End: end, Operands: test.operands}, "telemetry")
				if got := string(splice.Apply([]byte(before), edits)); got != after {
					t.Errorf("injected:\n%s\nwant\n%s", got, after)
				}
			}
			if got := undone(t, after); got != before {
				t.Errorf("undone:\n%s\nwant\n%s", got, before)
			}
			want, err := format.Source([]byte(before))
			if err != nil {
				t.Fatal(err)
			}
			if got := rewritten(t, after); without(got, " \t\n;") != without(string(want), " \t\n;") {
				t.Errorf("the tree without the form is\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func without(s, chars string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(chars, r) {
			return -1
		}
		return r
	}, s)
}

// undone takes every form out by edits of the text.
func undone(t *testing.T, src string) string {
	t.Helper()
	parsed, err := Parse([]byte(src), parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	u := Find(parsed, "telemetry")
	return string(splice.Apply(u.Src, u.Edits))
}

// rewritten takes every form out of the tree.
func rewritten(t *testing.T, src string) string {
	t.Helper()
	f, err := decorator.Parse(src)
	if err != nil {
		t.Fatal(err)
	}
	tree := Tree{File: f, Local: "telemetry"}
	tree.Remove()
	var out bytes.Buffer
	if err := decorator.Fprint(&out, f); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestReferenced tells uses that no form knows: the import must stay for them.
func TestReferenced(t *testing.T) {
	for code, want := range map[string]bool{
		"func f() { telemetry.Exit(1) }\n":                          false,
		"func main() { defer telemetry.Start()() }\n":               false,
		"func f() { telemetry.Track(root).Execute() }\n":            false,
		"func f() { telemetry.Leave(1) }\n":                         true,
		"func f() { telemetry.Exit(1); x := telemetry.Track }\n":    true,
		"func f() { x.telemetry.Exit(1) }\n":                        false,
		"func f() { telemetry.Exiting(1, 2) }\n":                    true,
		"func f() { run(telemetry.Exit, telemetry.ExitingIf) }\n":   true,
		"func f() { if true { telemetry.Exiting(1); die(1) } }\n":   false,
		"func f() { x := telemetry.Exiting(1) }\n":                  true,
		"func f() { log.Fatal(telemetry.ExitingWith(1, serve())) }": false,
	} {
		parsed, err := Parse([]byte(head+code), parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if got := Find(parsed, "telemetry").Referenced(); got != want {
			t.Errorf("%s is referenced: %v", code, got)
		}
	}
}

// TestGet finds every form by its name, and no other.
func TestGet(t *testing.T) {
	for _, name := range []string{Start, Track, Exit, Exiting, ExitingWith, ExitingIf} {
		if f := Get(name); f == nil || f.Name != name || f.Text == nil {
			t.Errorf("%s: %+v", name, f)
		}
	}
	if Get("") != nil || Get("none") != nil {
		t.Error("there is a form without a name")
	}
}

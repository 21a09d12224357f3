package find

import (
	"slices"
	"testing"
)

// TestFacts tells what the edit stage must know of a file.
func TestFacts(t *testing.T) {
	for _, test := range []struct {
		name, code, local string
		unused            []string
		refused           bool
	}{
		{"nothing special", run, "telemetry", nil, false},
		{"every use is swapped", run + "func f() { os.Exit(1) }", "telemetry", []string{"os"}, false},
		{"another use stays", run + "func f() { os.Exit(os.Getpid()) }", "telemetry", nil, false},
		{"a variable is called telemetry", run + "var telemetry int", "usagetelemetry", nil, false},
		{"a local is", run + "func f() { telemetry := 1; _ = telemetry }", "usagetelemetry", nil, false},
		{"a function is", run + "func telemetry() {}\nvar usagetelemetry int", "cmdtelemetry", nil, false},
		{"a field is", run + "type app struct { telemetry int }\nvar x = app{}.telemetry", "telemetry", nil, false},
		{"a method is", run + "type app struct{}\nfunc (app) telemetry() {}", "telemetry", nil, false},
		{"a line directive", run + "\n//line grammar.y:1\nfunc f() {}", "telemetry", nil, true},
		{"one of a column", run + "\nfunc f() { /*line grammar.y:1:2*/ }", "telemetry", nil, true},
		{"a comment about a line", run + "\n//line of business\nfunc f() {}", "telemetry", nil, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, _, err := planOf(t, "", test.code)
			if err != nil {
				t.Fatal(err)
			}
			f := p.Files[0]
			if f.Local != test.local || !slices.Equal(f.Unused, test.unused) || (f.Refused != "") != test.refused {
				t.Errorf("%+v, want name %s, unused %v, refused %v", f, test.local, test.unused, test.refused)
			}
		})
	}
}

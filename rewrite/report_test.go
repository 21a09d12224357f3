package rewrite_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/rewrite"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// What is the same in many places and edits none of them takes one line; what is
// edited or not covered always has its own. What is said of the whole CLI is no place.
func TestTextPrintsEqualFindingsOnce(t *testing.T) {
	r := &rewrite.Result{}
	for line := 1; line <= 4; line++ {
		for _, kind := range []plan.Kind{plan.Note, plan.Exit, plan.Uncovered, plan.Dependency} {
			r.Findings = append(r.Findings, rewrite.Finding{Kind: kind, File: "a.go", Line: line, Column: 1, What: string(kind) + " alike"})
		}
	}
	for line := 1; line <= 3; line++ {
		r.Findings = append(r.Findings, rewrite.Finding{Kind: plan.Note, File: "b.go", Line: line, Column: 1, What: "few"})
	}
	r.Findings = append(r.Findings, rewrite.Finding{Kind: plan.Uncovered, What: "of the whole CLI"})
	var out bytes.Buffer
	r.Text(&out)
	for text, want := range map[string]int{
		"; 4 places not covered": 1, "of the whole CLI\n": 1,
		"a.go:1:1: note alike (4 places; --json names them all)\n":       1,
		"a.go:1:1: dependency alike (4 places; --json names them all)\n": 1, "; 4 calls into dependencies": 1,
		"note alike": 1, "exit alike\n": 4, "uncovered alike\n": 4, "few\n": 3,
	} {
		if got := strings.Count(out.String(), text); got != want {
			t.Errorf("%q is printed %d times, want %d:\n%s", text, got, want, out.String())
		}
	}
}

package rewrite_test

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/edit"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// throughJSON edits the original by the plan as JSON holds it: that and the
// source bytes are all that the edit stage needs.
func (c *goldenCase) throughJSON(t *testing.T, p *plan.Plan) {
	t.Helper()
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var read plan.Plan
	if err := json.Unmarshal(data, &read); err != nil {
		t.Fatal(err)
	}
	before := func(name string) []byte { return []byte(c.before[filepath.FromSlash(name)]) }
	files, err := edit.Apply(&read, before, before)
	if err != nil {
		t.Fatal(err)
	}
	after := tree(t, c.dir)
	for _, f := range files {
		if f.Content != nil && string(f.Content) != after[filepath.FromSlash(f.Name)] {
			t.Errorf("%s by the plan read from JSON is\n%s", f.Name, f.Content)
		}
	}
}

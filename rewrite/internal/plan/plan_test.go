package plan

import (
	"encoding/json"
	"reflect"
	"testing"
)

// TestIn finds the sites of a file after they were sorted.
func TestIn(t *testing.T) {
	p := Plan{
		Files: []File{{Name: "b.go"}, {Name: "a/c.go"}},
		Sites: []Site{{File: "b.go", At: 9}, {File: "a/c.go", At: 4, Form: "first"}, {File: "b.go", At: 1}, {File: "a/c.go", At: 4, Form: "second"}, {Reason: "the CLI"}},
	}
	p.Sort()
	for _, test := range []struct {
		file string
		want []Site
	}{
		{"a/c.go", []Site{{File: "a/c.go", At: 4, Form: "first"}, {File: "a/c.go", At: 4, Form: "second"}}},
		{"b.go", []Site{{File: "b.go", At: 1}, {File: "b.go", At: 9}}},
		{"", []Site{{Reason: "the CLI"}}},
		{"c.go", []Site{}},
	} {
		if got := p.In(test.file); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%q has %+v, want %+v", test.file, got, test.want)
		}
	}
	if p.Files[0].Name != "a/c.go" {
		t.Errorf("files are not sorted: %+v", p.Files)
	}
}

// TestPlanSurvivesJSON is true of every field.
func TestPlanSurvivesJSON(t *testing.T) {
	want := Plan{
		Module: "m", Leaf: "m/internal/telemetry/exit",
		Files:     []File{{Name: "a.go", Package: "m", Runtime: "m/internal/telemetry", Local: "telemetry", LosesOS: true, Refused: "why"}},
		Sites:     []Site{{Kind: Exit, File: "a.go", At: 1, Start: 2, End: 3, Form: "exit", Operands: Operands{Status: "1", Address: true, Embedded: []string{"x"}, Field: true}, Reason: "<&>"}},
		Hooks:     []Hook{{Path: "p", Known: true}},
		ExitCodes: []ExitCode{{Status: 3, Names: []string{"exitLost"}}},
	}
	data, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got Plan
	if err := json.Unmarshal(data, &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
}

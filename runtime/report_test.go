//go:build !notelemetry

package telemetry

import (
	"os"
	"path/filepath"
	"testing"

	"gopkg.in/yaml.v3"
)

// The files under testdata/protocol/report are the wire format: each YAML file
// becomes exactly the JSON body beside it. The collector's tests take the same bodies.
func TestReportBecomesTheDocumentedBody(t *testing.T) {
	files, err := filepath.Glob("../testdata/protocol/report/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no vectors: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want, err := os.ReadFile(file[:len(file)-len("yaml")] + "json")
			if err != nil {
				t.Fatal(err)
			}
			r, err := parseReport(data)
			if err != nil {
				t.Fatal(err)
			}
			body, err := r.body(nil)
			if err != nil {
				t.Fatal(err)
			}
			if string(body) != string(want) {
				t.Errorf("body\n%s\nwant\n%s", body, want)
			}
			again, err := yaml.Marshal(r)
			if err != nil || string(again) != string(data) {
				t.Errorf("written again it is\n%s\nwant\n%s (%v)", again, data, err)
			}
		})
	}
}

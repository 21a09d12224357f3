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
			d := folder(tempDir(t))
			must(t, os.WriteFile(d.path(reportFile), data, 0o600))
			r, err := d.read(reportFile)
			if err != nil {
				t.Fatal(err)
			}
			if bodies := r.bodies(nil); len(bodies) != 1 || bodies[0] != string(want) {
				t.Errorf("bodies\n%s\nwant\n%s", bodies, want)
			}
			again, err := yaml.Marshal(r)
			if err != nil || string(again) != string(data) {
				t.Errorf("written again it is\n%s\nwant\n%s (%v)", again, data, err)
			}
		})
	}
}

// The counts of a report go up and down, and a point that falls to 0 is gone.
func TestPoints(t *testing.T) {
	all := points{}
	for _, c := range []struct {
		path  string
		code  int
		delta int64
		want  string
	}{
		{"pace get", 0, 1, "pace get 0 1"},
		{"pace get", 0, 1, "pace get 0 2"},
		{"pace get", 1, 1, "pace get 0 2\npace get 1 1"},
		{"pace get", none, -1, "pace get 0 2\npace get 1 1"},
		{"pace get", 0, -2, "pace get 1 1"},
		{"pace get", 1, -1, ""},
		{"pace", none, -1, ""},
	} {
		if all.add(c.path, c.code, c.delta); flat(all) != c.want {
			t.Errorf("after %+v: %q", c, flat(all))
		}
	}
	if len(all) != 0 {
		t.Errorf("paths without a count: %v", all)
	}
}

//go:build !notelemetry

package telemetry

import (
	"bytes"
	"fmt"
	"io"
	"math/rand"
	"os"
	"path/filepath"
	"strconv"
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

// The digits that are overwritten in place are those that yaml.v3 reads, wherever
// the windows fall that the report is looked at through.
func TestCountsAreFoundInTheReport(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	for round := 0; round < 40; round++ {
		all := points{}
		for n := random.Intn(1500); n > 0; n-- {
			path := app + fmt.Sprintf(" group%d", random.Intn(30))
			for word := random.Intn(3); word > 0; word-- {
				path += fmt.Sprintf(" %x", random.Intn(40))
			}
			all.add(path, random.Intn(4)-1, random.Int63n(1<<uint(1+random.Intn(40))))
		}
		if round%10 == 0 { // one that has ended in every way there is
			for code := -1; code < 256; code++ {
				all.add(app+" every", code, int64(code+2))
			}
		}
		data, err := yaml.Marshal(report{MetricPoints: all, CLIVersion: "v1", OperatingSystem: "linux"})
		if err != nil {
			t.Fatal(err)
		}
		content := io.NewSectionReader(bytes.NewReader(data), 0, int64(len(data)))
		for path, codes := range all {
			for code := -1; code < 256 && (code < 4 || len(codes) > 4); code++ {
				digits, at := locate(content, run{path: path, code: code})
				want, counted := codes[code]
				if !counted {
					if digits != "" {
						t.Fatalf("%s %d was never counted, but has %s", path, code, digits)
					}
					continue
				}
				if digits != strconv.FormatUint(want.CumulativeCount, 10) || string(data[at:at+int64(len(digits))]) != digits {
					t.Fatalf("%s %d: %q at %d, want %d", path, code, digits, at, want.CumulativeCount)
				}
			}
		}
		if digits, _ := locate(content, run{path: app + " nowhere", code: 0}); digits != "" {
			t.Fatalf("found %s", digits)
		}
	}
}

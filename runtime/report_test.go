//go:build !notelemetry

package telemetry

import (
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strconv"
	"strings"
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
	f, err := openFile(filepath.Join(tempDir(t), reportFile), os.O_RDWR|os.O_CREATE)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	random := rand.New(rand.NewSource(1))
	for round := 0; round < 40; round++ {
		all := points{}
		for n := random.Intn(700); n > 0; n-- {
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
		if _, err := f.WriteAt(data, 0); err != nil || f.Truncate(int64(len(data))) != nil {
			t.Fatal(err)
		}
		for path, codes := range all {
			if len(codes) <= 4 && random.Intn(3) > 0 {
				continue
			}
			for code := -1; code < 256 && (code < 4 || len(codes) > 4); code++ {
				digits, at := f.locate(&block{path: path, code: code})
				want, counted := codes[code]
				if !counted {
					if digits != "" {
						t.Fatalf("%s %d was never counted, but has %s", path, code, digits)
					}
					continue
				}
				place := strings.Index(string(data), "\n    "+path+":\n")
				place += strings.Index(string(data[place:]), fmt.Sprintf("\n        %d:\n", code))
				place += strings.Index(string(data[place:]), "cumulative_count: ") + len("cumulative_count: ")
				if at != int64(place) || digits != strconv.FormatUint(want.CumulativeCount, 10) {
					t.Fatalf("%s %d: %s at %d, want %d at %d", path, code, digits, at, want.CumulativeCount, place)
				}
			}
		}
		if digits, _ := f.locate(&block{path: app + " nowhere", code: 0}); digits != "" {
			t.Fatal("found what is nowhere")
		}
		for cut := min(len(data), 3000) - 1; cut >= 0; cut-- { // a torn file
			if err := f.Truncate(int64(cut)); err != nil {
				t.Fatal(err)
			}
			if digits, at := f.locate(&block{path: app + " every", code: 7}); digits != "" && (digits != "9" || at >= int64(cut)) {
				t.Fatalf("found %s in the first %d bytes", digits, cut)
			}
		}
	}
}

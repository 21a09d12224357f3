//go:build !notelemetry

package telemetry

import (
	"errors"
	"fmt"
	"math/rand"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// The digits of a code are those below its own path.
func TestDigitsOf(t *testing.T) {
	const text = "metric_points:\n    pace get:\n        -1:\n            cumulative_count: 12\n        1:\n            cumulative_count: 3\n" +
		"    pace run:\n        7:\n            cumulative_count: 9\n"
	for code, want := range map[int]string{-1: "12", 1: "3", 7: "", 0: "", 12: ""} {
		digits, offset := digitsOf([]byte(text), &block{path: "pace get", code: code})
		if digits != want || !strings.HasPrefix(text[offset:], want) {
			t.Errorf("%d: %q at %d, want %q", code, digits, offset, want)
		}
	}
	if digits, _ := digitsOf([]byte(text[:strings.Index(text, "12")+1]), &block{path: "pace get", code: -1}); digits != "" {
		t.Errorf("%q in a text that ends within the digits", digits)
	}
}

// A count is overwritten only by one of as many digits, and only after before has seen it.
func TestRaise(t *testing.T) {
	failed := errors.New("failed")
	for _, c := range []struct {
		count, path string
		before      error
		want        error
		after       string
	}{
		{"1", "pace get", nil, nil, "2"},
		{"1089", "pace get", nil, nil, "1090"},
		{"1", "pace get", failed, failed, "1"},
		{"9", "pace get", nil, errBroken, "9"},
		{"999", "pace get", nil, errBroken, "999"},
		{"x", "pace get", nil, errBroken, "x"},
		{"1", "pace", nil, errBroken, "1"},
		{"1", "pace put", nil, errBroken, "1"},
	} {
		d := folder(tempDir(t))
		text := "metric_points:\n    pace get:\n        0:\n            cumulative_count: %s\n    pace put:all:\n        0:\n            cumulative_count: 42\ncli_version: v1\n"
		must(t, os.WriteFile(d.path(reportFile), []byte(fmt.Sprintf(text, c.count)), 0o600))
		err := d.raise(reportFile, &block{path: c.path}, func(count int64) error {
			if strconv.FormatInt(count, 10) != c.count {
				t.Errorf("before is told %d, not %s", count, c.count)
			}
			return c.before
		})
		data, failed := os.ReadFile(d.path(reportFile))
		if must(t, failed); err != c.want || string(data) != fmt.Sprintf(text, c.after) {
			t.Errorf("%s of %s: %v, and the file is\n%s", c.count, c.path, err, data)
		}
	}
	if err := folder(tempDir(t)).raise(reportFile, &block{path: "pace"}, nil); err != errBroken {
		t.Errorf("without a file: %v", err)
	}
}

// Every count of a large report is raised in place, wherever the windows fall that the file is read through. Digits of one
// place are in one page.
func TestRaiseInALargeReport(t *testing.T) {
	d, all := folder(tempDir(t)), points{}
	for n := 0; n < 700; n++ {
		all.add(fmt.Sprintf("%s group%d:%d", app, n%9, n), n%3-1, int64(1+n%8))
	}
	for code := -1; code < 170; code++ {
		all.add(app+" every", code, 5)
	}
	must(t, d.save(reportFile, report{MetricPoints: all}))
	for path, codes := range all {
		for code := range codes {
			must(t, d.raise(reportFile, &block{path: path, code: code}, func(int64) error { return nil }))
			all.add(path, code, 1)
		}
	}
	if now, err := d.read(reportFile); err != nil || !reflect.DeepEqual(now.MetricPoints, all) {
		t.Errorf("%v, and other counts than were raised", err)
	}
	if err := d.raise(reportFile, &block{path: app + " nowhere"}, nil); err != errBroken {
		t.Errorf("what is nowhere: %v", err)
	}
}

// The digits that are overwritten in place are those that yaml.v3 reads.
func TestCountsAreFoundInTheReport(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	rounds := 40
	if testing.Short() {
		rounds = 3
	}
	for round := 0; round < rounds; round++ {
		all := points{}
		for n := random.Intn(700); n > 0; n-- {
			path := app + fmt.Sprintf(" group%d", random.Intn(30))
			for word := random.Intn(3); word > 0; word-- {
				path += fmt.Sprintf("%c%x", " :"[random.Intn(2)], random.Intn(40))
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
		for path, codes := range all {
			if len(codes) <= 4 && random.Intn(3) > 0 {
				continue
			}
			for code := -1; code < 256 && (code < 4 || len(codes) > 4); code++ {
				digits, at := digitsOf(data, &block{path: path, code: code})
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
				if at != place || digits != strconv.FormatUint(want.CumulativeCount, 10) {
					t.Fatalf("%s %d: %s at %d, want %d at %d", path, code, digits, at, want.CumulativeCount, place)
				}
			}
		}
		if digits, _ := digitsOf(data, &block{path: app + " nowhere", code: 0}); digits != "" {
			t.Fatal("found what is nowhere")
		}
		for cut := min(len(data), 3000) - 1; cut >= 0; cut-- { // a torn file
			if digits, at := digitsOf(data[:cut], &block{path: app + " every", code: 7}); digits != "" && (digits != "9" || at >= cut) {
				t.Fatalf("found %s in the first %d bytes", digits, cut)
			}
		}
	}
}

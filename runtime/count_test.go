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

// A run that a killed process left half counted is the first to be counted, also while another process looks whether its
// block is free, for which it holds the lock.
func TestHalfCountedWhileSomebodyLooks(t *testing.T) {
	d := folder(tempDir(t))
	l, looking := openLockFile(t, d), openLockFile(t, d)
	half := block{path: "pace get", code: noExitSeen, n: 0, nonce: "1a", was: none, before: 5}
	dead := block{path: "pace get", code: noExitSeen, n: 1, nonce: "1b", was: none, before: none}
	must(t, d.save(reportFile, report{MetricPoints: points{"pace get": {noExitSeen: {5}}}}))
	must(t, l.write(half))
	must(t, l.write(dead))
	must(t, looking.lock(0, 0))
	must(t, l.settle(nil, consent{dir: d}, 0))
	looking.unlock(0)
	must(t, l.settle(nil, consent{dir: d}, 0))
	if r, err := d.read(reportFile); flat(r.MetricPoints) != "pace get -1 7" || err != nil {
		t.Errorf("counted %q (%v)", flat(r.MetricPoints), err)
	}
}

func openLockFile(t *testing.T, d folder) *lockFile {
	f, err := openFile(d.path(lockName), os.O_RDWR|os.O_CREATE)
	must(t, err)
	t.Cleanup(func() { f.Close() })
	return &lockFile{d, f}
}

// What stands in the blocks of the lock file is counted once, and the blocks are free afterwards.
func TestSettle(t *testing.T) {
	ended := func(path string, code, was int, before int64) block {
		return block{path: path, code: code, nonce: "1a", was: was, before: before}
	}
	for name, c := range map[string]struct {
		report string // the count of pace get 0
		blocks []block
		want   string
	}{
		"nothing":                   {"5", []block{{}}, "pace get 0 5"},
		"an end":                    {"5", []block{ended("pace get", 0, none, none)}, "pace get 0 6"},
		"the first end":             {"5", []block{ended("pace", 3, none, none)}, "pace 3 1\npace get 0 5"},
		"one more digit":            {"9", []block{ended("pace get", 0, none, none)}, "pace get 0 10"},
		"a dead run":                {"5", []block{ended("pace get", noExitSeen, none, none)}, "pace get -1 1\npace get 0 5"},
		"two and a free one":        {"5", []block{ended("pace get", 0, none, none), {}, ended("pace get", 0, none, none)}, "pace get 0 7"},
		"killed before it counted":  {"5", []block{ended("pace get", 0, none, 5)}, "pace get 0 6"},
		"killed after it counted":   {"6", []block{ended("pace get", 0, none, 5)}, "pace get 0 6"},
		"half done, and not first":  {"6", []block{ended("pace get", 0, none, none), ended("pace get", 0, none, 5)}, "pace get 0 7"},
		"a code that is another":    {"5", []block{ended("pace get", 1, 0, none)}, "pace get 0 4\npace get 1 1"},
		"no report":                 {"", []block{ended("pace get", 0, none, none)}, "pace get 0 1"},
		"no number, so set aside":   {"x", []block{ended("pace get", 0, none, none)}, "pace get 0 1"},
		"both of a run that failed": {"5", []block{ended("pace get", 0, none, none), ended("pace get", 1, none, none)}, "pace get 0 6\npace get 1 1"},
	} {
		t.Run(name, func(t *testing.T) {
			d := folder(tempDir(t))
			if c.report != "" {
				text := "metric_points:\n    pace get:\n        0:\n            cumulative_count: " + c.report + "\ncli_version: v1\noperating_system: linux\n"
				must(t, os.WriteFile(d.path(reportFile), []byte(text), 0o600))
			}
			l := openLockFile(t, d)
			for n, b := range c.blocks {
				b.n = n
				must(t, l.write(b))
			}
			for i := 0; i < 2; i++ { // the second time there is nothing to do
				err := l.settle(nil, consent{dir: d}, 0)
				r, unreadable := d.read(reportFile)
				if got := flat(r.MetricPoints); got != c.want || err != nil || unreadable != nil {
					t.Errorf("counted %q, want %q (%v, %v)", got, c.want, err, unreadable)
				}
			}
			all, err := l.blocks(0, blockLimit)
			must(t, err)
			for _, b := range all {
				if b.path != "" {
					t.Errorf("left: %+v", b)
				}
			}
		})
	}
}

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

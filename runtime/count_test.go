//go:build !notelemetry

package telemetry

import (
	"os"
	"testing"
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

//go:build !notelemetry

package telemetry

import (
	"testing"
)

// However often a process says with which code it ends, its run is counted once: under the last code that is known for
// certain, as the shell sees it.
func TestRecord(t *testing.T) {
	t.Setenv("DO_NOT_TRACK", "")
	t.Setenv(variable, "")
	exits := func(code int) func() { return func() { record(code, true); process.Unlock() } } // the process would be gone
	announces := func(code int) func() { return func() { record(code, false) } }
	logs := func(code int) func() { return func() { ending(code) } }
	turnsOff := func() { must(t, process.consent.dir.store("off")) }
	for name, c := range map[string]struct {
		does    []func()
		counted string
	}{
		"an exit":                               {[]func(){exits(3)}, "pace get 3 1"},
		"an exit that the shell masks":          {[]func(){exits(257)}, "pace get 1 1"},
		"a negative exit":                       {[]func(){exits(-1)}, "pace get 255 1"},
		"an announced exit that came":           {[]func(){announces(1), exits(1)}, "pace get 1 1"},
		"an announced exit that did not":        {[]func(){announces(1), exits(0)}, "pace get 0 1"},
		"two announced":                         {[]func(){announces(1), announces(2)}, "pace get 2 1"},
		"a logger's exit":                       {[]func(){logs(1)}, "pace get 1 1"},
		"a logger's exit that did not come":     {[]func(){logs(1), exits(0)}, "pace get 0 1"},
		"an announced exit in a logger's hook":  {[]func(){announces(3), logs(1)}, "pace get 3 1"},
		"a logger that does not say which code": {[]func(){logs(noExitSeen)}, ""}, // a later run counts it
		"a logger that does not, then an exit":  {[]func(){logs(noExitSeen), exits(4)}, "pace get 4 1"},
		"telemetry was turned off meanwhile":    {[]func(){turnsOff, exits(3)}, ""},
		"telemetry was turned off in between":   {[]func(){announces(1), turnsOff, exits(3)}, "pace get 1 1"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := folder(tempDir(t))
			process.args, process.consent, process.decided = []string{"pace", "get"}, consent{dir: dir, level: levelLocal}, true
			defer func() {
				process.lock.file.Close()
				process.args, process.consent, process.decided, process.mine, process.lock = nil, consent{}, false, nil, nil
			}()
			enter("pace get")
			for _, do := range c.does {
				do()
			}
			r, err := dir.read(reportFile)
			if got := flat(r.MetricPoints); got != c.counted || err != nil && !missing(err) {
				t.Errorf("counted %q, want %q (%v)", got, c.counted, err)
			}
		})
	}
}

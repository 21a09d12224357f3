//go:build !notelemetry

package telemetry

import (
	"fmt"
	"os"
)

// notify tells the user, once and at the end of a run, that counts will be sent
// from the next run on: on a terminal only, and only if this run could be
// counted, so that the fact that it was shown can be kept.
func (d folder) notify(c consent) {
	if !c.pending || c.endpoint == "" || c.interval < 0 || process.counted == nil || !isTerminal(os.Stderr) {
		return
	}
	l, ok := d.open(0, false)
	if !ok {
		return
	}
	defer l.close()
	if !decide(d).pending {
		return // another process was first
	}
	_, err := fmt.Fprintf(os.Stderr, `
%[1]s counts which of its commands are run and with which exit codes. From the next run on
it sends these counts to %[2]s.
Never arguments, never flags. See them: %[1]s telemetry show. Stop it: %[1]s telemetry off
`, app, c.endpoint)
	if err == nil {
		_ = d.store("noticed")
	}
}

// isTerminal reports whether a file is a terminal or console.
func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err == nil && !os.SameFile(info, null)
}

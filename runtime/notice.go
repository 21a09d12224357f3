//go:build !notelemetry

package telemetry

import (
	"fmt"
	"os"
)

// notify tells the user, once and at the end of a run, that counts will be sent
// from the next run on. It is shown on a terminal only, and only where the fact
// that it was shown can be kept.
func (d folder) notify(c consent) {
	if !c.pending || c.endpoint == "" || c.interval < 0 || !isTerminal(os.Stderr) {
		return
	}
	f, ok := d.lock(0)
	if !ok {
		return
	}
	defer f.Close()
	if !decide(d).pending {
		return // another process was first
	}
	if d.replace(consentFile+".new", nil) != nil {
		return
	}
	fmt.Fprintf(os.Stderr, `
%[1]s counts which of its commands are run and with which exit codes, and from now on
sends these counts to %[2]s.
Never arguments, never flags. To see it: %[1]s telemetry show. To stop it: %[1]s telemetry off
`, app, c.endpoint)
	_ = os.Remove(d.path(consentFile + ".new"))
	_ = d.store("noticed")
}

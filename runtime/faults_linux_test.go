//go:build !notelemetry

package telemetry

import (
	"fmt"
	"math/rand"
	"testing"
)

// Several runs after each other are killed, or meet a disk error, each at any system call. A run without a fault, and a
// killed one that had done its work, is counted once; the others once or not at all; and none twice.
func TestFaultsInARow(t *testing.T) {
	long(t)
	faults := []string{"signal=KILL", "error=EIO", "error=ENOSPC", "error=EROFS", "error=ESTALE"}
	for seed := int64(1); seed <= 30; seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			random, h := rand.New(rand.NewSource(seed)), newHome(t)
			var least, most uint64
			log := ""
			for runs := 3 + random.Intn(5); runs > 0; runs-- {
				env := append(h.env[:len(h.env):len(h.env)], []string{"X=1", "PACE_TELEMETRY=local", "PACE_TELEMETRY=on"}[random.Intn(3)], "PACE_TELEMETRY_ENDPOINT=http://127.0.0.1:9/")
				here := &home{t: t, dir: h.dir, env: env}
				name, fault := fileCalls[random.Intn(len(fileCalls))], faults[random.Intn(len(faults))]
				trace, o := straced(t, here, name, []string{"end", "three"}, "-e", fmt.Sprintf("inject=%s:%s:when=%d", name, fault, 1+random.Intn(6)))
				log += fmt.Sprintf("%s, %s, code %d, hit: %q\n", name, fault, o.code, injected(trace))
				if most++; o.code == 3 && (fault == "signal=KILL" || injected(trace) == "") {
					least++ // killed was only the uploader, if anything
				}
				if o.code != 3 && o.code != 137 {
					t.Errorf("%+v", o)
				}
			}
			h.run("required")
			now := h.report().MetricPoints
			if got := now.count("pace end three", 3) + now.count("pace end three", -1); got < least || got > most || now.count("pace required", 1) != 1 {
				t.Errorf("counted %d, want %d to %d, after\n%s%s", got, least, most, log, h.counts())
			}
		})
	}
}

package store_test

import (
	"fmt"
	"testing"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
)

func series(command string, code int, version string) store.Key {
	return store.Key{Command: command, ExitCode: code, CLIVersion: version, OperatingSystem: "linux"}
}

// invented are reports of n series, of listed commands with all exit codes and
// systems, and of versions that there are not.
func invented(n int) (reports []wire.Report) {
	systems := []string{"aix", "android", "darwin", "dragonfly", "freebsd", "illumos", "ios", "js", "linux", "nacl", "netbsd", "openbsd", "plan9", "solaris", "wasip1", "windows"}
	const counters = 1_250 // 64 KiB
	for made := 0; made < n; {
		r := report(uuid.New(), fmt.Sprint("v0.", len(reports)/len(systems)))
		r.App, r.OperatingSystem = "pace", systems[len(reports)%len(systems)]
		for i := 0; i < counters && made < n; i++ {
			r.Counters = append(r.Counters, counter([]string{"pace", "pace get", "pace set", "pace list", "pace apply"}[i/257], i%257-1, 1))
			made++
		}
		reports = append(reports, r)
	}
	return reports
}

func TestARealReleaseFindsItsPlaceAmongInventedSeries(t *testing.T) {
	onEach(t, func(t *testing.T, url string) {
		s := open(t, url)
		limits := store.Limits{Series: 10_000} // with the 100,000 of DefaultLimits it takes ten times as long
		s.Limit(limits)
		add(t, s, noon, report(uuid.New(), "v1.18.0", counter("pace get", 0, 20)), report(uuid.New(), "v1.18.0", counter("pace get", 0, 1)))
		for _, one := range invented(limits.Series) {
			add(t, s, noon, one)
		}
		for range 3 {
			add(t, s, noon, report(uuid.New(), "v1.19.0", counter("pace get", 0, 5), counter("pace get", 1, 1)))
		}
		got := totals(t, s, noon)
		for key, want := range map[store.Key]int64{series("pace get", 0, "v1.18.0"): 21, series("pace get", 0, "v1.19.0"): 15, series("pace get", 1, "v1.19.0"): 3} {
			if got[key] != want {
				t.Errorf("%v is %d, want %d", key, got[key], want)
			}
		}
		if len(got) > limits.Series {
			t.Errorf("%d series, more than %d", len(got), limits.Series)
		}
	})
}

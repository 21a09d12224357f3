package passthrough

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector/intake"
	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// TestABillIsBounded: of one network, and of one provider, however many ids and
// names they make up; and nobody else pays for it.
func TestABillIsBounded(t *testing.T) {
	l, now := NewLimiter(), time.Unix(1_700_000_000, 0)
	site := func(n int) intake.Network {
		return intake.Network{Site: netip.MustParsePrefix(fmt.Sprintf("2001:db8:%x::/48", n)), Provider: netip.MustParsePrefix("2001:db8::/32")}
	}
	made := func(from intake.Network, requests int) (series int) {
		for n := range requests {
			report := wire.Report{App: "pace", CLIVersion: fmt.Sprint("v", n), OperatingSystem: "linux", ID: uuid.New()}
			for code := range 256 {
				report.Counters = append(report.Counters, wire.Counter{Path: "pace get", ExitCode: code, Count: 1})
			}
			if samples := Samples(report, now); l.Admit(now, report, samples, from) == "" {
				series += len(samples)
			}
		}
		return series
	}
	total := made(site(1), 45)
	if total > SeriesPerNetwork || total < SeriesPerNetwork-256 {
		t.Errorf("one network made %d series, want about %d", total, SeriesPerNetwork)
	}
	honest := wire.Report{App: "pace", CLIVersion: "v1", OperatingSystem: "linux", ID: uuid.New(), Counters: []wire.Counter{{Path: "pace get", Count: 7}}}
	other := intake.Network{Site: netip.MustParsePrefix("192.0.2.0/24")}
	if refusal := l.Admit(now, honest, Samples(honest, now), other); refusal != "" {
		t.Errorf("another network: %s", refusal)
	}
	for n := range 12 {
		total += made(site(2+n), 45)
	}
	if most := intake.SitesPerProvider * SeriesPerNetwork; total > most || total < most-12*256 {
		t.Errorf("twelve networks of one provider made %d series, want about %d", total, most)
	}
	for range 24 * 60 { // what is known makes no series, and is reported as often as it likes to
		now = now.Add(59 * time.Second)
		if refusal := l.Admit(now, honest, Samples(honest, now), other); refusal != "" {
			t.Fatal(refusal)
		}
	}
	if got := made(site(1), 2); got != 0 {
		t.Errorf("%d series more within a day", got)
	}
	now = now.Add(time.Hour)
	if got := made(site(1), 1); got == 0 {
		t.Error("nothing on the next day")
	}
	refused := 0
	for range 20 {
		if l.Admit(now, honest, Samples(honest, now), other) != "" {
			refused++
		}
	}
	if refused != 20-intake.ReportsPerMinute {
		t.Errorf("of 20 reports of one id %d were refused", refused)
	}
}

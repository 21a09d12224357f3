package answers

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// TestAStrangersVersionIsNoRelease: v1.1.0 of a CLI without a registered release breaks
// "pace set". One network reports versions that are newer than all, and fail, and a
// developer's build is newer, too. The answers are about the releases that people have.
func TestAStrangersVersionIsNoRelease(t *testing.T) {
	s, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "telemetry.db"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	report := func(version string, daysAgo, install int, from string, counts ...uint64) {
		t.Helper()
		r := wire.Report{App: "pace", CLIVersion: version, OperatingSystem: "linux", ID: uuid.NewSHA1(uuid.NameSpaceOID, fmt.Append(nil, from, install))}
		for i, n := range counts {
			if n > 0 {
				r.Counters = append(r.Counters, wire.Counter{Path: []string{"pace get", "pace set"}[i/2], ExitCode: i % 2, Count: n})
			}
		}
		out, err := s.Receive(t.Context(), clock.AddDate(0, 0, -daysAgo), []store.Submission{{Report: r, Site: netip.MustParsePrefix(from)}})
		if err != nil || out.Refusals[0] != nil {
			t.Fatal(err, out.Refusals)
		}
	}
	for install := range 100 {
		report("v1.0.0", 40, install, "198.51.100.0/24", 1, uint64(install%50/49), 1, 0)
	}
	for install := range 40 {
		report("v1.1.0", 5, install, "198.51.100.0/24", 2, 0, 2, uint64(install%2))
	}
	for install := range 20 { // a distribution builds the release itself
		report([]string{"1.1.0", "v1.1.0+debian1"}[install%2], 5, 100+install, "198.51.100.0/24", 1)
	}
	report("v1.1.1-0.20261120101112-abcdefabcdef", 4, 0, "198.51.100.0/24", 3, 1, 2, 1)
	for i := range 60 {
		report(fmt.Sprintf("v99.0.%d", i), 1, i, "192.0.2.0/24", 0, 1)
	}

	compared, err := AskCompare(t.Context(), s, asked(t, s, "app=pace"))
	if worse := compared.Worse(); err != nil || compared.From != "v1.0.0" || compared.To != "v1.1.0" || len(worse) != 1 || worse[0].Path != "pace set" {
		t.Errorf("%s to %s: %+v, %v", compared.From, compared.To, worse, err)
	}
	named, err := AskCompare(t.Context(), s, asked(t, s, "app=pace&to=1.1.0"))
	if err != nil || named.From != "v1.0.0" || named.To != "1.1.0" {
		t.Errorf("%s to %s, %v", named.From, named.To, err)
	}
	versions, err := AskVersions(t.Context(), s, asked(t, s, "app=pace"))
	if err != nil || versions.Versions[0].Name != "1.1.0" || versions.Versions[3].Name != "v1.0.0" || len(versions.Versions) != 56 {
		t.Errorf("%d versions: %+v, %v", len(versions.Versions), versions.Versions[:4], err)
	}
	command, err := AskCommand(t.Context(), s, asked(t, s, "app=pace&days=90&command=pace+get"))
	if err != nil || command.Versions[1].Name != "v1.1.0" || command.Versions[3].Name != "v1.0.0" {
		t.Errorf("versions of a command: %+v, %v", command.Versions[:4], err)
	}
	monday, err := AskMonday(t.Context(), s, asked(t, s, "app=pace"))
	if err != nil || len(monday.News.Releases) != 3 || monday.News.Releases[1].Name != "v1.1.0" {
		t.Errorf("new releases: %+v, %v", monday.News.Releases, err)
	}
	series, err := AskSeries(t.Context(), s, clock)
	if err != nil || len(series.Releases) != 4 || len(series.Worse) != 1 || series.Worse[0].Command != "pace set" {
		t.Errorf("series: %+v and %+v, %v", series.Releases, series.Worse, err)
	}
	var text strings.Builder
	if err := WriteReport(t.Context(), &text, s, asked(t, s, "app=pace")); err != nil || strings.Count(text.String(), "v99") > reported {
		t.Errorf("%v\n%s", err, text.String())
	}
}

// TestInventedAppsMakeFewSeries: what a sink gets of all apps together is bounded, and
// has what most installs use.
func TestInventedAppsMakeFewSeries(t *testing.T) {
	s, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "telemetry.db"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.Limit(store.Limits{})
	var reports []wire.Report
	add := func(app string, commands int) {
		r := wire.Report{App: app, CLIVersion: "v1.0.0", OperatingSystem: "linux", ID: uuid.New()}
		for i := range commands {
			r.Counters = append(r.Counters, wire.Counter{Path: fmt.Sprintf("%s do%d", app, i), Count: 1})
		}
		reports = append(reports, r)
	}
	for i := range 30 {
		add(fmt.Sprintf("evil%d", i), 300)
	}
	for range 3 {
		add("pace", 50)
	}
	if _, err := s.Add(t.Context(), clock, reports); err != nil {
		t.Fatal(err)
	}
	series, err := AskSeries(t.Context(), s, clock)
	if err != nil {
		t.Fatal(err)
	}
	honest := 0
	for _, one := range series.Used {
		if one.App == "pace" && one.Installs == 3 {
			honest++
		}
	}
	if len(series.Used) != seriesUsed || honest != 50*len(SeriesDays) {
		t.Errorf("%d series, of the app with most installs %d; want %d and %d", len(series.Used), honest, seriesUsed, 50*len(SeriesDays))
	}
}

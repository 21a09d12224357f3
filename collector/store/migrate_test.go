package store_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// An early is a report that d66e027 took, on a day after noon.
type early struct {
	day    int
	report wire.Report
}

// earlyReports are those of testdata/schema1.sql. Two installs go from v1 to v2,
// one stays away from the 20th day on.
func earlyReports() []early {
	var all []early
	for day := range 3 {
		n := uint64(day)
		for i := 1; i <= 4; i++ {
			r := report(uuid.UUID{15: byte(i)}, "v1", counter("pace get", 0, uint64(i)+n), counter("pace put", 1, 2+n), counter("pace put", -1, n))
			if i == 4 {
				r.OperatingSystem = "darwin"
			}
			if i >= 3 && day > 0 {
				r.CLIVersion = "v2"
			}
			if i != 2 || day != 2 {
				all = append(all, early{10 * day, r})
			}
		}
	}
	return append(all, early{20, report(uuid.UUID{15: 9}, "1.0", counter("kube top", 130, 7))})
}

// oldDatabase makes the database that an earlier collector left behind.
func oldDatabase(t *testing.T, file, address string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	bytes, key, literal := "BYTEA", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", `'\x${1}'`
	if strings.HasPrefix(address, "sqlite:") {
		bytes, key, literal = "BLOB", "INTEGER PRIMARY KEY", `x'${1}'`
	}
	script := strings.NewReplacer("BYTES", bytes, "SERIAL_KEY", key).Replace(string(text))
	execute(t, address, regexp.MustCompile(`HEX\(([0-9a-f]*)\)`).ReplaceAllString(script, literal))
}

// TestOldDatabasesAreMigrated compares what they answer then with what the
// reports in them amount to: d66e027 had schema 1, before schemas had numbers,
// and 24bb1f6 had schema 3.
func TestOldDatabasesAreMigrated(t *testing.T) {
	for _, name := range []string{"schema1.sql", "schema3.sql"} {
		t.Run(name, func(t *testing.T) { migrated(t, filepath.Join("testdata", name)) })
	}
}

func migrated(t *testing.T, file string) {
	onEach(t, func(t *testing.T, address string) {
		oldDatabase(t, file, address)
		s, now := open(t, address), noon.AddDate(0, 0, 20)
		want, days := map[store.Key]int64{}, map[string][21]int64{}
		seen := map[uuid.UUID]map[wire.Counter]uint64{}
		var old []wire.Report
		for _, one := range earlyReports() {
			old = append(old, one.report)
			if seen[one.report.ID] == nil {
				seen[one.report.ID] = map[wire.Counter]uint64{}
			}
			for _, c := range one.report.Counters {
				mark := wire.Counter{Path: c.Path, ExitCode: c.ExitCode}
				rose := int64(c.Count - seen[one.report.ID][mark])
				seen[one.report.ID][mark] = c.Count
				if rose != 0 {
					want[store.Key{Command: c.Path, ExitCode: c.ExitCode, CLIVersion: one.report.CLIVersion, OperatingSystem: one.report.OperatingSystem}] += rose
					sums := days[c.Path]
					sums[one.day] += rose
					days[c.Path] = sums
				}
			}
		}
		installs := map[string]int64{"pace v1": 2, "pace v2": 2, "kube 1.0": 1}
		check := func(when string, installs map[string]int64) {
			t.Helper()
			if got := totals(t, s, now); !maps.Equal(got, want) {
				t.Errorf("%s: %v, want %v", when, got, want)
			}
			if got := active(t, s, now); !maps.Equal(got, installs) {
				t.Errorf("%s: active installs %v, want %v", when, got, installs)
			}
			for command, want := range days {
				app, _, _ := strings.Cut(command, " ")
				selected := store.Selection{App: app, Command: command, Since: noon, Until: noon.AddDate(0, 0, 20)}
				got, err := s.ByDay(t.Context(), selected)
				if err != nil {
					t.Fatal(err)
				}
				runs := [21]int64{}
				for i, one := range got {
					runs[i] = one.Runs
				}
				if runs != want {
					t.Errorf("%s: runs of %s by day %v, want %v", when, command, runs, want)
				}
			}
		}
		check("migrated", installs)
		total := func(since, until int, version, system string) store.Sums {
			t.Helper()
			sums, err := s.Total(t.Context(), store.Selection{App: "pace", Version: version, System: system, Since: noon.AddDate(0, 0, since), Until: noon.AddDate(0, 0, until)})
			if err != nil {
				t.Fatal(err)
			}
			return sums
		}
		if got := total(20, 20, "", ""); got.Runs != 9 || got.Failures != 3 || got.NoExit != 3 || got.Installs != 3 {
			t.Errorf("the last day: %+v", got)
		}
		if got := total(0, 20, "v2", "darwin"); got.Runs != 6 || got.Failures != 2 {
			t.Errorf("v2 on darwin: %+v", got)
		}
		if got := total(0, 20, "", ""); got.Installs != 4 {
			t.Errorf("all days: %+v, want 4 installs", got)
		}
		versions, err := s.Versions(t.Context(), "pace")
		if err != nil {
			t.Fatal(err)
		}
		midnight := noon.Truncate(24 * time.Hour)
		hadFirst := map[string]int64{"schema1.sql": 2, "schema3.sql": 4}[filepath.Base(file)] // schema 1 knew the last version of an install
		if want := []store.Version{{Name: "v2", Installs: 2, First: midnight.AddDate(0, 0, 10)}, {Name: "v1", Installs: hadFirst, First: midnight}}; !slices.Equal(versions, want) {
			t.Errorf("versions %v, want %v", versions, want)
		}
		weeks, err := s.Weeks(t.Context(), "pace", "")
		if err != nil || len(weeks) == 0 || weeks[0].New != 4 || weeks[0].Active != 4 {
			t.Errorf("weeks %+v, %v; want 4 new installs in the first", weeks, err)
		}

		add(t, s, now, old[:4]...) // of day 0: three installs report v1 as of old; the marks hold
		add(t, s, now, old...)
		installs = map[string]int64{"pace v1": 2, "pace v2": 2, "kube 1.0": 1} // each is in the version of its latest report
		check("all reports once more", installs)

		one := report(uuid.UUID{15: 1}, "v1", counter("pace get", 0, 4))
		add(t, s, now, one, one)
		want[store.Key{Command: "pace get", CLIVersion: "v1", OperatingSystem: "linux"}]++
		get := days["pace get"]
		get[20]++
		days["pace get"] = get
		check("one more run", installs)
		s.Close()
		s = open(t, address)
		check("opened once more", installs)

		now = now.AddDate(0, 0, 1) // what was reported is put to the sums that were there
		add(t, s, now, report(uuid.UUID{15: 1}, "v1", counter("pace get", 0, 5)))
		want[store.Key{Command: "pace get", CLIVersion: "v1", OperatingSystem: "linux"}]++
		check("a day later", installs)
		for _, sel := range []store.Selection{{App: "pace"}, {App: "pace", Version: "v1", System: "linux"}} {
			spans, err := s.Spans(t.Context(), sel)
			if want := (store.Span{First: midnight, Last: midnight.AddDate(0, 0, 21)}); err != nil || spans["pace get"] != want {
				t.Errorf("pace get of %+v was used from %v, want %v; %v", sel, spans["pace get"], want, err)
			}
		}
	})
}

// TestADatabaseOfANewerSchemaIsRefused: going on could destroy what it has.
func TestADatabaseOfANewerSchemaIsRefused(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, address string) {
		open(t, address).Close()
		db, bytes := beside(t, address), "BYTEA"
		if strings.HasPrefix(address, "sqlite:") {
			bytes = "BLOB"
		}
		var text []byte
		if _, err := db.ExecContext(t.Context(), `UPDATE meta SET value = CAST('99' AS `+bytes+`) WHERE name = 'schema'`); err != nil {
			t.Fatal(err)
		}
		if s, err := store.Open(t.Context(), address, nil); err == nil || !strings.Contains(err.Error(), "from a newer collector: its schema is 99") {
			if err == nil {
				s.Close()
			}
			t.Errorf("%v", err)
		}
		if err := db.QueryRowContext(t.Context(), `SELECT value FROM meta WHERE name = 'schema'`).Scan(&text); err != nil || string(text) != "99" {
			t.Errorf("the database says %s now, %v", text, err)
		}
	})
}

// TestANewerCollectorBesideAnOlderOne: one that runs while a newer one migrates their
// PostgreSQL keeps nothing any more, since it does not know what it writes to. A SQLite file
// has one collector.
func TestANewerCollectorBesideAnOlderOne(t *testing.T) {
	address := peertest.Database(t)
	s, id := open(t, address), uuid.New()
	add(t, s, noon, report(id, "v1", counter("pace get", 0, 1)))
	db := beside(t, address)
	migrate := func(schema string) {
		_, err := db.ExecContext(t.Context(), `UPDATE meta SET value = CAST('`+schema+`' AS BYTEA) WHERE name = 'schema'`)
		check(t, err)
	}
	var schema []byte
	check(t, db.QueryRowContext(t.Context(), `SELECT value FROM meta WHERE name = 'schema'`).Scan(&schema))
	migrate("99")
	_, added := s.Add(t.Context(), noon.AddDate(0, 0, 1), []wire.Report{report(id, "v1", counter("pace get", 0, 2))})
	_, forgotten := s.Forget(t.Context(), id)
	release := store.Release{App: "pace", Version: "v1", Commands: []wire.Command{{Path: "pace get"}}}
	_, unregistered := s.Unregister(t.Context(), "pace", "v1")
	_, purged := s.Purge(t.Context(), noon, store.PurgeSelection{App: "pace"})
	certificates := s.Certificates()
	for what, err := range map[string]error{
		"a report":       added,
		"an erasure":     forgotten,
		"an expiry":      s.Expire(t.Context(), noon, retention),
		"whether it can": s.Probe(t.Context()),
		"a release":      s.Register(t.Context(), noon, release),
		"taking it back": unregistered,
		"a purge":        purged,
		"a certificate":  certificates.Put(t.Context(), "x", nil),
		"its end":        certificates.Delete(t.Context(), "x"),
		"a reader":       s.Begin(t.Context(), "scrapers"),
		"what it saw":    s.Show(t.Context(), "scrapers", []int64{1}),
	} {
		if err == nil || !store.Unavailable(err) || !strings.Contains(err.Error(), "from a newer collector: its schema is 99") {
			t.Errorf("%s: %v", what, err)
		}
	}
	migrate(string(schema))
	check(t, s.Probe(t.Context()))
	add(t, s, noon, report(id, "v1", counter("pace get", 0, 2)))
	if got := totals(t, s, noon)[store.Key{Command: "pace get", CLIVersion: "v1", OperatingSystem: "linux"}]; got != 2 {
		t.Errorf("%d runs, want 2", got)
	}
}

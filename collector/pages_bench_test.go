//go:build unix

package collector_test

import (
	"bytes"
	"database/sql"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"runtime/debug"
	"slices"
	"syscall"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector"
	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// What BenchmarkPages fills a store with: 100,000 series, and a year of days on
// each of which every command ran and failed. A version comes out every 18 days
// and is used for 73.
const (
	benchCommands = 500
	benchVersions = 20
	benchYear     = 365
	benchInUse    = 73
)

var benchSystems = []string{"darwin", "freebsd", "linux", "openbsd", "windows"}

// BenchmarkPages prints what each page and answer costs at 100,000 series and a
// year of days: CPU time of this process, the database's part included. So does
// the end of a day on which all of them were reported.
func BenchmarkPages(b *testing.B) {
	s, now := filled(b)
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // as the program does
	server := collector.New(collector.Config{Store: s, Interval: time.Minute, Retention: 400 * 24 * time.Hour, Log: slog.New(slog.DiscardHandler)})
	server.SetClock(func() time.Time { return now })
	private := server.Private()
	version := "version=v1.10.0"
	command := "command=" + url.QueryEscape("pace command-7")
	addresses := []string{
		"/?app=pace", "/?app=pace&days=365", "/?app=pace&days=90&" + version, "/commands?app=pace", "/command?app=pace&" + command, "/command?app=pace&days=365&" + command,
		"/api/v1/commands?app=pace", "/api/v1/commands?app=pace&days=365", "/api/v1/commands?app=pace&days=90&" + version, "/api/v1/commands?app=pace&system=linux&days=365",
		"/api/v1/command?app=pace&" + command, "/api/v1/command?app=pace&days=365&" + command,
		"/api/v1/versions?app=pace&days=365", "/api/v1/compare?app=pace", "/api/v1/retention?app=pace", "/api/v1/installs?app=pace&days=365",
		"/api/v1/unused?app=pace&days=365", "/api/v1/releases?app=pace&days=365", "/metrics",
	}
	var table bytes.Buffer
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "CPU ms\tKB\tpage or answer\t")
	for _, address := range addresses {
		var took []time.Duration
		size := 0
		for range 6 {
			before := ownCPU()
			answer := httptest.NewRecorder()
			private.ServeHTTP(answer, httptest.NewRequest("GET", "http://localhost"+address, nil))
			took = append(took, ownCPU()-before)
			if size = answer.Body.Len(); answer.Code != http.StatusOK {
				text, _ := io.ReadAll(answer.Body)
				b.Errorf("%s: %d %s", address, answer.Code, text[:min(len(text), 200)])
				break
			}
		}
		slices.Sort(took[1:]) // the first fills caches
		fmt.Fprintf(w, "%.0f\t%d\t%s\t\n", float64(took[len(took)/2].Microseconds())/1000, size/1000, address)
	}
	before, start := ownCPU(), time.Now()
	tomorrow := wire.Report{App: "pace", CLIVersion: "v1.19.0", OperatingSystem: "linux", ID: uuid.New(), Counters: []wire.Counter{{Path: "pace command-0", Count: 1}}}
	if refusals, err := s.Add(b.Context(), now.AddDate(0, 0, 1), []wire.Report{tomorrow}); err != nil || refusals[0] != nil {
		b.Error(refusals, err)
	}
	fmt.Fprintf(w, "%.0f\t\tthe first report of a day, which closes the one before: %v\t\n", float64((ownCPU()-before).Microseconds())/1000, time.Since(start).Round(time.Millisecond))
	now = now.AddDate(0, 0, 1)
	before = ownCPU()
	private.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "http://localhost/?app=pace&days=365", nil))
	fmt.Fprintf(w, "%.0f\t\t/?app=pace&days=365, the first question after that\t\n", float64((ownCPU()-before).Microseconds())/1000)
	w.Flush()
	b.Logf("%d series, %d days, as of %s; the median of 5\n%s", benchCommands*benchVersions*2*len(benchSystems), benchYear, now.Format(time.DateOnly), table.String())
}

// TestNoQuestionIsExpensive: at the most series and a year of days no page or answer
// takes a second of CPU. BenchmarkPages says how much less.
func TestNoQuestionIsExpensive(t *testing.T) {
	peertest.Long(t, "fills a store with 100,000 series")
	s, _ := filled(t)
	private := collector.New(collector.Config{Store: s, Interval: time.Minute, Retention: 400 * 24 * time.Hour, Log: slog.New(slog.DiscardHandler)}).Private()
	command := "command=" + url.QueryEscape("pace command-7")
	for _, address := range []string{"/?app=pace", "/?app=pace&days=365", "/?app=pace&days=90&version=v1.10.0", "/command?app=pace&days=365&" + command,
		"/api/v1/commands?app=pace&days=365", "/api/v1/versions?app=pace&days=365", "/api/v1/compare?app=pace", "/api/v1/unused?app=pace&days=365"} {
		before := ownCPU()
		answer := httptest.NewRecorder()
		private.ServeHTTP(answer, httptest.NewRequest("GET", "http://localhost"+address, nil))
		if took := ownCPU() - before; answer.Code != http.StatusOK || took > time.Second {
			t.Errorf("%s: %d after %v of CPU", address, answer.Code, took)
		}
	}
}

// ownCPU is what this process has used, user and system.
func ownCPU() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// filled returns a store with all that. What reports would amount to is written
// as the store keeps it, since sending them would take hours.
func filled(b testing.TB) (*store.Store, time.Time) {
	file := filepath.Join(b.TempDir(), "telemetry.db")
	address := "sqlite:" + file
	s, err := store.Open(b.Context(), address, nil)
	if err != nil {
		b.Fatal(err)
	}
	now := time.Now().UTC()
	first := wire.Report{App: "pace", CLIVersion: "v1.0.0", OperatingSystem: "linux", ID: uuid.New(), Counters: []wire.Counter{{Path: "pace command-0", Count: 1}}}
	if _, err := s.Add(b.Context(), now, []wire.Report{first}); err != nil { // so that this is the store's day
		b.Fatal(err)
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=synchronous(OFF)&_pragma=journal_mode(OFF)&_pragma=cache_size(-500000)")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	tx, err := db.BeginTx(b.Context(), nil)
	if err != nil {
		b.Fatal(err)
	}
	exec := func(query string, args ...any) {
		b.Helper()
		if _, err := tx.ExecContext(b.Context(), query, args...); err != nil {
			b.Fatal(err)
		}
	}
	today := now.Unix() / 86_400
	start := today - benchYear
	exec(`DELETE FROM commands WHERE path <> ''`)
	exec(`DELETE FROM versions`)
	exec(`DELETE FROM series`)
	app := 0
	if err := tx.QueryRowContext(b.Context(), `SELECT id FROM commands`).Scan(&app); err != nil {
		b.Fatal(err)
	}
	exec(`INSERT INTO commands (id, app, path) WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT 1000 + i, 'pace', 'pace command-' || i FROM n`, benchCommands-1)
	history := func(command, version int, system string, from, until int64) {
		exec(`INSERT INTO history (command, version, operating_system, first_day, last_day, sums) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET first_day = excluded.first_day, last_day = excluded.last_day, sums = excluded.sums`, command, version, system, from, until, year(from, until))
	}
	for v := range benchVersions {
		name := fmt.Sprintf("v1.%d.0", v)
		from := start + int64(v*benchYear/benchVersions)
		exec(`INSERT INTO versions (id, app, name, first_day, last_day, installs) VALUES (?, 'pace', ?, ?, ?, 1000)`, v+1, name, from, today)
		exec(`INSERT INTO series (app, command, exit_code, cli_version, operating_system, total, created)
			SELECT 'pace', path, code, ?, system, 1000, ? FROM commands, (SELECT 0 AS code UNION ALL SELECT 1),
			(SELECT 'darwin' AS system UNION ALL SELECT 'freebsd' UNION ALL SELECT 'linux' UNION ALL SELECT 'openbsd' UNION ALL SELECT 'windows') WHERE path <> ''`, name, now.UnixMilli())
		for _, system := range append(benchSystems, "") {
			sums := year(from, min(from+benchInUse, today-1))
			exec(`INSERT INTO history (command, version, operating_system, first_day, last_day, sums) SELECT id, ?, ?, ?, ?, ? FROM commands WHERE path <> ''`,
				v+1, system, from, min(from+benchInUse, today-1), sums)
			history(app, v+1, system, from, min(from+benchInUse, today-1))
		}
	}
	for _, system := range append(benchSystems, "") {
		exec(`INSERT INTO history (command, version, operating_system, first_day, last_day, sums) SELECT id, 0, ?, ?, ?, ? FROM commands WHERE path <> ''`, system, start, today-1, year(start, today-1))
		history(app, 0, system, start, today-1)
		exec(`INSERT INTO windows (day, command, version, operating_system, used7, used30, used90, used365, failed7, failed30, failed90, failed365)
			WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT ? + i, id, 0, ?, 10, 20, 30, 40, 1, 2, 3, 4 FROM n, commands`, benchYear-1, start, system)
	}
	exec(`INSERT INTO recent (command, version, operating_system, day, measure, n) SELECT id, v, system, ?, measure, 5 FROM commands, (SELECT 0 AS v UNION ALL SELECT 19 UNION ALL SELECT 20),
		(SELECT 'darwin' AS system UNION ALL SELECT 'linux' UNION ALL SELECT 'windows'), (SELECT 0 AS measure UNION ALL SELECT 1 UNION ALL SELECT 1000 UNION ALL SELECT 1002)
		WHERE true ON CONFLICT DO NOTHING`, today)
	for week := range int64(52) {
		for later := range 52 - week {
			exec(`INSERT INTO weeks (app, operating_system, first_week, week, installs, stayed) VALUES ('pace', 'linux', ?, ?, 100, 50) ON CONFLICT DO NOTHING`, (start+3)/7+week, (start+3)/7+week+later)
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
	if s, err = store.Open(b.Context(), address, nil); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	var commands []wire.Command
	for i := range benchCommands + 50 {
		commands = append(commands, wire.Command{Path: fmt.Sprint("pace command-", i)})
	}
	for v := range benchVersions {
		if err := s.Register(b.Context(), now, store.Release{App: "pace", Version: fmt.Sprintf("v1.%d.0", v), Commands: commands}); err != nil {
			b.Fatal(err)
		}
	}
	return s, now
}

// year encodes the sums of days as the store does: on each, runs with the exit
// codes 0 and 1, and the five counts of installs.
func year(from, until int64) []byte {
	sums := map[int64]int64{0: 900, 1: 40, 1000: 100, 1001: 20, 1002: 120, 1004: 60, 1005: 3}
	var data []byte
	for _, measure := range slices.Sorted(maps.Keys(sums)) {
		column := binary.AppendUvarint(nil, uint64(from))
		column = binary.AppendUvarint(column, uint64(until-from+1))
		for range until - from + 1 {
			column = binary.AppendVarint(column, sums[measure])
		}
		data = binary.AppendVarint(data, measure)
		data = binary.AppendUvarint(data, uint64(len(column)))
		data = append(data, column...)
	}
	return data
}

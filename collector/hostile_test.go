package collector_test

import (
	"database/sql"
	"errors"
	"fmt"
	neturl "net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector"
	"github.com/telemetrygen/telemetrygen/collector/intake"
	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// onEachStore serves a collector on both stores, as from networks of which the
// sender says which; db is the store's database, beside it.
func onEachStore(t *testing.T, limits store.Limits, test func(t *testing.T, server running, db *sql.DB)) {
	for name, made := range map[string]func(t *testing.T) (url, driver, source string){
		"sqlite": func(t *testing.T) (string, string, string) {
			file := filepath.Join(t.TempDir(), "telemetry.db")
			return "sqlite:" + file, "sqlite", "file:" + (&neturl.URL{Path: file}).EscapedPath() + "?_pragma=busy_timeout(10000)"
		},
		"postgres": func(t *testing.T) (string, string, string) {
			dsn := peertest.Database(t)
			return dsn, "pgx", dsn
		},
	} {
		t.Run(name, func(t *testing.T) {
			url, driver, source := made(t)
			s, err := store.Open(t.Context(), url, nil)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			server := serve(t, func(config *collector.Config) {
				config.Store, config.Limits, config.Interval = s, limits, time.Hour
				config.TrustedProxies, _ = intake.ParseProxies("127.0.0.1")
			})
			db, err := sql.Open(driver, source)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { db.Close() })
			test(t, server, db)
		})
	}
}

// TestNoReportHarmsAnother: reports that cannot be kept, for what the store has of
// their installs, and reports of zeros, arrive together with honest ones.
func TestNoReportHarmsAnother(t *testing.T) {
	onEachStore(t, store.Limits{}, func(t *testing.T, server running, db *sql.DB) {
		const installs = 120
		ids := make([]uuid.UUID, installs)
		answers := make([]int, installs)
		round := func(count int) {
			var all sync.WaitGroup
			for i := range ids {
				all.Go(func() {
					text := body(ids[i], "pace get", count)
					if i%3 == 1 {
						text = strings.Replace(body(uuid.New(), "pace get", 0), `}}}`, `},"1":{"cumulative_count":0}}}`, 1)
					}
					answers[i], _, _ = server.post(t, text, "X-Forwarded-For", fmt.Sprintf("203.0.%d.7", i))
				})
			}
			all.Wait()
		}
		for i := range ids {
			ids[i] = uuid.New()
		}
		round(1)
		for i, status := range answers {
			if status != 200 {
				t.Fatalf("report %d: %d", i, status)
			}
		}
		// Two installs are damaged: those with the least and the greatest key.
		if _, err := db.ExecContext(t.Context(), `UPDATE installs SET marks = `+map[bool]string{true: `x'ff'`, false: `'\xff'::bytea`}[strings.HasSuffix(t.Name(), "sqlite")]+
			` WHERE install = (SELECT install FROM installs ORDER BY install LIMIT 1) OR install = (SELECT install FROM installs ORDER BY install DESC LIMIT 1)`); err != nil {
			t.Fatal(err)
		}
		round(3)
		failed := 0
		for i, status := range answers {
			switch {
			case status == 503 && i%3 != 1:
				failed++
			case status != 200:
				t.Errorf("report %d: %d", i, status)
			}
		}
		if failed != 2 {
			t.Errorf("%d reports failed, want the 2 of damaged installs", failed)
		}
		_, metrics, _ := server.see(t, "/metrics")
		if want := fmt.Sprintf(`command="pace get",exit_code="0",operating_system="linux",sub1="get"} %d`, 2*installs/3*3-2*2); !strings.Contains(metrics, want) {
			t.Errorf("no %s in %s", want, regexp.MustCompile("(?m)^cli.*$").FindAllString(metrics, -1))
		}
		if status, why, _ := server.see(t, "/readyz"); status != 200 {
			t.Errorf("a damaged install makes the collector unready: %s", why)
		}
	})
}

// TestWhatANetworkIsHeldBackIsTold: by the metrics, while honest senders elsewhere
// notice nothing.
func TestWhatANetworkIsHeldBackIsTold(t *testing.T) {
	onEachStore(t, store.DefaultLimits(), func(t *testing.T, server running, _ *sql.DB) {
		for i, n := range []int{999_999, 999_999, 5} {
			if status, text, _ := server.post(t, body(uuid.New(), "pace get", n), "X-Forwarded-For", fmt.Sprintf("203.0.%d.7", i/2)); status != 200 {
				t.Errorf("%d %s", status, text)
			}
		}
		_, metrics, _ := server.see(t, "/metrics")
		for _, want := range []string{
			`cli_commands_total{app="pace",cli_version="v1",command="pace get",exit_code="0",operating_system="linux",sub1="get"} 20005`,
			`telemetry_collector_held_back_reports_total{reason="install_runs"} 2`,
			`telemetry_collector_held_back_runs_total{reason="install_runs"} 1.979998e+06`,
			`telemetry_collector_held_back_reports_total{reason="network_installs"} 0`,
		} {
			if !strings.Contains(metrics, want+"\n") {
				t.Errorf("no %s in\n%s", want, regexp.MustCompile("(?m)^(cli|telemetry).*$").FindAllString(metrics, -1))
			}
		}
	})
}

// TestErasuresOfOneNetworkHoldUpNoOther: one asks for as many as it can, of ids that
// it has reported, and the erasure that another asks for is done at once.
func TestErasuresOfOneNetworkHoldUpNoOther(t *testing.T) {
	server := serve(t, func(config *collector.Config) { config.TrustedProxies, _ = intake.ParseProxies("127.0.0.1") })
	storm, other := []string{"X-Forwarded-For", "203.0.113.7"}, []string{"X-Forwarded-For", "198.51.100.7"}
	var ids []uuid.UUID
	for i := range 60 {
		ids = append(ids, uuid.New())
		if status, text, _ := server.post(t, body(ids[i], "pace get", 1), "X-Forwarded-For", fmt.Sprintf("192.0.%d.7", i)); status != 200 {
			t.Fatalf("%d %s", status, text)
		}
	}
	start, erased := time.Now(), 0
	for _, id := range ids[:59] {
		switch status, text, _ := server.send(t, "DELETE", "/telemetry/"+id.String(), "", storm...); status {
		case 204:
			erased++
		case 429:
		default:
			t.Errorf("%d %s", status, text)
		}
	}
	if most := 10 + int(time.Since(start).Seconds()) + 1; erased < 10 || erased > most {
		t.Errorf("%d erasures of one network were done, want 10 to %d", erased, most)
	}
	if status, text, _ := server.send(t, "DELETE", "/telemetry/"+ids[59].String(), "", other...); status != 204 {
		t.Errorf("an erasure that another network asks for: %d %s", status, text)
	}
	if status, text, _ := server.post(t, body(uuid.New(), "pace get", 1), storm...); status != 200 {
		t.Errorf("a report of that network: %d %s", status, text)
	}
}

// hold keeps the store from writing until release is called.
func hold(t *testing.T, db *sql.DB) (release func()) {
	t.Helper()
	busy, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	begin := "BEGIN IMMEDIATE"
	if strings.HasSuffix(t.Name(), "postgres") {
		begin = "BEGIN; LOCK TABLE installs IN EXCLUSIVE MODE"
	}
	if _, err := busy.ExecContext(t.Context(), begin); err != nil {
		t.Fatal(err)
	}
	return func() {
		if _, err := busy.ExecContext(t.Context(), "ROLLBACK"); err != nil {
			t.Error(err)
		}
		busy.Close()
	}
}

// large is a report of a new install with so many counters, and that of body.
func large(counters int) string {
	var points strings.Builder
	for i := 0; i < counters; i++ {
		if i%200 == 0 {
			fmt.Fprintf(&points, `"pace c%d":{`, i)
		}
		end := ","
		if i%200 == 199 || i == counters-1 {
			end = "},"
		}
		fmt.Fprintf(&points, `"%d":{"cumulative_count":1}%s`, i%200, end)
	}
	return strings.Replace(body(uuid.New(), "pace get", 1), `{"pace get"`, "{"+points.String()+`"pace get"`, 1)
}

// TestErasuresHoldUpNoReport: while the database is busy, many networks ask for
// erasures, and then an install reports. Its report does not wait for many of them.
// Nobody waits for the erasure of an id of which nothing is kept.
func TestErasuresHoldUpNoReport(t *testing.T) {
	onEachStore(t, store.Limits{}, func(t *testing.T, server running, db *sql.DB) {
		const erasures = 90
		ids := make([]uuid.UUID, erasures)
		var all sync.WaitGroup
		for i := range ids {
			ids[i] = uuid.New()
			all.Go(func() { server.post(t, body(ids[i], "pace get", 1), "X-Forwarded-For", fmt.Sprintf("203.0.%d.7", i)) })
		}
		all.Wait()
		release := hold(t, db)
		if status, text, _ := server.send(t, "DELETE", "/telemetry/"+uuid.NewString(), "", "X-Forwarded-For", "203.0.113.7"); status != 404 {
			t.Errorf("an unknown id: %d %s", status, text)
		}
		var erased, answered atomic.Int32
		for i, id := range ids {
			all.Go(func() {
				status, _, _ := server.send(t, "DELETE", "/telemetry/"+id.String(), "", "X-Forwarded-For", fmt.Sprintf("203.0.%d.7", i))
				if answered.Add(1); status == 204 {
					erased.Add(1)
				}
			})
		}
		until(t, "all erasures wait", func() bool { waiting, _ := server.server.Waiting(); return waiting == erasures })
		var before atomic.Int32
		report := func() {
			if status, text, _ := server.post(t, body(uuid.New(), "pace get", 1), "X-Forwarded-For", "198.51.100.7"); status != 200 {
				t.Errorf("a report: %d %s", status, text)
			}
			before.Store(answered.Load())
		}
		until(t, "a report waits for the one that is being committed", func() bool {
			all.Go(report)
			time.Sleep(50 * time.Millisecond) // longer than a report waits for others to share a transaction with
			_, waiting := server.server.Waiting()
			return waiting > 0
		})
		release()
		all.Wait()
		if before := before.Load(); before > erasures/5 || erased.Load() != erasures {
			t.Errorf("the report was answered after %d of %d erasures; %d ids were erased", before, erasures, erased.Load())
		}
	})
}

// TestLargeReportsCountAsMany: one network sends reports of 1,400 counters, 40 KB, all at
// once. A few are taken, and a report that comes from elsewhere is at once.
func TestLargeReportsCountAsMany(t *testing.T) {
	onEachStore(t, store.Limits{}, func(t *testing.T, server running, _ *sql.DB) {
		start := time.Now()
		var all sync.WaitGroup
		var taken atomic.Int32
		for i := range 60 {
			all.Go(func() {
				// The connection of what is refused ends, perhaps before all of it was sent.
				status, text, _, err := try(t, "POST", server.public+"/telemetry", large(1_400), "Content-Type", "application/json", "X-Forwarded-For", "203.0.113.7")
				switch ended := errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET); {
				case err == nil && status == 200:
					taken.Add(1)
				case !ended && (err != nil || status != 429):
					t.Errorf("large report %d: %d %s, %v", i, status, text, err)
				}
			})
		}
		all.Wait()
		const each = 1 + 40_000/(8<<10)
		if most := (100 + 50*time.Since(start).Seconds()) / each; taken.Load() < 10 || float64(taken.Load()) > most {
			t.Errorf("%d large reports of one network were taken, want 10 to %.0f", taken.Load(), most)
		}
		if status, text, _ := server.post(t, body(uuid.New(), "pace get", 1), "X-Forwarded-For", "198.51.100.7"); status != 200 {
			t.Errorf("a report from elsewhere: %d %s", status, text)
		}
	})
}

// TestLargeReportsOfManyNetworksHoldUpNoSmallOne: a hundred send more than there is
// room for while the database is busy, and then others report. Of these all are kept.
func TestLargeReportsOfManyNetworksHoldUpNoSmallOne(t *testing.T) {
	onEachStore(t, store.Limits{}, func(t *testing.T, server running, db *sql.DB) {
		server.see(t, "/readyz") // it has begun
		release := hold(t, db)
		var all sync.WaitGroup
		var kept, away, answered atomic.Int32
		for i := range 300 {
			all.Go(func() {
				switch status, text, _ := server.post(t, large(2_000), "X-Forwarded-For", fmt.Sprintf("203.0.%d.7", i%100)); status {
				case 200:
					kept.Add(1)
				case 503:
					away.Add(1)
				default:
					t.Errorf("a large report: %d %s", status, text)
				}
			})
		}
		until(t, "a large report has no room", func() bool { return away.Load() > 0 })
		_, before := server.server.Waiting()
		const others = 100
		for i := range others {
			all.Go(func() {
				if status, text, _ := server.post(t, body(uuid.New(), "pace get", 1), "X-Forwarded-For", fmt.Sprintf("198.51.%d.7", i)); status != 200 {
					t.Errorf("a small report: %d %s", status, text)
				}
				answered.Add(1)
			})
		}
		until(t, "small reports wait", func() bool {
			_, waiting := server.server.Waiting()
			return waiting >= before+others/2 || answered.Load() == others
		})
		release()
		all.Wait()
		if kept.Load() == 0 {
			t.Error("no large report was kept")
		}
	})
}

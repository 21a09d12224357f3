package collector_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// BenchmarkReceive compares how many reports of four counters servers take for
// one second of their CPU time: the collector on both databases, a handler that
// decodes into a map and keeps nothing, and Prometheus' Pushgateway.
func BenchmarkReceive(b *testing.B) {
	type row struct {
		name    string
		reports int
		cpu     time.Duration
		elapsed time.Duration
		memory  string
	}
	var rows []row
	var missing []string
	// measure measures a server that start starts; where it cannot be had, the
	// others are measured all the same, and the table says what it lacks.
	measure := func(name string, start func(b *testing.B) (pids func() []int, send func(worker, n int) error)) {
		b.Run(name, func(b *testing.B) {
			defer func() {
				if b.Skipped() {
					missing = append(missing, name)
				}
			}()
			pids, send := start(b)
			const workers, wait = 256, 4 * time.Second
			var reports atomic.Int64
			var all sync.WaitGroup
			before, start := cpuTime(b, pids()), time.Now()
			for worker := range workers {
				all.Go(func() {
					for n := 0; time.Since(start) < wait; n++ {
						if err := send(worker, n); err != nil {
							b.Error(name, err)
							return
						}
						reports.Add(1)
					}
				})
			}
			all.Wait()
			rows = append(rows, row{name, int(reports.Load()), cpuTime(b, pids()) - before, time.Since(start), resident(b, pids())})
		})
	}
	telemetry := func(address string) func(worker, n int) error {
		return func(worker, n int) error {
			id := uuid.NewSHA1(uuid.NameSpaceOID, []byte(fmt.Sprint(worker, n%500)))
			count := n/500 + 1
			body := fmt.Sprintf(`{"metric_points":{"pace get":{"0":{"cumulative_count":%d},"1":{"cumulative_count":%d}},"pace list":{"0":{"cumulative_count":%d}},"pace apply":{"0":{"cumulative_count":%d}}},"cli_version":"v1.16.0","operating_system":"linux","id":"%s"}`,
				count, count, count, count, id)
			ok, err := deliver(address, []byte(body), uint32(worker*1_000+n))
			if err == nil && !ok {
				err = fmt.Errorf("not accepted")
			}
			return err
		}
	}

	type (
		sender = func(worker, n int) error
		pids   = func() []int // of the server, now: databases start processes for connections
	)
	only := func(pid int) pids { return func() []int { return []int{pid} } }
	measure("telemetry-collector, SQLite (durable)", func(b *testing.B) (pids, sender) {
		sqlite := newProcess(b, "--store", "sqlite:"+filepath.Join(b.TempDir(), "telemetry.db"))
		return only(sqlite.cmd.Process.Pid), telemetry(sqlite.address)
	})
	measure("net/http, encoding/json and a map (nothing durable)", func(b *testing.B) (pids, sender) {
		decoder := exec.Command(os.Args[0])
		address := peertest.FreeAddress(b)
		decoder.Env = append(os.Environ(), "TELEMETRY_BENCH_DECODER="+address)
		if err := decoder.Start(); err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { decoder.Process.Kill(); decoder.Wait() })
		for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
			if ok, _ := deliver(address, []byte("{}"), 0); ok || time.Now().After(deadline) {
				break
			}
		}
		return only(decoder.Process.Pid), telemetry(address)
	})
	measure("telemetry-collector, PostgreSQL (durable), without the database's CPU", func(b *testing.B) (pids, sender) {
		postgres := newProcess(b, "--store", peertest.Postgres(b).DSN)
		return only(postgres.cmd.Process.Pid), telemetry(postgres.address)
	})
	measure("telemetry-collector, PostgreSQL (durable), with the database's CPU", func(b *testing.B) (pids, sender) {
		database := peertest.Postgres(b)
		postgres := newProcess(b, "--store", database.DSN)
		return func() []int { return append([]int{postgres.cmd.Process.Pid}, children(b, database.PID())...) }, telemetry(postgres.address)
	})
	for _, groups := range []int{1, 1_000} {
		measure(fmt.Sprintf("Pushgateway, %d groups (nothing durable)", groups), func(b *testing.B) (pids, sender) {
			gateway := peertest.Pushgateway(b)
			return only(gateway.PID()), func(worker, n int) error {
				text := fmt.Sprintf("# TYPE c counter\nc{command=\"get\",code=\"0\"} %d\nc{command=\"get\",code=\"1\"} %d\nc{command=\"list\",code=\"0\"} %d\nc{command=\"apply\",code=\"0\"} %d\n", n, n, n, n)
				answer, err := clients.Post(fmt.Sprintf("%s/metrics/job/j/instance/i%d", gateway.URL, (worker*31+n)%groups), "text/plain", strings.NewReader(text))
				if err != nil {
					return err
				}
				defer answer.Body.Close()
				io.Copy(io.Discard, answer.Body)
				if answer.StatusCode != 200 {
					return fmt.Errorf("%s", answer.Status)
				}
				return nil
			}
		})
	}
	if len(rows) == 0 {
		return // -bench named none of them
	}

	var table bytes.Buffer
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "reports per CPU-second\tof the first\treports per second\tMB\tserver\t")
	rate := func(r row) float64 { return float64(r.reports) / r.cpu.Seconds() }
	for _, r := range rows {
		fmt.Fprintf(w, "%.0f\t%.2f\t%.0f\t%s\t%s\t\n", rate(r), rate(r)/rate(rows[0]), float64(r.reports)/r.elapsed.Seconds(), r.memory, r.name)
	}
	w.Flush()
	for _, name := range missing {
		fmt.Fprintln(&table, "not on this machine, and not measured:", name)
	}
	fmt.Printf("\n1 report = 4 counters, 256 senders on the same machine\n%s\n", table.String()) // of a benchmark that has parts, the log is not shown
}

// decodeOnly is the least that a receiver can do.
func decodeOnly(address string) {
	var mu sync.Mutex
	counts := map[string]uint64{}
	http.ListenAndServe(address, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var report struct {
			Points map[string]map[string]struct {
				Count uint64 `json:"cumulative_count"`
			} `json:"metric_points"`
			ID string `json:"id"`
		}
		if err == nil {
			err = json.Unmarshal(body, &report)
		}
		if err != nil {
			http.Error(w, err.Error(), 400)
			return
		}
		mu.Lock()
		for path, codes := range report.Points {
			for code, point := range codes {
				counts[report.ID+path+code] = point.Count
			}
		}
		mu.Unlock()
		io.WriteString(w, "OK")
	}))
}

// cpuTime is what processes have used so far, user and system (proc(5): fields
// 14 and 15 of stat, in ticks of 10 ms).
func cpuTime(b *testing.B, pids []int) time.Duration {
	var ticks int
	for _, pid := range pids {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			continue // ended since
		}
		fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')'):]))
		user, _ := strconv.Atoi(fields[12])
		system, _ := strconv.Atoi(fields[13])
		ticks += user + system
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// resident is the most memory that the first process has used, in MB.
func resident(b *testing.B, pids []int) string {
	if peak := residentPeak(b, pids[0]); peak > 0 {
		return strconv.Itoa(peak >> 20)
	}
	return "?"
}

// residentPeak is the most memory that a process has had, in bytes; 0 where that
// cannot be known.
func residentPeak(t testing.TB, pid int) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	_, rest, found := strings.Cut(string(status), "VmHWM:")
	if err != nil || !found {
		return 0
	}
	kilobytes, _ := strconv.Atoi(strings.Fields(rest)[0])
	return kilobytes << 10
}

// children are a process and those that it has started.
func children(b *testing.B, pid int) []int {
	pids := []int{pid}
	tasks, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	for field := range strings.FieldsSeq(string(tasks)) {
		if child, err := strconv.Atoi(field); err == nil {
			pids = append(pids, child)
		}
	}
	return pids
}

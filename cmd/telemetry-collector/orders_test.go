package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// A sender is an install that knows what was answered with 200.
type sender struct {
	id              uuid.UUID
	command         string // beside pace get
	count, answered int
	runs            int    // of pace get that count
	refused         string // why the last one was not taken
}

// report sends what there is, and whether that was taken.
func (s *sender) report(base string) bool {
	text := fmt.Sprintf(`{"metric_points":{"pace get":{"0":{"cumulative_count":%d}},%q:{"1":{"cumulative_count":%[1]d}}},"cli_version":"v1","operating_system":"linux","id":"%[3]s"}`, s.count, s.command, s.id)
	answer, err := http.Post(base+"/telemetry", "application/json", strings.NewReader(text))
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	got, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK || string(got) != "OK" {
		s.refused = answer.Status + " " + string(got)
		return false
	}
	s.runs += s.count - s.answered
	s.answered = s.count
	return true
}

// forget has the install erased; its next report counts in full.
func (s *sender) forget(base string) {
	request, err := http.NewRequest(http.MethodDelete, base+"/telemetry/"+s.id.String(), nil)
	if err != nil {
		return
	}
	if answer, err := http.DefaultClient.Do(request); err == nil {
		answer.Body.Close()
		if answer.StatusCode == http.StatusNoContent {
			s.answered = 0
		}
	}
}

// TestOrdersBesideReports: an operator who reloads broken lists without end, purges, takes
// backups, registers releases and takes them back, and starts the collector again, costs no
// run that was answered with 200, and none counts twice.
func TestOrdersBesideReports(t *testing.T) {
	peertest.Long(t, "reports for seconds beside everything that an operator can do")
	t.Parallel() // each report waits for the disk
	for name, address := range map[string]func(t *testing.T) string{
		"SQLite":     func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "telemetry.db") },
		"PostgreSQL": func(t *testing.T) string { return peertest.Database(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ordersBesideReports(t, address(t))
		})
	}
}

func ordersBesideReports(t *testing.T, store string) {
	folder := t.TempDir()
	list := filepath.Join(folder, "commands.txt")
	whole := func() {
		os.Remove(list)
		if err := os.WriteFile(list, []byte("pace get\npace put\npace evil\n"), 0o600); err != nil {
			t.Error(err)
		}
	}
	whole()
	var collector atomic.Pointer[running]
	start := func() {
		begun := started(t, nil, "--store", store, "--commands", folder, "--install-runs", "0", "--network-runs", "0")
		collector.Store(&begun)
	}
	start()

	over := make(chan struct{})
	var taken atomic.Int64 // reports
	var restarting sync.Mutex
	var working sync.WaitGroup
	senders := make([]sender, 8)
	for i := range senders {
		one := &senders[i]
		*one = sender{id: uuid.New(), command: []string{"pace put", "pace evil"}[i%2]}
		working.Go(func() {
			for n := 1; ; n++ {
				select {
				case <-over:
					return
				case <-time.After(100 * time.Millisecond): // an id has ten reports, and then one in six seconds
				}
				one.count += n % 3
				if n%10 == 0 {
					one.forget(collector.Load().public)
				}
				if one.report(collector.Load().public) {
					taken.Add(1)
				}
			}
		})
	}
	orders := map[string]func(n int){
		"hangup": func(n int) {
			restarting.Lock()
			defer restarting.Unlock()
			collector.Load().process.Signal(syscall.SIGHUP)
			switch n % 9 {
			case 3:
				os.Truncate(list, 0)
			case 5:
				os.Remove(list)
			case 7:
				os.Symlink("nowhere", list)
			default:
				whole()
			}
		},
		"purge": func(int) { command(t, nil, "purge", "--store", store, "--app", "pace", "--command", "pace evil").Run() },
		"backup": func(n int) {
			command(t, nil, "backup", "--store", store, filepath.Join(t.TempDir(), strconv.Itoa(n))).Run()
		},
		"release": func(n int) {
			address := collector.Load().private
			command(t, nil, "release", "--url", address, "--app", "pace", "--version", "v1", "--folder", folder).Run()
			if request, err := http.NewRequest(http.MethodDelete, address+"/api/v1/apps/pace/releases/v1", nil); err == nil {
				if answer, err := http.DefaultClient.Do(request); err == nil {
					answer.Body.Close()
				}
			}
		},
	}
	for _, order := range orders {
		working.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-over:
					return
				case <-time.After(20 * time.Millisecond): // nobody reads the log meanwhile, which holds 64 KB
					order(n)
				}
			}
		})
	}
	for range 3 {
		goal := taken.Load() + 70 // of the 80 that a collector takes from these at once
		eventually(t, "70 reports", func() bool { return taken.Load() >= goal })
		if status, text := collector.Load().stop(); status != 0 {
			t.Errorf("exit status %d\n%.2000s", status, text)
		}
		restarting.Lock() // a list that is broken at the start ends it
		whole()
		start()
		restarting.Unlock()
	}
	close(over)
	working.Wait()
	want := 0
	for i := range senders {
		one := &senders[i]
		for deadline := time.Now().Add(30 * time.Second); one.answered < one.count && !one.report(collector.Load().public); time.Sleep(20 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("a report of %d runs is not taken: %s", one.count, one.refused)
			}
		}
		want += one.runs
	}
	got := 0
	for _, line := range regexp.MustCompile(`(?m)^cli_commands_total\{.*command="pace get".* (\d+)$`).FindAllStringSubmatch(fetch(t, collector.Load().private+"/metrics"), -1) {
		n, _ := strconv.Atoi(line[1])
		got += n
	}
	if got != want || want == 0 {
		t.Errorf("%d runs, want %d", got, want)
	}
}

package store_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector/answers"
	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// BenchmarkAMillionInstalls prints what a million installs cost, each with four
// counters, in a database that has all of them.
func BenchmarkAMillionInstalls(b *testing.B) {
	const installs, batch = 1_000_000, 1_000
	dir := b.TempDir()
	s, err := store.Open(b.Context(), "sqlite:"+filepath.Join(dir, "telemetry.db"), nil)
	if err != nil {
		b.Fatal(err)
	}
	reports := make([]wire.Report, batch)
	round := func(n uint64, count uint64, size int) time.Duration {
		for i := range reports[:size] {
			var id uuid.UUID
			binary.BigEndian.PutUint64(id[8:], (n*batch+uint64(i))*0x9e3779b97f4a7c15) // in no order, as ids are
			reports[i] = report(id, "v1", counter("pace get", 0, count), counter("pace get", 1, count), counter("pace list", 0, count), counter("pace apply", 0, count))
		}
		start := time.Now()
		if _, err := s.Add(b.Context(), noon, reports[:size]); err != nil {
			b.Fatal(err)
		}
		return time.Since(start)
	}
	var first, last time.Duration
	for n := range uint64(installs / batch) {
		took := round(n, 1, batch)
		if n < 100 {
			first += took
		}
		if n >= installs/batch-100 {
			last += took
		}
	}
	var again time.Duration
	for n := range uint64(100) {
		again += round(n*7, 2, batch)
	}
	timed := func(what func() error) time.Duration {
		start := time.Now()
		if err := what(); err != nil {
			b.Fatal(err)
		}
		return time.Since(start)
	}
	snapshot := timed(func() error { _, err := s.Snapshot(b.Context(), noon, store.Anyone); return err })
	page := timed(func() error {
		q, err := answers.Ask(b.Context(), s, "", noon)
		if err == nil {
			_, err = answers.AskMonday(b.Context(), s, q)
		}
		return err
	})
	var size int64
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, file := range files {
		if info, err := os.Stat(file); err == nil {
			size += info.Size()
		}
	}
	rate := func(d time.Duration) string { return fmt.Sprintf("%.0f reports/s", 100*batch/d.Seconds()) }
	b.Logf("%d installs of 4 counters, SQLite, in batches of %d\n"+
		"new installs, the first 100,000      %s\n"+
		"new installs, the last 100,000       %s\n"+
		"all four counters of 100,000 raised  %s\n"+
		"on disk                              %.0f MB, %d bytes an install\n"+
		"memory, at most                      %s MB\n"+
		"all series for the sinks             %v\n"+
		"all that the first page asks         %v",
		installs, batch, rate(first), rate(last), rate(again), float64(size)/1e6, size/installs, peakMemory(), snapshot.Round(time.Microsecond), page.Round(time.Microsecond))
}

// peakMemory is the most that this process has had resident, in MB.
func peakMemory() string {
	status, err := os.ReadFile("/proc/self/status")
	_, rest, found := strings.Cut(string(status), "VmHWM:")
	if err != nil || !found {
		return "?"
	}
	kilobytes, _ := strconv.Atoi(strings.Fields(rest)[0])
	return strconv.Itoa(kilobytes / 1024)
}

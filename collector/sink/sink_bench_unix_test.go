//go:build unix

package sink

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// BenchmarkSnapshot sends one snapshot of 100,000 series through the queue of
// each sink to a real receiver and prints what it took. CPU and memory are this
// process's, the sink's side.
//
//	go test -run '^$' -bench Snapshot -benchtime 1x ./collector/sink
func BenchmarkSnapshot(b *testing.B) {
	const n = 100_000
	prometheus, victoria := peertest.Prometheus(b), peertest.VictoriaMetrics(b)
	cloud := peertest.GrafanaCloud(b)
	graphite, err := NewGraphite(GraphiteOptions{URL: cloud.URL, Token: cloud.Token})
	if err != nil {
		b.Fatal(err)
	}
	remote := func(url string) Sink {
		w, err := NewRemoteWrite(RemoteWriteOptions{URL: url + "/api/v1/write"})
		if err != nil {
			b.Fatal(err)
		}
		return w
	}
	carbon, err := NewCarbon(victoria.Carbon)
	if err != nil {
		b.Fatal(err)
	}
	snapshot := make([]Sample, n)
	for b.Loop() {
		table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintf(table, "\nsink\treceiver\tsamples\ttime\tsamples/s\tsamples/CPU-s\tallocated\t\n")
		for _, to := range []struct {
			sink     Sink
			receiver string
		}{
			{remote(prometheus.URL), "Prometheus"}, {remote(victoria.URL), "VictoriaMetrics"},
			{carbon, "VictoriaMetrics"}, {graphite, "this process"},
		} {
			when := time.Now()
			for i := range snapshot {
				snapshot[i] = Sample{Name: "bench_total", Value: float64(i), Time: when, Labels: []Label{
					{"app", "pace"}, {"cli_version", "v1.16.0"}, {"command", "pace get data-policy"}, {"exit_code", "0"},
					{"operating_system", "darwin"}, {"series", fmt.Sprint(i)}, {"sub1", "get"}, {"sub2", "data-policy"},
				}}
			}
			runtime.GC()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			begin, used := time.Now(), cpuTime(b)
			q := NewQueue(QueueOptions{Sink: to.sink, Log: quiet})
			q.Push(snapshot)
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			if err := q.Close(ctx); err != nil {
				b.Fatal(err)
			}
			cancel()
			took, used := time.Since(begin), cpuTime(b)-used
			runtime.ReadMemStats(&after)
			if stats := q.Stats(); stats.Sent != n {
				b.Fatalf("%+v", stats)
			}
			fmt.Fprintf(table, "%s\t%s\t%d\t%v\t%.0f\t%.0f\t%d MB\t\n", to.sink.Name(), to.receiver, n, took.Round(time.Millisecond),
				n/took.Seconds(), n/used.Seconds(), (after.TotalAlloc-before.TotalAlloc)>>20)
		}
		table.Flush()
	}
}

// cpuTime is what this process has used, in user and system mode.
func cpuTime(b *testing.B) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

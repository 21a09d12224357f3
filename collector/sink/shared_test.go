package sink

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// awaySink takes nothing until its context ends.
type awaySink struct{}

func (awaySink) Name() string { return "away" }
func (awaySink) Send(ctx context.Context, _ []Sample) error {
	<-ctx.Done()
	return ctx.Err()
}

// roundOf makes the samples of a collector's interval, with strings of their own, as a
// database returns them.
func roundOf(series, round int) []Sample {
	samples := make([]Sample, series)
	for i := range samples {
		command := fmt.Sprintf("pace group%d do-something%d", i%20, i)
		samples[i] = Sample{Name: CommandsTotal, Labels: CommandLabels(command, 0, strings.Clone("v1.16.0"), strings.Clone("linux")),
			Value: float64(round), Time: at.Add(time.Duration(round) * time.Minute), Start: at}
	}
	return samples
}

// TestASinkThatIsAwayHoldsLittle: hours of snapshots wait in a few MB, however many are
// handed over.
func TestASinkThatIsAwayHoldsLittle(t *testing.T) {
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	q := NewQueue(QueueOptions{Sink: awaySink{}, Log: quiet})
	shared := NewSharedLabels()
	for round := range 300 {
		shared.Next()
		samples := roundOf(2_000, round)
		shared.Share(samples)
		q.Push(samples)
	}
	held, stats := heap()-before, q.Stats()
	if held > 40<<20 {
		t.Errorf("%d samples hold %d MB", stats.Queued, held>>20)
	}
	if stats.Queued < 100_000 || stats.Queued+int(stats.Dropped) != 600_000 {
		t.Errorf("%+v", stats)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	q.Close(ctx) // says what it drops
}

// TestSharedLabelsAreTheSame, also where a series is gone for a while.
func TestSharedLabelsAreTheSame(t *testing.T) {
	shared := NewSharedLabels()
	for round, series := range []int{10, 20, 5, 20, 0, 0, 20} {
		shared.Next()
		samples, want := roundOf(series, round), roundOf(series, round)
		shared.Share(samples)
		shared.Share(samples[:series/2]) // another reader's
		for i := range samples {
			if !slices.Equal(samples[i].Labels, want[i].Labels) || samples[i].Value != want[i].Value {
				t.Fatalf("round %d: %v, want %v", round, samples[i], want[i])
			}
		}
	}
	if n := len(shared.now) + len(shared.last); n != 20 {
		t.Errorf("%d labels are kept after two rounds without any and one of 20", n)
	}
}

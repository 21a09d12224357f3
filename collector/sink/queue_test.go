package sink

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// quiet keeps the expected warnings out of the test's output.
var quiet = slog.New(slog.DiscardHandler)

// snapshot is one value of n series at a time.
func snapshot(name string, n int, value float64, when time.Time) []Sample {
	samples := make([]Sample, n)
	for i := range samples {
		samples[i] = Sample{Name: name, Labels: []Label{{"app", "pace"}, {"series", fmt.Sprint(i)}}, Value: value, Time: when}
	}
	return samples
}

func closeQueue(t *testing.T, q *Queue) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := q.Close(ctx); err != nil {
		t.Error(err)
	}
}

func TestQueueLetsGoOfTheOldestAndNeverWaits(t *testing.T) {
	cloud := peertest.GrafanaCloud(t)
	failures := make([]peertest.Failure, 1000)
	for i := range failures {
		failures[i] = peertest.Failure{Status: 503}
	}
	cloud.FailNext(failures...)
	q := NewQueue(QueueOptions{Sink: newGraphite(t, cloud), Samples: 1000, Log: quiet})
	begin := time.Now()
	for i := range 50 {
		q.Push(snapshot("full_total", 100, float64(i), at.Add(time.Duration(i)*time.Second)))
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("50 pushes took %v", took)
	}
	until(t, func() string {
		stats := q.Stats()
		if stats.Queued > 2000 { // what is being sent is beside the bound
			t.Fatalf("more is held than allowed: %+v", stats)
		}
		if stats.Queued != 1000 || stats.Dropped != 4000 || stats.LastError == "" {
			return fmt.Sprintf("%+v", stats)
		}
		return ""
	})
	if stats := q.Stats(); !stats.LastSuccess.IsZero() || !stats.Taken.IsZero() {
		t.Errorf("%+v", stats)
	}
	cloud.Recover()
	closeQueue(t, q)
	got := cloud.Samples()
	if len(got) != 1000 {
		t.Fatalf("%d samples", len(got))
	}
	for i, s := range got {
		if want := float64(40 + i/100); *s.Value != want {
			t.Fatalf("sample %d is %v, want %v", i, *s.Value, want)
		}
	}
	if stats := q.Stats(); stats.Sent != 1000 || stats.Dropped != 4000 || stats.LastSuccess.IsZero() || !stats.Taken.Equal(at.Add(49*time.Second)) {
		t.Errorf("%+v", stats)
	}
	q.Push(snapshot("full_total", 1, 1, at))
	if stats := q.Stats(); stats.Dropped != 4001 || stats.Queued != 0 {
		t.Errorf("after Close: %+v", stats)
	}
}

// A snapshot that is larger than the bound is sent all the same: it is the newest.
func TestQueueKeepsTheNewestHoweverLarge(t *testing.T) {
	cloud := peertest.GrafanaCloud(t)
	cloud.FailNext(peertest.Failure{Status: 503}, peertest.Failure{Status: 503})
	q := NewQueue(QueueOptions{Sink: newGraphite(t, cloud), Samples: 10, Log: quiet})
	for i := range 3 {
		q.Push(snapshot("large_total", 6000, float64(i), at.Add(time.Duration(i)*time.Second)))
	}
	closeQueue(t, q)
	got := cloud.Samples()
	if len(got) < 6000 || *got[len(got)-1].Value != 2 {
		t.Fatalf("%d samples", len(got))
	}
	stats := q.Stats()
	if stats.Sent+stats.Dropped != 18000 || stats.Sent != uint64(len(got)) {
		t.Errorf("%+v, %d arrived", stats, len(got))
	}
}

func TestQueueResumesWithinASnapshotAndGathersSmallOnes(t *testing.T) {
	cloud := peertest.GrafanaCloud(t)
	cloud.FailNext(peertest.Failure{Status: 500})
	q := NewQueue(QueueOptions{Sink: newGraphite(t, cloud), Log: quiet})
	q.Push(snapshot("resumed_total", 12000, 1, at))
	for i := range 3000 {
		q.Push(snapshot("resumed_total", 2, float64(2+i), at.Add(time.Duration(i+1)*time.Second)))
	}
	closeQueue(t, q)
	batches := cloud.Batches()
	if got := len(cloud.Samples()); got != 18000 {
		t.Fatalf("%d samples in %v", got, batches)
	}
	if len(batches) > 6 || slices.Max(batches) > 5000 {
		t.Errorf("batches %v", batches)
	}
	last := 0.0
	for _, s := range cloud.Samples() {
		if *s.Value < last {
			t.Fatalf("%v after %v", *s.Value, last)
		}
		last = *s.Value
	}
}

// Three queues share one snapshot of 100,000 series.
func TestQueuesShareASnapshot(t *testing.T) {
	shared := snapshot("shared_total", 100_000, 1, at)
	for range 3 {
		q := &Queue{sink: nil, limit: queueSamples, wake: make(chan struct{}, 1)}
		if got := testing.AllocsPerRun(1, func() { q.Push(shared) }); got > 1 {
			t.Errorf("%v allocations", got)
		}
		batch, ok := q.next(context.Background(), nil)
		if !ok || len(batch) != batchSize || &batch[0] != &shared[0] {
			t.Error("the samples were copied")
		}
	}
}

func TestQueueDropsWhatCannotBeSentWhenItCloses(t *testing.T) {
	peer := peertest.Pushgateway(t) // any server, to have an address where nobody listens
	peer.Kill()
	g, err := NewGraphite(GraphiteOptions{URL: peer.URL})
	if err != nil {
		t.Fatal(err)
	}
	q := NewQueue(QueueOptions{Sink: g, Log: quiet})
	q.Push(snapshot("lost_total", 7, 1, at))
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	err = q.Close(ctx)
	var refused *Refused
	if !errors.As(err, &refused) || refused.Samples != 7 {
		t.Errorf("error %v", err)
	}
	if stats := q.Stats(); stats.Dropped != 7 || stats.Queued != 0 || stats.Retries < 2 {
		t.Errorf("%+v", stats)
	}
	if err := q.Close(context.Background()); err != nil {
		t.Errorf("Close again: %v", err)
	}
}

func TestQueueDropsRefusedSamplesAndLogsNoSecret(t *testing.T) {
	cloud := peertest.GrafanaCloud(t)
	cloud.FailNext(peertest.Failure{Status: 401, Body: "what is " + cloud.Token + "?"})
	var log bytes.Buffer
	q := NewQueue(QueueOptions{Sink: newGraphite(t, cloud), Log: slog.New(slog.NewTextHandler(&log, nil))})
	q.Push(snapshot("refused_total", 3, 1, at))
	until(t, func() string {
		if q.Stats().Refused != 3 {
			return "nothing is refused"
		}
		return ""
	})
	bad := snapshot("refused_total", 10, 2, at)
	bad[4].Labels = []Label{{"forbidden", "x"}}
	q.Push(bad)
	closeQueue(t, q)
	if stats := q.Stats(); stats.Refused != 4 || stats.Sent != 9 || stats.Retries != 0 || len(cloud.Samples()) != 9 {
		t.Errorf("%+v", stats)
	}
	if text := log.String(); strings.Count(text, "\n") != 2 || strings.Contains(text, cloud.Token) || !strings.Contains(text, "401") {
		t.Errorf("log: %s", text)
	}
}

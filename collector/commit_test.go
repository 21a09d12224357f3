package collector

import (
	"sync"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/store"
)

// TestEveryReportThatWaitsIsTaken in turn, in batches, while others come; one more
// than may wait is sent away.
func TestEveryReportThatWaitsIsTaken(t *testing.T) {
	c := newCommitter(nil, nil, nil, nil)
	report := func(n int) pending { return pending{report: store.Submission{}, result: make(chan error, n)} }
	for n := range maxWaiting {
		if !c.wait(report(n)) {
			t.Fatalf("no room for report %d", n)
		}
	}
	if c.wait(report(0)) {
		t.Errorf("%d reports wait", maxWaiting+1)
	}
	for n := 0; n < maxWaiting; {
		<-c.arrived
		batch := c.take()
		if len(batch) != maxBatch {
			t.Fatalf("a batch of %d", len(batch))
		}
		for _, one := range batch {
			if cap(one.result) != n {
				t.Fatalf("report %d comes after %d others", cap(one.result), n)
			}
			n++
		}
	}

	const senders, each = 8, 2_000
	var sending sync.WaitGroup
	for range senders {
		sending.Go(func() {
			for range each {
				for !c.wait(report(0)) {
					time.Sleep(time.Millisecond)
				}
			}
		})
	}
	for n := 0; n < senders*each; n += len(c.take()) {
		select {
		case <-c.arrived:
		case <-time.After(time.Minute):
			t.Fatalf("%d reports were taken, and nobody says that others wait", n)
		}
	}
	sending.Wait()
	if len(c.arrived) != 0 || len(c.waiting) != 0 {
		t.Errorf("%d reports wait after all were taken", len(c.waiting))
	}
}

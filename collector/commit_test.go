package collector

import (
	"sync"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
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
	<-c.arrived
	for n, more := 0, true; more; {
		var batch []pending
		if batch, more = c.take(); len(batch) != maxBatch {
			t.Fatalf("a batch of %d", len(batch))
		}
		for _, one := range batch {
			if cap(one.result) != n {
				t.Fatalf("report %d comes after %d others", cap(one.result), n)
			}
			n++
		}
		if more != (n < maxWaiting) {
			t.Fatalf("after %d reports: more %v", n, more)
		}
	}

	large := pending{report: store.Submission{Report: wire.Report{Counters: make([]wire.Counter, 1_500)}}}
	waiting := 0
	for c.wait(large) {
		waiting++
	}
	if most := maxWaitingCounters/1_500 + 1; waiting != most {
		t.Errorf("%d reports of 1,500 counters wait, want %d", waiting, most)
	}
	<-c.arrived
	for n, more := 0, true; more; n++ {
		var batch []pending
		if batch, more = c.take(); len(batch) > maxCounters/1_500 || len(batch) == 0 {
			t.Errorf("a batch of %d reports of 1,500 counters", len(batch))
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
	for n := 0; n < senders*each; {
		select {
		case <-c.arrived:
		case <-time.After(time.Minute):
			t.Fatalf("%d reports were taken, and nobody says that others wait", n)
		}
		for more := true; more; {
			var batch []pending
			batch, more = c.take()
			n += len(batch)
		}
	}
	sending.Wait()
	if len(c.arrived) != 0 || len(c.waiting) != 0 || c.counters != 0 {
		t.Errorf("%d reports and %d counters wait after all were taken", len(c.waiting), c.counters)
	}
}

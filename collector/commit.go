package collector

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/store"
)

// A committer writes the reports that arrive while a transaction is under way
// in the next one: one sync of the disk then serves all of them.
type committer struct {
	store   *store.Store
	metrics *metrics
	ready   *readiness
	now     func() time.Time
	arrived chan struct{} // holds one from the first report that waits on, until run takes it

	mu       sync.Mutex
	waiting  []pending
	first    time.Time // when the first of them came
	counters int       // of those that wait
}

type pending struct {
	report store.Submission
	result chan error
}

const (
	maxBatch = 1_000 // reports
	// maxCounters of a batch: a report may have a thousand times as many as another,
	// and all others wait while it is written.
	maxCounters = 20_000
	// gatherTime is what a report waits for others to share a transaction with.
	// Who sends one does so in the background.
	gatherTime = 25 * time.Millisecond
	// gatheredTime is the most that it waits for that and for the batch before it:
	// where that one took long, those that came meanwhile are enough.
	gatheredTime       = 2 * gatherTime
	maxWaiting         = 4_000 // reports; more are sent away
	maxWaitingCounters = 400_000
	// commitTimeout ends a transaction that hangs, so that senders get an answer.
	commitTimeout = 20 * time.Second
)

var errBusy = errors.New("too many reports are waiting")

func newCommitter(s *store.Store, m *metrics, ready *readiness, now func() time.Time) *committer {
	return &committer{store: s, metrics: m, ready: ready, now: now, arrived: make(chan struct{}, 1)}
}

// add returns once the report is durable, or was refused or failed.
func (c *committer) add(ctx context.Context, report store.Submission) error {
	p := pending{report, make(chan error, 1)}
	if !c.wait(p) {
		return errBusy
	}
	select {
	case err := <-p.result:
		return err
	case <-ctx.Done(): // the sender is gone; its report is kept all the same
		return ctx.Err()
	}
}

// wait puts a report among those that wait, if there is room. Only the first of
// them wakes run: a wake for each costs a report more than its place in the batch.
func (c *committer) wait(p pending) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.waiting) >= maxWaiting || c.counters >= maxWaitingCounters {
		return false
	}
	c.counters += len(p.report.Counters)
	if c.waiting = append(c.waiting, p); len(c.waiting) == 1 {
		c.first = time.Now()
		c.arrived <- struct{}{}
	}
	return true
}

// take returns the reports that have waited longest, and whether more wait.
func (c *committer) take() (batch []pending, more bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n, counters := 0, 0
	for n < min(len(c.waiting), maxBatch) && (n == 0 || counters+len(c.waiting[n].report.Counters) <= maxCounters) {
		counters += len(c.waiting[n].report.Counters)
		n++
	}
	batch, c.waiting = c.waiting[:n:n], c.waiting[n:]
	c.counters -= counters
	return batch, len(c.waiting) > 0
}

// run commits until ctx is done and nothing waits.
func (c *committer) run(ctx context.Context) {
	for {
		select {
		case <-c.arrived:
		default:
			select {
			case <-c.arrived:
			case <-ctx.Done():
				return
			}
		}
		time.Sleep(min(gatherTime, time.Until(c.first.Add(gatheredTime))))
		for more := true; more; {
			var batch []pending
			batch, more = c.take()
			c.commit(batch)
		}
	}
}

// commit keeps a batch. One that fails for what is in it is divided, so that only
// the report that cannot be kept fails, and no other with it.
func (c *committer) commit(batch []pending) {
	reports := make([]store.Submission, len(batch))
	for i, p := range batch {
		reports[i] = p.report
	}
	ctx, cancel := context.WithTimeout(context.Background(), commitTimeout)
	defer cancel()
	start := time.Now()
	outcome, err := c.store.Receive(ctx, c.now(), reports)
	c.metrics.committed(len(batch), time.Since(start))
	if err != nil && len(batch) > 1 && !store.Unavailable(err) {
		c.commit(batch[:len(batch)/2])
		c.commit(batch[len(batch)/2:])
		return
	}
	if err == nil || store.Unavailable(err) {
		c.ready.set(err)
	}
	c.metrics.heldBack(outcome.Held)
	for i, p := range batch {
		if err != nil {
			p.result <- err
		} else {
			p.result <- outcome.Refusals[i]
		}
	}
}

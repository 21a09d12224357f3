package collector

import (
	"context"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/store"
)

// A committer writes all reports that arrive during a transaction in the next one, so that
// one sync of the disk serves all of them.
type committer struct {
	store   *store.Store
	metrics *metrics
	ready   *readiness
	now     func() time.Time
	room    *room
}

const (
	// gatherTime is how long a report waits for others to share its transaction, unless
	// enough of them wait. CLIs send in the background.
	gatherTime = 25 * time.Millisecond
	// gatheredTime is the most that it waits for the batch before it and for others: if that
	// batch took long, enough have come meanwhile.
	gatheredTime = 2 * gatherTime
	// commitTimeout ends a transaction that hangs, so that senders get an answer.
	commitTimeout = 20 * time.Second
)

func newCommitter(s *store.Store, m *metrics, ready *readiness, now func() time.Time) *committer {
	return &committer{store: s, metrics: m, ready: ready, now: now, room: newRoom(s.Enough())}
}

// add returns once the report is durable, or was refused or failed.
func (c *committer) add(ctx context.Context, report store.Submission) error {
	p := &pending{report: report, result: make(chan error, 1)}
	c.room.enter(p)
	select {
	case err := <-p.result:
		return err
	case <-ctx.Done(): // the sender has gone; its report is kept all the same
		return ctx.Err()
	}
}

// run commits until ctx is done and nothing waits.
func (c *committer) run(ctx context.Context) {
	for {
		select {
		case <-c.room.arrived:
		default:
			select {
			case <-c.room.arrived:
			case <-ctx.Done():
				return
			}
		}
		select {
		case <-c.room.enough:
		case <-time.After(min(gatherTime, time.Until(c.room.first.Add(gatheredTime)))):
		}
		for more := true; more; {
			var batch []*pending
			batch, more = c.room.take()
			c.commit(batch)
		}
	}
}

// commit keeps a batch. If a report makes it fail, the batch is divided, so that only that
// report fails.
func (c *committer) commit(batch []*pending) {
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

package sink

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"
)

// QueueOptions configures NewQueue.
type QueueOptions struct {
	Sink    Sink
	Samples int          // the most that may wait; 0 means 250,000, 25 MB where they share their labels
	Log     *slog.Logger // nil for slog.Default()
}

const (
	queueSamples = 250_000
	// attemptTime bounds one Send of at most batchSize samples.
	attemptTime = 2 * time.Minute
	backoffMin  = 100 * time.Millisecond
	backoffMax  = 30 * time.Second
)

// A Queue stands between the collector and one sink: it takes snapshots without
// ever waiting, sends them in order from a goroutine of its own, tries again
// while the sink is down, and lets go of the oldest when it is full. Values are
// cumulative, so a lost snapshot is a gap in a curve, not a lost count.
type Queue struct {
	sink  Sink
	limit int
	log   *slog.Logger

	mu        sync.Mutex
	snapshots [][]Sample // oldest first; the first without what was already sent
	pinned    int        // how many of them are being sent right now
	closed    bool
	stats     QueueStats

	wake    chan struct{} // holds one token after a change
	closing chan struct{} // closed by Close
	abandon context.CancelFunc
	done    chan struct{} // closed when the goroutine ended
}

// QueueStats are a queue's numbers since it was made. All but Queued only grow.
type QueueStats struct {
	Sink        string
	Sent        uint64 // samples
	Refused     uint64 // samples
	Dropped     uint64 // samples that were never sent: the queue was full, or closed
	Retries     uint64 // failed attempts that were followed by another
	Queued      int    // samples that wait now
	LastError   string
	LastErrorAt time.Time
	LastSuccess time.Time
	Taken       time.Time // the time of the newest snapshot that the sink has taken
}

// NewQueue starts a queue; Close ends it.
func NewQueue(options QueueOptions) *Queue {
	ctx, cancel := context.WithCancel(context.Background())
	q := &Queue{
		sink: options.Sink, limit: options.Samples, log: options.Log,
		wake: make(chan struct{}, 1), closing: make(chan struct{}), done: make(chan struct{}),
		abandon: cancel,
	}
	if q.limit <= 0 {
		q.limit = queueSamples
	}
	if q.log == nil {
		q.log = slog.Default()
	}
	q.stats.Sink = q.sink.Name()
	go q.run(ctx)
	return q
}

// Push hands over one snapshot and never waits. The samples are shared, not
// copied: nobody may change them afterwards. After Close it drops them.
func (q *Queue) Push(samples []Sample) {
	if len(samples) == 0 {
		return
	}
	q.mu.Lock()
	if q.closed {
		q.stats.Dropped += uint64(len(samples))
	} else {
		q.snapshots = append(q.snapshots, samples)
		q.stats.Queued += len(samples)
		q.trim()
	}
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// trim lets go of the oldest snapshots beyond the limit, but not of the newest.
// What is being sent stays, and counts again when it has to be sent again. The
// caller holds q.mu.
func (q *Queue) trim() {
	dropped, pinned := 0, 0
	for _, snapshot := range q.snapshots[:q.pinned] {
		pinned += len(snapshot)
	}
	for q.stats.Queued-pinned > q.limit && len(q.snapshots) > q.pinned+1 {
		dropped += len(q.snapshots[q.pinned])
		q.stats.Queued -= len(q.snapshots[q.pinned])
		copy(q.snapshots[1:q.pinned+1], q.snapshots[:q.pinned])
		q.snapshots[0] = nil
		q.snapshots = q.snapshots[1:]
	}
	q.stats.Dropped += uint64(dropped)
}

// Stats returns the numbers.
func (q *Queue) Stats() QueueStats {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.stats
}

// Close takes no more snapshots, goes on sending what waits until ctx ends,
// drops the rest, and returns when nothing runs any more. The error says how
// much was dropped.
func (q *Queue) Close(ctx context.Context) error {
	q.mu.Lock()
	if !q.closed {
		q.closed = true
		close(q.closing)
	}
	q.mu.Unlock()
	select {
	case <-q.done:
	case <-ctx.Done():
		q.abandon()
		<-q.done
	}
	q.abandon()
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.stats.Queued == 0 {
		return nil
	}
	err := &Refused{Reason: q.stats.Sink + " was not reached before the end", Samples: q.stats.Queued}
	q.stats.Dropped += uint64(q.stats.Queued)
	q.stats.Queued, q.snapshots = 0, nil
	return err
}

func (q *Queue) run(ctx context.Context) {
	defer close(q.done)
	backoff := backoffMin
	buffer := make([]Sample, 0, batchSize)
	for {
		batch, ok := q.next(ctx, buffer)
		if !ok {
			return
		}
		attempt, cancel := context.WithTimeout(ctx, attemptTime)
		err := q.sink.Send(attempt, batch)
		cancel()
		if again := q.settle(len(batch), err); !again {
			backoff = backoffMin
			continue
		}
		if !q.pause(ctx, backoff, err) {
			return
		}
		backoff = min(backoff*3/2, backoffMax)
	}
}

// next waits for something to send and returns at most batchSize samples. Part
// of a large snapshot is shared with it; small ones are gathered in buffer,
// because a request costs more than a copy of few samples. ok is false when the
// queue was closed and is empty, or abandoned.
func (q *Queue) next(ctx context.Context, buffer []Sample) (batch []Sample, ok bool) {
	for {
		q.mu.Lock()
		if ctx.Err() != nil {
			q.mu.Unlock()
			return nil, false
		}
		if len(q.snapshots) > 0 {
			first := q.snapshots[0]
			q.pinned = 1
			if len(first) >= batchSize || len(q.snapshots) == 1 {
				q.mu.Unlock()
				return first[:min(len(first), batchSize)], true
			}
			buffer = append(buffer[:0], first...)
			for _, snapshot := range q.snapshots[1:] {
				if len(buffer)+len(snapshot) > batchSize {
					break
				}
				buffer = append(buffer, snapshot...)
				q.pinned++
			}
			q.mu.Unlock()
			return buffer, true
		}
		closed := q.closed
		q.mu.Unlock()
		if closed {
			return nil, false
		}
		select {
		case <-q.wake:
		case <-q.closing:
		case <-ctx.Done():
		}
	}
}

// settle books the outcome of sending the oldest samples and says whether they
// have to be sent again.
func (q *Queue) settle(samples int, err error) (again bool) {
	var refused *Refused
	partly := errors.As(err, &refused)
	q.mu.Lock()
	defer q.mu.Unlock()
	now := time.Now()
	if err != nil {
		// Every refusal, but of an outage only its begin.
		if partly || q.stats.LastErrorAt.IsZero() || q.stats.LastErrorAt.Before(q.stats.LastSuccess) {
			q.log.Warn("a sink did not take samples", "sink", q.stats.Sink, "samples", samples, "error", err)
		}
		q.stats.LastError, q.stats.LastErrorAt = err.Error(), now
	}
	q.pinned = 0
	if err != nil && !partly {
		q.stats.Retries++
		q.trim()
		return true
	}
	bad := 0
	if partly {
		bad = min(refused.Samples, samples)
	}
	q.stats.Refused += uint64(bad)
	q.stats.Sent += uint64(samples - bad)
	if bad < samples {
		q.stats.LastSuccess = now
	}
	q.stats.Queued -= samples
	for left := samples; left > 0; {
		taken := min(left, len(q.snapshots[0]))
		left -= taken
		last := q.snapshots[0][taken-1]
		if q.snapshots[0] = q.snapshots[0][taken:]; len(q.snapshots[0]) == 0 {
			if bad < samples {
				q.stats.Taken = last.Time
			}
			q.snapshots[0] = nil
			q.snapshots = q.snapshots[1:]
		}
	}
	return false
}

// pause waits before the next attempt: between half the backoff and all of it,
// so that the queues of several collectors do not come back together, or as
// long as the receiver asks for. A queue that closes waits no longer than
// backoffMin. It returns false when the queue was abandoned.
func (q *Queue) pause(ctx context.Context, backoff time.Duration, err error) bool {
	wait := backoff/2 + rand.N(backoff/2)
	var busy *Busy
	if errors.As(err, &busy) && busy.After > 0 {
		wait = busy.After + rand.N(backoffMin)
	}
	closing := q.closing
	select {
	case <-closing:
		wait, closing = min(wait, backoffMin), nil
	default:
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-closing:
	case <-ctx.Done():
		return false
	}
	return true
}

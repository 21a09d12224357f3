package collector

import (
	"errors"
	"maps"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/store"
)

// A room holds the reports that wait for a transaction. Its queue is fair between networks, by
// work and not by reports. Each batch gets those that are next, and while the room is full,
// those that would be last give way. So however much one network sends, a small report of
// another neither waits for it nor is refused.
type room struct {
	arrived chan struct{} // gets a value when the first report begins to wait
	enough  chan struct{} // gets a value when batch reports wait
	batch   int           // a batch waits for no more reports than this

	mu      sync.Mutex
	waiting []*pending // in the order of their turns
	work    int        // of all that wait
	first   time.Time  // when the first of them came

	// A report's turn is the time at which it would be done if all networks were served at
	// once with equal shares. The clock is the work that was done for each.
	now   float64
	until map[netip.Prefix]float64 // the last turn of a network, if it is still to come
}

// A pending report waits for its outcome.
type pending struct {
	report store.Submission
	result chan error
	turn   float64
}

// The work of a report is the number of its counters, which may be a thousand times that of
// another report, and leastWork for the report itself.
const (
	leastWork  = 20
	maxBatch   = 1_000 * leastWork // of one transaction, which all others wait for
	maxWaiting = 5 * maxBatch
)

var errBusy = errors.New("too many reports are waiting")

func newRoom(batch int) *room {
	return &room{arrived: make(chan struct{}, 1), enough: make(chan struct{}, 1), batch: batch, until: map[netip.Prefix]float64{}}
}

func (p *pending) work() int { return max(leastWork, len(p.report.Counters)) }

// enter adds a report, which waits for its turn. If there is no room, the last of all are
// refused, this one possibly among them. Only the first that waits, and the one that makes it
// enough, wake run: a wake for each report costs more than its place in the batch.
func (r *room) enter(p *pending) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p.turn = max(r.now, r.until[p.report.Site]) + float64(p.work())
	r.until[p.report.Site] = p.turn
	at, _ := slices.BinarySearchFunc(r.waiting, p.turn, func(one *pending, turn float64) int {
		if one.turn <= turn { // of equal turns, the one that came first
			return -1
		}
		return 1
	})
	r.waiting = slices.Insert(r.waiting, at, p)
	r.work += p.work()
	if len(r.waiting) == 1 {
		r.first = time.Now()
		r.arrived <- struct{}{}
	}
	if len(r.waiting) == r.batch {
		select {
		case r.enough <- struct{}{}:
		default: // the channel has its value already
		}
	}
	for r.work > maxWaiting {
		var last *pending
		last, r.waiting = r.waiting[len(r.waiting)-1], r.waiting[:len(r.waiting)-1]
		r.work -= last.work()
		r.until[last.report.Site] -= float64(last.work())
		last.result <- errBusy
	}
}

// refuses reports whether a report of a network would be refused at once.
func (r *room) refuses(site netip.Prefix, work int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.work+work > maxWaiting && max(r.now, r.until[site])+float64(work) >= r.waiting[len(r.waiting)-1].turn
}

// take returns the reports whose turn it is, and whether more wait.
func (r *room) take() (batch []*pending, more bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n, work := 0, 0
	for n < len(r.waiting) && (n == 0 || work+r.waiting[n].work() <= maxBatch) {
		work += r.waiting[n].work()
		n++
	}
	batch, r.waiting = r.waiting[:n:n], r.waiting[n:]
	r.work -= work
	select {
	case <-r.enough:
	default:
	}
	// With thousands of networks, a large report would wait minutes for its share.
	r.now += max(leastWork, float64(work)/float64(max(1, len(r.until))))
	maps.DeleteFunc(r.until, func(_ netip.Prefix, turn float64) bool { return turn <= r.now })
	if len(r.waiting) == 0 {
		clear(r.until)
		r.now = 0
	}
	return batch, len(r.waiting) > 0
}

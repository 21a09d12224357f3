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

// A room is where reports wait for a transaction. Networks take turns in it, by
// work and not by reports: each batch gets those that are next in a fair queue, and
// while the room is full, those that would be last give way. So what one network
// piles up keeps no small report of another waiting, or out.
type room struct {
	arrived chan struct{} // holds one from the first report that waits on, until run takes it
	enough  chan struct{} // holds one while so many reports wait that a batch waits for no more
	batch   int           // how many these are

	mu      sync.Mutex
	waiting []*pending // in the order of their turns
	work    int        // of those that wait
	first   time.Time  // when the first of them came

	// A report's turn is when it would be done if all networks were served at once,
	// each with an equal share: time is told by what was done for each.
	now   float64
	until map[netip.Prefix]float64 // the last turn of a network, if that is to come
}

// A pending report waits for what becomes of it.
type pending struct {
	report store.Submission
	result chan error
	turn   float64
}

// The work of a report is its counters, of which one may have a thousand times as
// many as another. What a report costs besides is that of some counters.
const (
	leastWork  = 20
	maxBatch   = 1_000 * leastWork // in a transaction, for which all others wait
	maxWaiting = 5 * maxBatch
)

var errBusy = errors.New("too many reports are waiting")

func newRoom(batch int) *room {
	return &room{arrived: make(chan struct{}, 1), enough: make(chan struct{}, 1), batch: batch, until: map[netip.Prefix]float64{}}
}

func (p *pending) work() int { return max(leastWork, len(p.report.Counters)) }

// enter has a report wait for its turn. While there is no room, the last of all
// are told so, which may be this one. Only the first that waits wakes run, and the one
// that makes it enough: a wake for each costs a report more than its place in the batch.
func (r *room) enter(p *pending) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p.turn = max(r.now, r.until[p.report.Site]) + float64(p.work())
	r.until[p.report.Site] = p.turn
	at, _ := slices.BinarySearchFunc(r.waiting, p.turn, func(one *pending, turn float64) int {
		if one.turn <= turn { // of equals the first is first
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
		default: // there were as many before
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

// refuses reports whether a network's report would be sent away at once.
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
	// With thousands of networks a large report would wait for its share for minutes.
	r.now += max(leastWork, float64(work)/float64(max(1, len(r.until))))
	maps.DeleteFunc(r.until, func(_ netip.Prefix, turn float64) bool { return turn <= r.now })
	if len(r.waiting) == 0 {
		clear(r.until)
		r.now = 0
	}
	return batch, len(r.waiting) > 0
}

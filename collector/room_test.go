package collector

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// waiter is a report with so many counters, of one network of many.
func waiter(network, counters int) *pending {
	site := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(network >> 8), byte(network)}), 24)
	return &pending{report: store.Submission{Report: wire.Report{Counters: make([]wire.Counter, counters)}, Site: site}, result: make(chan error, 1)}
}

// TestReportsOfOneNetworkAreTakenInTurn, as they came, and one more than has room is
// sent away.
func TestReportsOfOneNetworkAreTakenInTurn(t *testing.T) {
	for _, counters := range []int{1, 1_500} {
		r := newRoom(1_000)
		room := maxWaiting / max(counters, leastWork)
		var all []*pending
		for range room + 1 {
			one := waiter(1, counters)
			all = append(all, one)
			r.enter(one)
		}
		if len(r.waiting) != room || len(all[room].result) != 1 {
			t.Errorf("%d reports of %d counters wait, want %d and the last sent away", len(r.waiting), counters, room)
		}
		<-r.arrived
		n := 0
		for more := true; more; {
			var batch []*pending
			if batch, more = r.take(); len(batch) == 0 || len(batch) > maxBatch/max(counters, leastWork) {
				t.Fatalf("a batch of %d reports of %d counters", len(batch), counters)
			}
			for _, one := range batch {
				if one != all[n] || len(one.result) != 0 {
					t.Fatalf("report %d is out of turn", n)
				}
				n++
			}
		}
		if n != room {
			t.Errorf("%d of %d reports were taken", n, room)
		}
	}
}

// TestEnoughReportsAreNotWaitedFor: the first that waits and the one that makes it enough
// wake who commits, and what was taken counts no more.
func TestEnoughReportsAreNotWaitedFor(t *testing.T) {
	r := newRoom(3)
	for round := range 2 {
		for n, want := range []int{0, 0, 1, 1} {
			r.enter(waiter(n, 1))
			if len(r.arrived) != 1 || len(r.enough) != want {
				t.Errorf("round %d, %d reports: arrived %d, enough %d", round, n+1, len(r.arrived), len(r.enough))
			}
		}
		<-r.arrived
		if batch, more := r.take(); len(batch) != 4 || more || len(r.enough) != 0 {
			t.Errorf("round %d: %d reports were taken, more %v, enough %d", round, len(batch), more, len(r.enough))
		}
	}
}

// TestNetworksTakeTurns: a hundred send large reports until there is no room, and go
// on. What others send is taken with the next batch, small or large, and what the
// hundred pile up gives way, the same for each. That it will is known beforehand.
func TestNetworksTakeTurns(t *testing.T) {
	const networks, counters, rounds = 100, 2_000, 200
	r := newRoom(1_000)
	var taken [networks]int
	for round := range rounds {
		for network := range networks {
			one := waiter(network, counters)
			refused := r.refuses(one.report.Site, counters)
			if r.enter(one); refused != (len(one.result) == 1) {
				t.Fatalf("round %d: a report of network %d was said to be sent away: %v, it was: %v", round, network, refused, !refused)
			}
		}
		others := []*pending{waiter(1_000+round, 1), waiter(1_000+round, 200), waiter(2_000+round%50, 4)}
		for _, one := range others {
			r.enter(one)
		}
		batch, _ := r.take()
		in := map[*pending]bool{}
		for _, one := range batch {
			in[one] = true
			if address := one.report.Site.Addr().As4(); len(one.report.Counters) == counters {
				taken[address[2]]++
			}
		}
		for i, one := range others {
			if !in[one] {
				t.Fatalf("round %d: report %d of another network is not in the next batch", round, i)
			}
		}
	}
	for network, n := range taken { // 9 of each batch, a hundredth each
		if n < 9*rounds/networks-2 || n > 9*rounds/networks+2 {
			t.Errorf("%d reports of network %d were taken", n, network)
		}
	}
}

// TestALargeReportIsTakenInTheEnd, though reports of ever other networks come before
// it and fill every batch.
func TestALargeReportIsTakenInTheEnd(t *testing.T) {
	r := newRoom(1_000)
	large := waiter(0, 400)
	r.enter(large)
	for network := range 1_500 {
		r.enter(waiter(1+network, 1))
	}
	for batches := range 100 {
		batch, _ := r.take()
		for _, one := range batch {
			if one == large {
				return
			}
		}
		for i := range batch {
			r.enter(waiter(2_000+batches%50*1_000+i, 1))
		}
		if len(large.result) != 0 {
			t.Fatal("it gave way")
		}
	}
	t.Error("it was not taken in a hundred batches")
}

// TestEveryReportThatWaitsIsTaken while others come: each is taken once, or sent away.
func TestEveryReportThatWaitsIsTaken(t *testing.T) {
	r := newRoom(1_000)
	const senders, each = 8, 2_000
	var sending sync.WaitGroup
	var taken, away atomic.Int32
	for sender := range senders {
		sending.Go(func() {
			for range each {
				one := waiter(sender, sender*100)
				r.enter(one)
				if <-one.result != nil {
					away.Add(1)
				}
			}
		})
	}
	done := make(chan bool)
	go func() { sending.Wait(); close(done) }()
	for ended := false; !ended; {
		select {
		case <-r.arrived:
		case <-done:
			ended = true
			continue
		case <-time.After(time.Minute):
			t.Fatalf("%d reports were taken, and nobody says that others wait", taken.Load())
		}
		for more := true; more; {
			var batch []*pending
			batch, more = r.take()
			for _, one := range batch {
				taken.Add(1)
				one.result <- nil
			}
		}
	}
	if taken.Load()+away.Load() != senders*each || len(r.arrived) != 0 || len(r.waiting) != 0 || r.work != 0 || len(r.until) != 0 {
		t.Errorf("%d taken, %d sent away of %d; %d reports with work of %d wait, of %d networks", taken.Load(), away.Load(), senders*each, len(r.waiting), r.work, len(r.until))
	}
}

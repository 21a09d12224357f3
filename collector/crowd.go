package collector

import (
	"cmp"
	"errors"
	"net/netip"
	"slices"
	"sync"

	"github.com/telemetrygen/telemetrygen/collector/intake"
)

// A crowd has what senders hold open: connections without a complete request, and requests
// without a complete body. It bounds the memory of all of them together. If they need more,
// those of the networks that hold most have to give way, the oldest of each network first. A
// complete report does not belong to the crowd: it waits in the room, and its memory is taken
// from the crowd's.
type crowd struct {
	most    int    // bytes
	gaveWay func() // is called when some gave way; it must not block

	mu    sync.Mutex
	bytes int
	whole int // reports that are answered
	came  uint64
	there map[*guest]struct{}
}

// A guest is one connection or one request.
type guest struct {
	network intake.Network
	who     interface{ end() } // makes it leave soon, without blocking
	bytes   int
	came    uint64        // the number of guests before it
	gone    chan struct{} // if not nil, closed when it has to give way
}

// The memory of a guest that has sent nothing yet, in bytes: stacks, buffers and what
// net/http keeps.
const (
	guestBytes       = 20 << 10
	secureGuestBytes = 40 << 10 // under TLS
	maxCrowd         = 48 << 20
)

// fairStep is by how many bytes networks may differ and still count as equal: one that
// sends a report holds more than one that only opened a connection.
const fairStep = 2 * guestBytes

var errCrowded = errors.New("too much of this network is not finished")

func newCrowd(most int, gaveWay func()) *crowd {
	return &crowd{most: most, gaveWay: gaveWay, there: map[*guest]struct{}{}}
}

// enter adds a guest as the newest. It may have to give way at once.
func (c *crowd) enter(g *guest) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.came++
	g.came = c.came
	c.there[g] = struct{}{}
	c.bytes += g.bytes
	c.makeRoom()
}

// end makes incomplete bodies give way.
func (c *crowd) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for g := range c.there {
		if _, body := g.who.(*coming); body {
			c.giveWay(g)
		}
	}
}

func (c *crowd) giveWay(g *guest) {
	c.remove(g)
	if g.gone != nil {
		close(g.gone)
	}
	g.who.end()
}

// leave removes a guest, and reports whether it was still there.
func (c *crowd) leave(g *guest) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.remove(g)
}

// grow adds to the bytes that a guest holds.
func (c *crowd) grow(g *guest, bytes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, there := c.there[g]; there {
		g.bytes += bytes
		c.bytes += bytes
		c.makeRoom()
	}
}

// whenGone returns a channel that is closed when a guest has to give way.
func (c *crowd) whenGone(g *guest) <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	g.gone = make(chan struct{})
	if _, there := c.there[g]; !there {
		close(g.gone)
	}
	return g.gone
}

func (c *crowd) remove(g *guest) bool {
	_, there := c.there[g]
	if there {
		delete(c.there, g)
		c.bytes -= g.bytes
	}
	return there
}

// answering counts the complete reports.
func (c *crowd) answering(reports int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.whole += reports
}

// makeRoom ends guests if they hold too much, until a tenth is free, so that they are seldom
// sorted. The more its network has held since a guest came, the earlier the guest has to go.
func (c *crowd) makeRoom() {
	most := max(c.most/4, c.most-c.whole*guestBytes)
	if c.bytes <= most {
		return
	}
	all := make([]*guest, 0, len(c.there))
	for g := range c.there {
		all = append(all, g)
	}
	slices.SortFunc(all, func(a, b *guest) int { return cmp.Compare(b.came, a.came) })
	held, shares := map[netip.Prefix]int{}, make(map[*guest]int, len(all))
	for _, g := range all { // the newest first
		held[g.network.Site] += g.bytes
		share := held[g.network.Site]
		if g.network.Provider.IsValid() {
			held[g.network.Provider] += g.bytes
			share = max(share, held[g.network.Provider]/intake.SitesPerProvider)
		}
		shares[g] = share / fairStep
	}
	slices.SortStableFunc(all, func(a, b *guest) int { return cmp.Compare(shares[a], shares[b]) })
	for c.bytes > most-most/10 {
		last := all[len(all)-1]
		all = all[:len(all)-1]
		c.giveWay(last)
	}
	c.gaveWay()
}

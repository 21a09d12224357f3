package collector

import (
	"net"
	"net/http"
	"net/netip"
	"sync"

	"github.com/telemetrygen/telemetrygen/collector/intake"
)

// A crowd bounds what each network has under way at the same time: what is held
// open costs memory, however slowly it goes on. While there are few, a network may
// have more: honest ones do when reports take long.
type crowd struct {
	most int // of one site, when there are more than crowded times as many

	mu    sync.Mutex
	all   int
	there map[netip.Prefix]int
}

const crowded = 20

func newCrowd(most int) *crowd { return &crowd{most: most, there: map[netip.Prefix]int{}} }

// enter adds n, and reports whether the network has no more than it may. What enters
// has to leave, whatever enter reports.
func (c *crowd) enter(network intake.Network, n int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	site, provider := c.add(network.Site, n), c.add(network.Provider, n)
	c.all += n
	return c.all <= crowded*c.most || site <= c.most && provider <= sitesPerProvider*c.most
}

func (c *crowd) leave(network intake.Network, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.add(network.Site, -n)
	c.add(network.Provider, -n)
	c.all -= n
}

func (c *crowd) add(prefix netip.Prefix, n int) int {
	if !prefix.IsValid() {
		return 0
	}
	there := c.there[prefix] + n
	if c.there[prefix] = there; there == 0 {
		delete(c.there, prefix)
	}
	return there
}

// connectionsPerSite is how many connections one network may hold. A CLI has one,
// for as long as a report takes.
const connectionsPerSite = 50

// connected closes the connections of a network that has too many; a proxy has as
// many as it likes.
func (s *Server) connected(connection net.Conn, state http.ConnState) {
	network := intake.NetworkOfConnection(connection.RemoteAddr(), s.config.TrustedProxies)
	if !network.Site.IsValid() {
		return
	}
	switch state {
	case http.StateNew:
		if !s.connections.enter(network, 1) {
			connection.Close()
			if s.logged.Allow(s.now(), []byte("connected")) {
				s.log.Warn("a network has too many connections", "most", connectionsPerSite)
			}
		}
	case http.StateClosed:
		s.connections.leave(network, 1)
	}
}

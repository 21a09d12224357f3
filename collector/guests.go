package collector

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"

	"github.com/telemetrygen/telemetrygen/collector/intake"
)

// A connection is in the crowd, except while one of its requests is answered.
type connection struct {
	guest
	socket net.Conn // without TLS, whose Close would write
}

func (c *connection) end() { c.socket.Close() }

type connectionKey struct{}

// connected adds an accepted connection, or closes it if its network opens too many: TLS costs
// more than a request. Connections of proxies do not count; their requests count for the
// networks that they come from.
func (s *Server) connected(ctx context.Context, socket net.Conn) context.Context {
	network := intake.NetworkOfConnection(socket.RemoteAddr(), s.config.TrustedProxies)
	if !network.Site.IsValid() {
		return ctx
	}
	c := &connection{guest: guest{network: network, bytes: guestBytes}, socket: socket}
	if secure, ok := socket.(*tls.Conn); ok {
		c.socket, c.bytes = secure.NetConn(), secureGuestBytes
	}
	if !s.arrivals.Allow(s.now(), network, 1) {
		c.end()
		return ctx
	}
	c.who = c
	s.connections.Store(socket, c)
	s.crowd.enter(&c.guest)
	return context.WithValue(ctx, connectionKey{}, c)
}

// disconnected removes a connection that was closed.
func (s *Server) disconnected(socket net.Conn, state http.ConnState) {
	if state != http.StateClosed {
		return
	}
	if c, there := s.connections.LoadAndDelete(socket); there {
		s.crowd.leave(&c.(*connection).guest)
	}
}

// attended removes a connection from the crowd while one of its requests is answered. After
// that it is the newest there.
func (s *Server) attended(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, ok := r.Context().Value(connectionKey{}).(*connection); ok {
			s.crowd.leave(&c.guest)
			defer s.crowd.enter(&c.guest)
		}
		next.ServeHTTP(w, r)
	})
}

// A coming body is in the crowd until it is complete, with the bytes that have come.
type coming struct {
	guest
	crowd   *crowd
	body    io.ReadCloser
	control *http.ResponseController
}

// bringing adds a request to the crowd. If it has to give way, reading its body fails.
func (s *Server) bringing(w http.ResponseWriter, r *http.Request, from intake.Network) *coming {
	c := &coming{guest: guest{network: from, bytes: guestBytes}, crowd: s.crowd, body: r.Body, control: http.NewResponseController(w)}
	if r.TLS != nil {
		c.bytes = secureGuestBytes
	}
	c.who = c
	s.crowd.enter(&c.guest)
	r.Body = c
	return c
}

func (c *coming) end() { c.control.SetReadDeadline(longAgo) }

func (c *coming) Read(p []byte) (int, error) {
	n, err := c.body.Read(p)
	c.crowd.grow(&c.guest, n)
	return n, err
}

func (c *coming) Close() error { return c.body.Close() }

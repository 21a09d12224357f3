package collector

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// Limits of one connection. A report is small and so are the answers.
const (
	headerTimeout = 5 * time.Second
	readTimeout   = 15 * time.Second
	writeTimeout  = 60 * time.Second
	idleTimeout   = 30 * time.Second
	maxHeader     = 16 << 10
	maxFrame      = 16 << 10 // of HTTP/2; memory for it is taken before it comes
)

// serve answers on all listeners until ctx is done or one of them fails, and
// returns when the requests that were begun have been answered.
func (s *Server) serve(ctx context.Context, sides map[net.Listener]http.Handler) error {
	served := make(chan error, len(sides))
	var servers []*http.Server
	for listener, handler := range sides {
		server := &http.Server{
			Handler:           handler,
			ConnContext:       s.connected,
			ConnState:         s.disconnected,
			ReadHeaderTimeout: headerTimeout,
			ReadTimeout:       readTimeout,
			WriteTimeout:      writeTimeout,
			IdleTimeout:       idleTimeout,
			MaxHeaderBytes:    maxHeader,
			HTTP2:             &http.HTTP2Config{MaxReadFrameSize: maxFrame, MaxReceiveBufferPerConnection: wire.MaxBody, MaxReceiveBufferPerStream: wire.MaxBody},
			ErrorLog:          log.New(io.Discard, "", 0), // its lines have the senders' addresses; see acceptor
		}
		servers = append(servers, server)
		go func() { served <- server.Serve(&acceptor{listener, s, server}) }()
	}
	var failure error
	select {
	case failure = <-served:
	case <-ctx.Done():
	}
	deadline, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	cut := make([]error, len(servers))
	var ending sync.WaitGroup
	for i, server := range servers {
		ending.Go(func() {
			if err := server.Shutdown(deadline); err != nil {
				cut[i] = errors.Join(fmt.Errorf("requests were cut off: %w", err), server.Close())
			}
		})
	}
	ending.Wait()
	return errors.Join(append(cut, failure)...)
}

// An acceptor logs why connections are not accepted, which net/http would only
// write among lines that have addresses, and makes room where that is possible.
type acceptor struct {
	net.Listener
	collector *Server
	server    *http.Server
}

// Accept returns errors as they are: net/http tries again after those that pass.
func (a *acceptor) Accept() (net.Conn, error) {
	connection, err := a.Listener.Accept()
	if err != nil && !errors.Is(err, net.ErrClosed) {
		if a.collector.logged.Allow(a.collector.now(), []byte("accept")) {
			a.collector.log.Error("connections cannot be accepted", "error", err)
		}
		// Usually there are no file descriptors left. Connections that wait for
		// another request have some: this closes them, and new ones stay open.
		a.server.SetKeepAlivesEnabled(false)
		a.server.SetKeepAlivesEnabled(true)
	}
	return connection, err
}

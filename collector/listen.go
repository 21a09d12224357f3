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
)

// Limits of one connection. A report is small and so are the answers.
const (
	headerTimeout = 5 * time.Second
	readTimeout   = 15 * time.Second
	writeTimeout  = 60 * time.Second
	idleTimeout   = 30 * time.Second
	maxHeader     = 16 << 10
)

// serve answers on all listeners until ctx is done or one of them fails. It returns after the
// requests that had begun were answered.
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
			Protocols:         onlyHTTP1(),
			// Otherwise OPTIONS * is answered before the handler and its limits.
			DisableGeneralOptionsHandler: true,
			ErrorLog:                     log.New(io.Discard, "", 0), // its lines have the senders' addresses; see acceptor
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
	defer time.AfterFunc(bodyPatience, s.crowd.end).Stop()
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

// onlyHTTP1 turns HTTP/2 off: a CLI sends one request a connection, and frames other than
// requests (pings, settings, empty ones) have no limit and cost CPU.
func onlyHTTP1() *http.Protocols {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return protocols
}

// An acceptor logs why connections are not accepted, and makes room if it can. net/http's
// own log is off, because its lines have addresses.
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
		// Usually there are no file descriptors left. This closes idle connections, which
		// hold some; new connections stay open.
		a.server.SetKeepAlivesEnabled(false)
		a.server.SetKeepAlivesEnabled(true)
	}
	return connection, err
}

// Package collector is the server behind the CLIs that telemetrygen
// instruments: it takes their reports, keeps what they amount to, and feeds
// Graphite, Prometheus and a dashboard.
package collector

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"sync"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/dashboard"
	"github.com/telemetrygen/telemetrygen/collector/sink"
	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// Config is what a collector needs to know.
type Config struct {
	Store          *store.Store    // nil: keep nothing, pass every report on to the sinks
	AllowList      *wire.AllowList // nil: every command is taken
	Sinks          []sink.Sink
	Interval       time.Duration // between two values of a series, at a sink
	Retention      time.Duration // of what is kept by install and by day
	TrustedProxies []netip.Prefix
	Log            *slog.Logger
}

// A Server is an http.Handler and what goes on behind it.
type Server struct {
	config    Config
	log       *slog.Logger
	now       func() time.Time
	mux       *http.ServeMux
	metrics   *metrics
	committer *committer
	queues    []*sink.Queue
	installs  *limiter
	addresses *limiter
	logged    *limiter // lines that senders can cause
}

// New returns a server that does nothing before Run.
func New(config Config) *Server {
	s := &Server{
		config:    config,
		log:       config.Log,
		now:       time.Now,
		mux:       http.NewServeMux(),
		installs:  newLimiter(reportsPerMinute/60, reportsPerMinute),
		addresses: newLimiter(requestsPerSecond, 2*requestsPerSecond),
		logged:    newLimiter(1, 10),
	}
	for _, one := range config.Sinks {
		s.queues = append(s.queues, sink.NewQueue(sink.QueueOptions{Sink: one, Log: config.Log}))
	}
	s.metrics = newMetrics(s)
	if config.Store != nil {
		s.committer = newCommitter(config.Store, s.metrics)
		s.mux.Handle("GET /{$}", dashboard.Handler(config.Store, s.now))
	}
	s.mux.HandleFunc("POST /telemetry", s.takeReport)
	s.mux.HandleFunc("DELETE /telemetry/{id}", s.forget)
	s.mux.Handle("GET /metrics", s.metrics.handler())
	s.mux.HandleFunc("GET /healthz", s.health)
	return s
}

// Limits of one connection. A report is small and so are the answers.
const (
	headerTimeout = 5 * time.Second
	readTimeout   = 15 * time.Second
	writeTimeout  = 60 * time.Second
	idleTimeout   = 30 * time.Second
	maxHeader     = 16 << 10

	// shutdownTimeout is for the requests that are being answered, and then
	// for what the sinks have not got yet.
	shutdownTimeout = 10 * time.Second
)

// Run serves until ctx is done, and then ends what was begun: requests are
// answered, and the sinks get what they have not got yet.
func (s *Server) Run(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          log.New(io.Discard, "", 0), // it has addresses
	}
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	var work sync.WaitGroup
	if s.config.Store != nil {
		for _, reader := range s.readers() {
			if err := s.config.Store.Begin(ctx, reader.name); err != nil {
				stop()
				return fmt.Errorf("store: %w", err)
			}
		}
		work.Go(func() { s.committer.run(background) })
		work.Go(func() { s.emit(background) })
		work.Go(func() { s.expire(background) })
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()

	var failure error
	select {
	case failure = <-served:
	case <-ctx.Done():
		deadline, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
		if err := server.Shutdown(deadline); err != nil {
			failure = errors.Join(fmt.Errorf("requests were cut off: %w", err), server.Close())
		}
		cancel()
	}
	stop()
	work.Wait()
	deadline, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	for _, queue := range s.queues {
		if err := queue.Close(deadline); err != nil {
			s.log.Warn("a sink did not get everything", "error", err)
		}
	}
	return failure
}

// ServeHTTP bounds how much one network can ask for, whatever it asks.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer func() {
		if cause := recover(); cause != nil {
			s.log.Error("a request failed", "path", r.URL.Path, "cause", cause, "stack", string(debug.Stack()))
			panic(http.ErrAbortHandler)
		}
	}()
	header := w.Header()
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	if r.URL.Path != "/healthz" && !s.addresses.allow(s.now(), s.network(r)) {
		problem := tooMany("too many requests from this network", time.Second)
		if r.URL.Path != "/telemetry" {
			problem.outcome = notAReport
		}
		s.answer(w, problem)
		return
	}
	s.mux.ServeHTTP(w, r)
}

func (s *Server) health(w http.ResponseWriter, r *http.Request) {
	if s.config.Store != nil {
		if err := s.config.Store.Ping(r.Context()); err != nil {
			s.log.Error("the store does not answer", "error", err)
			s.answer(w, unavailable)
			return
		}
	}
	fmt.Fprintln(w, "OK")
}

// expire erases what is older than the retention, at the start and once a day.
// With several collectors each does; there is then nothing left to erase.
func (s *Server) expire(ctx context.Context) {
	for {
		if err := s.config.Store.Expire(ctx, s.now(), s.config.Retention); err != nil && ctx.Err() == nil {
			s.log.Error("old reports could not be erased", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(24 * time.Hour):
		}
	}
}

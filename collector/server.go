// Package collector is the server behind the CLIs that telemetrygen instruments. It takes
// their reports, stores the totals, and feeds Graphite, Prometheus and a dashboard.
package collector

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/intake"
	"github.com/telemetrygen/telemetrygen/collector/passthrough"
	"github.com/telemetrygen/telemetrygen/collector/sink"
	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// Config configures a collector.
type Config struct {
	Store           *store.Store    // nil: store nothing, pass every report on to the sinks
	AllowList       *wire.AllowList // nil: take every command
	Limits          store.Limits    // of the store
	Sinks           []sink.Sink
	Interval        time.Duration // between two values of a series at a sink
	Retention       time.Duration // how long rows of installs and of days are kept
	TrustedProxies  []netip.Prefix
	PrivateToken    string // required on the private side; empty: everyone who reaches it may read it
	PublicDashboard bool   // shows what many installs use, from a cache, on the public side
	Log             *slog.Logger
}

// A Server has two handlers, Public and Private, and the work behind them.
type Server struct {
	config      Config
	log         *slog.Logger
	now         func() time.Time
	allowed     atomic.Pointer[wire.AllowList]
	metrics     *metrics
	ready       readiness
	decisions   decisions
	committer   *committer
	queues      []*sink.Queue
	installs    *intake.Limiter
	passed      *passthrough.Limiter // without a store
	crowd       *crowd
	connections sync.Map               // *connection by net.Conn
	arrivals    *intake.NetworkLimiter // of connections
	requests    *intake.NetworkLimiter
	erasures    *intake.NetworkLimiter
	erasing     *turns
	decoding    chan struct{}   // holds one for each large report that is being decoded
	logged      *intake.Limiter // of log lines that senders can cause
}

// New returns a server that does nothing before Run.
func New(config Config) *Server {
	s := &Server{
		config:   config,
		log:      config.Log,
		now:      time.Now,
		installs: intake.NewIDLimiter(),
		passed:   passthrough.NewLimiter(),
		arrivals: intake.NewNetworkLimiter(2*requestsPerSite, 4*requestsPerSite),
		requests: intake.NewNetworkLimiter(requestsPerSite, 2*requestsPerSite),
		erasures: intake.NewNetworkLimiter(erasuresPerSite, 10*erasuresPerSite),
		erasing:  newTurns(),
		decoding: make(chan struct{}, largeAtOnce),
		logged:   intake.NewLimiter(1, 10),
	}
	s.crowd = newCrowd(maxCrowd, func() {
		if s.logged.Allow(s.now(), []byte("crowd")) {
			s.log.Warn("too much is not finished: what the networks that hold most began first is ended", "most", maxCrowd)
		}
	})
	if config.Store != nil {
		config.Store.Limit(config.Limits)
	}
	s.Allow(config.AllowList)
	waiting := 0 // what there is by default
	if config.Store == nil {
		waiting = passedSamples
	}
	for _, one := range config.Sinks {
		s.queues = append(s.queues, sink.NewQueue(sink.QueueOptions{Sink: one, Samples: waiting, Log: config.Log}))
	}
	s.metrics = newMetrics(s)
	if config.Store != nil {
		s.committer = newCommitter(config.Store, s.metrics, &s.ready, func() time.Time { return s.now() })
	}
	return s
}

// Allow replaces the list of commands that are taken; nil takes every command.
func (s *Server) Allow(list *wire.AllowList) {
	s.allowed.Store(list)
	if s.config.Store != nil {
		s.config.Store.Allow(list)
	}
}

const (
	// shutdownTimeout is for requests that are being answered, and then, without a store, for
	// what the sinks have not got yet.
	shutdownTimeout = 10 * time.Second
	// bodyPatience is for bodies that are being received: all others would be cut off because
	// of one that does not end.
	bodyPatience = time.Second
	// sinksTimeout is, with a store, for what the sinks have not got yet: they get the totals
	// again after the next start.
	sinksTimeout = 3 * time.Second
)

// Run serves both sides until ctx is done. Then it answers the requests that had begun, and
// gives the sinks what they have not got yet.
func (s *Server) Run(ctx context.Context, public, private net.Listener) error {
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var work sync.WaitGroup
	if s.config.Store != nil {
		for _, reader := range s.readers() {
			if err := s.config.Store.Begin(ctx, reader.name); err != nil {
				return errors.Join(fmt.Errorf("store: %w", err), public.Close(), private.Close())
			}
		}
		work.Go(func() { s.committer.run(background) })
		work.Go(func() { s.emit(background) })
		work.Go(func() { s.expire(background) })
		work.Go(func() { s.ready.watch(background, s.config.Store.Probe) })
	}
	failure := s.serve(ctx, map[net.Listener]http.Handler{public: s.Public(), private: s.Private()})
	stop()
	work.Wait()
	patience := sinksTimeout
	if s.config.Store == nil {
		patience = shutdownTimeout
	}
	deadline, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	for _, queue := range s.queues {
		if err := queue.Close(deadline); err != nil {
			s.log.Warn("a sink did not get everything", "error", err)
		}
	}
	return failure
}

// expire erases what is older than the retention, at the start and once a day. If there are
// several collectors, each does so; all but the first find nothing.
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

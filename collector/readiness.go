package collector

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// readiness says whether reports can be kept, by the last commit. If that failed, the store
// is asked until it can write again: a collector that is not ready may get no reports by
// which it could tell.
type readiness struct {
	mu  sync.Mutex
	err error // of the last commit
}

const (
	// readyPause is the time between two attempts at a store that failed.
	readyPause = time.Second
	// readyTimeout is for a store that does not answer at all.
	readyTimeout = 5 * time.Second
)

// set stores how the last commit ended.
func (r *readiness) set(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err = err
}

func (r *readiness) get() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// watch asks a store that failed until it can write again, or ctx is done.
func (r *readiness) watch(ctx context.Context, probe func(context.Context) error) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(readyPause):
		}
		if r.get() == nil {
			continue
		}
		ask, cancel := context.WithTimeout(ctx, readyTimeout)
		if err := probe(ask); ctx.Err() == nil {
			r.set(err)
		}
		cancel()
	}
}

// readyz answers 503 and why while reports cannot be kept.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	if err := s.unready(r.Context()); err != nil {
		http.Error(w, fmt.Sprintf("reports cannot be kept: %v", err), http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "OK")
}

// readyzToStrangers writes the reason to the log, not into the answer: it may have the name
// of a file, or of a user of the database.
func (s *Server) readyzToStrangers(w http.ResponseWriter, r *http.Request) {
	if err := s.unready(r.Context()); err != nil {
		if s.logged.Allow(s.now(), []byte("ready")) {
			s.log.Error("reports cannot be kept", "error", err)
		}
		http.Error(w, "reports cannot be kept: the log says why", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "OK")
}

// unready returns why reports cannot be kept, or nil.
func (s *Server) unready(ctx context.Context) error {
	if s.config.Store == nil {
		return nil
	}
	if err := s.ready.get(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	return s.config.Store.Ping(ctx)
}

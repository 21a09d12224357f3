package collector

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// readiness is whether reports can be kept: the last commit tells, and where it
// failed, the store is asked until it can write again, since a collector that is
// not ready may get no reports to try.
type readiness struct {
	mu  sync.Mutex
	err error // of the last commit
}

const (
	// readyPause is the time between two questions to a store that failed.
	readyPause = time.Second
	// readyTimeout is for a store that does not answer at all.
	readyTimeout = 5 * time.Second
)

// set keeps how the last commit ended.
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

// watch asks a store that failed again, until ctx is done.
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
	if s.config.Store != nil {
		err := s.ready.get()
		if err == nil {
			ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
			err = s.config.Store.Ping(ctx)
			cancel()
		}
		if err != nil {
			http.Error(w, fmt.Sprintf("reports cannot be kept: %v", err), http.StatusServiceUnavailable)
			return
		}
	}
	fmt.Fprintln(w, "OK")
}

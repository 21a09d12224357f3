//go:build !notelemetry

package telemetry

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// collector is a real HTTP server on loopback that keeps what it received.
type collector struct {
	*httptest.Server
	mu       sync.Mutex
	requests []received
	arrived  chan struct{}
}

type received struct {
	method, contentType, body string
}

// newCollector answers 200 OK, or what answer does.
func newCollector(t testing.TB, answer http.HandlerFunc) *collector {
	c := &collector{arrived: make(chan struct{}, 1000)}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		c.mu.Lock()
		c.requests = append(c.requests, received{r.Method, r.Header.Get("Content-Type"), string(body)})
		c.mu.Unlock()
		if answer != nil {
			answer(w, r)
		} else {
			_, _ = w.Write([]byte("OK"))
		}
		c.arrived <- struct{}{}
	}))
	t.Cleanup(c.Close)
	return c
}

func (c *collector) bodies() []received {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]received(nil), c.requests...)
}

// wait waits until n requests have arrived.
func (c *collector) wait(t testing.TB, n int) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for len(c.bodies()) < n {
		select {
		case <-c.arrived:
		case <-deadline:
			t.Fatalf("%d requests arrived, not %d", len(c.bodies()), n)
		}
	}
}

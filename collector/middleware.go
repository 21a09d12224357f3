package collector

import (
	"net/http"
	"runtime/debug"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/intake"
)

// A middleware is a handler around a handler.
type middleware func(http.Handler) http.Handler

// within wraps a handler; the first layer is the outermost.
func within(handler http.Handler, layers ...middleware) http.Handler {
	for i := len(layers) - 1; i >= 0; i-- {
		handler = layers[i](handler)
	}
	return handler
}

// recovered logs a panic, with its stack, and cuts the connection off: net/http
// would write it among lines that have addresses.
func (s *Server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if cause := recover(); cause != nil {
				if cause != http.ErrAbortHandler { //nolint:errorlint // not an error but what was panicked with
					s.log.Error("a request failed", "path", r.URL.Path, "cause", cause, "stack", string(debug.Stack()))
				}
				panic(http.ErrAbortHandler)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// hardened tells browsers to guess nothing and to tell nobody.
func hardened(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(w, r)
	})
}

// How much one network may ask for a second, with a burst of twice that. An
// office behind one address, reporting hourly, stays far below the first; the
// second keeps a provider's customer, who has 65,536 sites at most, in bounds.
const (
	requestsPerSite     = 50
	requestsPerProvider = 500
)

// limited bounds how much one network can ask for, whatever it asks.
func (s *Server) limited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		network := intake.NetworkOf(r, s.config.TrustedProxies)
		allowed := s.sites.Allow(s.now(), intake.Key(network.Site))
		if allowed && network.Provider.IsValid() {
			allowed = s.providers.Allow(s.now(), intake.Key(network.Provider))
		}
		if !allowed {
			problem := tooMany("too many requests from this network", time.Second)
			if r.URL.Path != "/telemetry" {
				problem.outcome = notAReport
			}
			s.answer(w, problem)
			return
		}
		next.ServeHTTP(w, r)
	})
}

package collector

import (
	"fmt"
	"net/http"

	"github.com/telemetrygen/telemetrygen/collector/dashboard"
)

// Public returns the handler for the internet, where no sender is known. It takes reports and
// erasures, and says that it is alive. With Config.PublicDashboard it also shows what many
// installs use.
func (s *Server) Public() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", alive) // for other methods than below
	mux.HandleFunc("POST /telemetry", s.takeReport)
	mux.Handle("DELETE /telemetry/{id}", s.limited(s.erasures, s.erasing.each(http.HandlerFunc(s.forget)))) // each is a transaction that reports wait for
	if s.config.PublicDashboard && s.config.Store != nil {
		listed := func(app string) bool { return s.allowed.Load().Has(app) }
		mux.Handle("GET /{$}", newCachedPage(dashboard.PublicPage(s.config.Store, s.now, listed), s.now))
		mux.Handle("GET /commands.json", newCachedPage(dashboard.PublicJSON(s.config.Store, s.now, listed), s.now))
	}
	limited := s.limited(s.requests, mux)
	watched := s.limited(newWatchLimiter(), http.HandlerFunc(alive))
	outside := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { // a second mux would cost each report a twentieth of what it allocates
		if r.URL.Path == "/healthz" && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
			watched.ServeHTTP(w, r) // with a limiter of its own, so that probes are always answered
			return
		}
		limited.ServeHTTP(w, r)
	})
	return within(outside, s.attended, s.recovered, hardened)
}

// alive answers that the process runs; readyz answers whether it can do its work.
func alive(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "OK") }

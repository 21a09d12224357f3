package collector

import (
	"net/http"

	"github.com/telemetrygen/telemetrygen/collector/api"
	"github.com/telemetrygen/telemetrygen/collector/dashboard"
)

// Private returns the handler for those who run the collector: the dashboard, the API, the
// metrics and readiness.
func (s *Server) Private() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", alive)
	mux.HandleFunc("GET /readyz", s.readyz)
	mux.Handle("GET /metrics", newTurns().each(s.metrics.handler()))
	if s.config.Store != nil {
		questions := newTurns()
		mux.Handle("GET /api/v1/", questions.each(api.Handler(s.config.Store, s.now)))
		mux.Handle("GET /", questions.each(dashboard.Handler(s.config.Store, s.now)))
		mux.HandleFunc("PUT /api/v1/apps/{app}/releases/{version}", s.register)
		mux.HandleFunc("DELETE /api/v1/apps/{app}/releases/{version}", s.unregister)
	}
	strangers := http.NewServeMux()
	strangers.HandleFunc("GET /healthz", alive)
	strangers.HandleFunc("GET /readyz", s.readyzToStrangers) // probes have no token
	strangers.HandleFunc("/", s.refuse)
	return within(s.authorized(mux, s.limited(newWatchLimiter(), strangers)), s.attended, s.recovered, hardened, discreet)
}

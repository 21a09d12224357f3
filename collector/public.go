package collector

import (
	"fmt"
	"net/http"

	"github.com/telemetrygen/telemetrygen/collector/dashboard"
)

// Public returns the side that stands on the internet, where nobody who sends
// is known: it takes reports and erasures, says that it is alive, and shows what
// many installs use only if Config.PublicDashboard says so.
func (s *Server) Public() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /telemetry", s.takeReport)
	mux.Handle("DELETE /telemetry/{id}", s.limited(s.erasures, s.erasing.each(http.HandlerFunc(s.forget)))) // each is a transaction, for which reports wait
	if s.config.PublicDashboard && s.config.Store != nil {
		mux.Handle("GET /{$}", newCachedPage(dashboard.PublicPage(s.config.Store, s.now), s.now))
		mux.Handle("GET /commands.json", newCachedPage(dashboard.PublicJSON(s.config.Store, s.now), s.now))
	}
	outside := http.NewServeMux()
	outside.HandleFunc("GET /healthz", alive) // asked often, from one network, by what watches the process
	outside.Handle("/", s.limited(s.requests, mux))
	return within(outside, attended, s.recovered, hardened)
}

// alive says that the process answers; readyz tells whether it can do its work.
func alive(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "OK") }

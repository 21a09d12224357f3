package collector

import (
	"net/http"

	"github.com/google/uuid"
)

// forget erases what is stored of an id. Everyone who knows the id may do so: it is random,
// and stays on the machine that made it.
func (s *Server) forget(w http.ResponseWriter, r *http.Request) {
	if s.config.Store == nil {
		http.Error(w, "nothing is kept here", http.StatusNotFound)
		return
	}
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil {
		s.answer(w, &problem{status: http.StatusBadRequest, outcome: notAReport, reason: "the id is not a UUID"})
		return
	}
	found, err := s.config.Store.Forget(r.Context(), id)
	switch {
	case err != nil:
		if s.logged.Allow(s.now(), []byte("forget")) {
			s.log.Error("an id could not be erased", "error", err)
		}
		s.answer(w, &problem{status: http.StatusServiceUnavailable, outcome: notAReport, reason: "nothing can be erased at the moment", retry: unavailable.retry})
	case !found:
		http.Error(w, "nothing is kept of this id", http.StatusNotFound)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

package collector

import (
	"maps"
	"net/http"
)

// maxQuestions is how many requests may wait for their turn; more are sent away.
const maxQuestions = 100

// turns let one question, or one erasure, be answered at a time: it costs CPU or
// the database, of which reports come first.
type turns struct{ waiting, turn chan struct{} }

func newTurns() *turns {
	return &turns{make(chan struct{}, maxQuestions), make(chan struct{}, 1)}
}

// each gives every request to a handler a turn. What is answered goes out after
// it, so that a slow reader keeps no other waiting.
func (t *turns) each(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := t.answer(next, r)
		if answer == nil {
			w.Header().Set("Retry-After", "5")
			http.Error(w, "too many at once", http.StatusServiceUnavailable)
			return
		}
		maps.Copy(w.Header(), answer.header)
		w.WriteHeader(answer.status)
		w.Write(answer.body.Bytes())
	})
}

// answer is nil if too many wait, or if nobody does any more.
func (t *turns) answer(next http.Handler, r *http.Request) *recording {
	select {
	case t.waiting <- struct{}{}:
		defer func() { <-t.waiting }()
	default:
		return nil
	}
	select {
	case t.turn <- struct{}{}:
		defer func() { <-t.turn }()
	case <-r.Context().Done():
		return nil
	}
	answer := newRecording()
	next.ServeHTTP(answer, r)
	return answer
}

package collector

import (
	"maps"
	"net/http"
)

// maxQuestions is how many requests may wait for their turn; more are refused.
const maxQuestions = 100

// turns lets only one request of a kind be answered at a time: a question costs CPU, and an
// erasure the database, and reports come first.
type turns struct{ waiting, turn chan struct{} }

func newTurns() *turns {
	return &turns{make(chan struct{}, maxQuestions), make(chan struct{}, 1)}
}

// each makes requests to a handler take turns. The answer is sent after the turn, so that no
// request waits for a slow reader.
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

// answer is nil if too many requests wait, or if the sender has gone.
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

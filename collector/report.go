package collector

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector/passthrough"
	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// reportsPerMinute is how often one id may report. An install does so once an
// interval; a burst comes from several machines with a copied id, or from tests.
const reportsPerMinute = 10

// A problem is an answer other than 200.
type problem struct {
	status int
	outcome
	reason string
	retry  time.Duration // after which the same may be accepted; 0: never
}

// An outcome is what became of a report, in the metrics.
type outcome string

const (
	accepted    outcome = "accepted"
	refused     outcome = "refused" // its sender's fault
	limited     outcome = "limited"
	failed      outcome = "failed" // ours
	notAReport  outcome = ""
	plainAnswer         = "text/plain; charset=utf-8"
)

func badRequest(reason string) *problem {
	return &problem{status: http.StatusBadRequest, outcome: refused, reason: reason}
}

func tooMany(reason string, retry time.Duration) *problem {
	return &problem{status: http.StatusTooManyRequests, outcome: limited, reason: reason, retry: retry}
}

var unavailable = &problem{status: http.StatusServiceUnavailable, outcome: failed, reason: "reports cannot be kept at the moment", retry: 30 * time.Second}

// answer says what was wrong, in one line, which is all that a CLI would read.
func (s *Server) answer(w http.ResponseWriter, p *problem) {
	s.metrics.count(p.outcome)
	if p.retry > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(p.retry/time.Second)))
	}
	if p.outcome == refused && s.logged.allow(s.now(), []byte("refused")) {
		s.log.Warn("a report was refused", "status", p.status, "reason", p.reason)
	}
	http.Error(w, p.reason, p.status)
}

// takeReport answers 200 and OK once the report is durable: the original client
// takes nothing else for success.
func (s *Server) takeReport(w http.ResponseWriter, r *http.Request) {
	body, problem := readBody(w, r)
	if problem == nil {
		problem = s.take(r, body)
	}
	if problem != nil {
		s.answer(w, problem)
		return
	}
	s.metrics.count(accepted)
	w.Header().Set("Content-Type", plainAnswer)
	io.WriteString(w, "OK")
}

func (s *Server) take(r *http.Request, body []byte) *problem {
	report, err := wire.Decode(body)
	if err == nil {
		err = s.config.AllowList.Check(report)
	}
	if err != nil {
		return badRequest(err.Error())
	}
	if !s.installs.allow(s.now(), report.ID[:]) {
		return tooMany(fmt.Sprintf("more than %d reports of one id in a minute", reportsPerMinute), time.Minute/reportsPerMinute)
	}
	if s.config.Store == nil {
		samples := passthrough.Samples(report, s.now())
		for _, queue := range s.queues {
			queue.Push(samples)
		}
		return nil
	}
	err = s.committer.add(r.Context(), report)
	var refusal *store.Refusal
	if errors.As(err, &refusal) {
		return badRequest(refusal.Reason)
	}
	if err != nil {
		if !errors.Is(err, context.Canceled) && s.logged.allow(s.now(), []byte("failed")) { // canceled: the sender has gone
			s.log.Error("reports cannot be kept", "error", err)
		}
		return unavailable
	}
	return nil
}

// readBody takes plain JSON of a bounded size, declared as such: what a form on
// some web page could send without asking is not.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, *problem) {
	media, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	charset, hasCharset := parameters["charset"]
	if err != nil || media != "application/json" || hasCharset && !strings.EqualFold(charset, "utf-8") {
		return nil, &problem{status: http.StatusUnsupportedMediaType, outcome: refused, reason: "the Content-Type has to be application/json"}
	}
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return nil, &problem{status: http.StatusUnsupportedMediaType, outcome: refused, reason: "the body must not be compressed"}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, wire.MaxBody))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, &problem{status: http.StatusRequestEntityTooLarge, outcome: refused, reason: fmt.Sprintf("the body has more than %d bytes", wire.MaxBody)}
	}
	if err != nil {
		return nil, badRequest("the body could not be read")
	}
	return body, nil
}

// forget erases what is kept of an id. Who knows an id may do so: it is random
// and kept on the machine that made it.
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
		s.log.Error("an id could not be erased", "error", err)
		s.answer(w, unavailable)
	case !found:
		http.Error(w, "nothing is kept of this id", http.StatusNotFound)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

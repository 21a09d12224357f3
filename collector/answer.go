package collector

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/intake"
)

// A problem is an answer other than 200.
type problem struct {
	status int
	outcome
	reason string
	retry  time.Duration // after which the same request may be accepted; 0: never
}

// An outcome is what became of a report, as the metrics name it.
type outcome string

const (
	accepted   outcome = "accepted"
	refused    outcome = "refused" // the report breaks a rule
	limited    outcome = "limited"
	failed     outcome = "failed" // the collector could not keep it
	notAReport outcome = ""
)

func badRequest(reason string) *problem {
	return &problem{status: http.StatusBadRequest, outcome: refused, reason: reason}
}

func tooMany(reason string, retry time.Duration) *problem {
	return &problem{status: http.StatusTooManyRequests, outcome: limited, reason: reason, retry: retry}
}

var unavailable = &problem{status: http.StatusServiceUnavailable, outcome: failed, reason: "reports cannot be kept at the moment", retry: 30 * time.Second}

// unreadable is the problem of a request that intake refused.
func unreadable(err error) *problem {
	refusal := &intake.Refusal{Status: http.StatusBadRequest, Reason: err.Error()}
	errors.As(err, &refusal)
	return &problem{status: refusal.Status, outcome: refused, reason: refusal.Reason}
}

// answer writes the problem as one line of text: a CLI reads no more.
func (s *Server) answer(w http.ResponseWriter, p *problem) {
	s.metrics.count(p.outcome)
	if p.retry > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(p.retry/time.Second)))
	}
	if p.outcome == refused && s.logged.Allow(s.now(), []byte("refused")) {
		s.log.Warn("a report was refused", "status", p.status, "reason", p.reason)
	}
	http.Error(w, p.reason, p.status)
}

package collector

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/intake"
	"github.com/telemetrygen/telemetrygen/collector/passthrough"
	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// takeReport answers 200 with OK once the report is durable: for the original client nothing
// else is success.
func (s *Server) takeReport(w http.ResponseWriter, r *http.Request) {
	from := intake.NetworkOf(r, s.config.TrustedProxies)
	report, err := s.read(w, r, from)
	switch {
	case errors.Is(err, errCrowded):
		s.answer(w, tooMany(err.Error(), time.Second))
		return
	case errors.Is(err, errBusy):
		s.answer(w, s.failure(err))
		return
	case err != nil:
		s.answer(w, unreadable(err))
		return
	}
	s.crowd.answering(1)
	defer s.crowd.answering(-1)
	if problem := s.take(r.Context(), report, from); problem != nil {
		s.answer(w, problem)
		return
	}
	s.metrics.count(accepted)
	io.WriteString(w, "OK")
}

// A counter of a large report has at least this many bytes.
const bytesPerCounter = 32

// largeAtOnce is how many large reports are decoded at the same time.
const largeAtOnce = 2

// read reads a report. Decoding a large one is work that others wait for, so only a few are
// decoded at a time, and none that would be refused. Until it is complete, a report is in the
// crowd.
func (s *Server) read(w http.ResponseWriter, r *http.Request, from intake.Network) (wire.Report, error) {
	coming := s.bringing(w, r, from)
	defer s.crowd.leave(&coming.guest)
	body, err := intake.ReadBody(w, r)
	if err == nil {
		defer body.Free()
		wholeBody(w, r)
	}
	if err == nil && body.Len() > usualBody && s.config.Store != nil {
		select {
		case s.decoding <- struct{}{}:
			defer func() { <-s.decoding }()
		case <-s.crowd.whenGone(&coming.guest):
		}
		if s.committer.room.refuses(from.Site, body.Len()/bytesPerCounter) {
			return wire.Report{}, errBusy
		}
	}
	if !s.crowd.leave(&coming.guest) {
		return wire.Report{}, errCrowded
	}
	if err != nil {
		return wire.Report{}, err
	}
	return intake.Decode(body.Bytes())
}

// take stores a report, or passes it on if there is no store.
func (s *Server) take(ctx context.Context, report wire.Report, from intake.Network) *problem {
	if s.config.Store == nil {
		return s.pass(report, from)
	}
	if !s.installs.Allow(s.now(), report.ID[:]) {
		return tooMany(fmt.Sprintf("more than %d reports of one id in a minute", intake.ReportsPerMinute), time.Minute/intake.ReportsPerMinute)
	}
	err := s.committer.add(ctx, store.Submission{Report: report, Site: from.Site, Provider: from.Provider})
	var refusal *store.Refusal
	if errors.As(err, &refusal) {
		return badRequest(refusal.Reason)
	}
	if err != nil {
		return s.failure(err)
	}
	return nil
}

// failure returns the problem of a report that could not be stored.
func (s *Server) failure(err error) *problem {
	if !errors.Is(err, context.Canceled) && s.logged.Allow(s.now(), []byte("failed")) { // canceled: the sender has gone
		s.log.Error("reports cannot be kept", "error", err)
	}
	return unavailable
}

// passedSamples is how many samples may wait for a sink without a store: each has its own
// labels then, of 600 bytes.
const passedSamples = 100_000

// pass passes a report on to the sinks, within the limits that bound what one network can
// cost there.
func (s *Server) pass(report wire.Report, from intake.Network) *problem {
	if err := s.allowed.Load().Admit(&report); err != nil {
		return badRequest(err.Error())
	}
	now := s.now()
	samples := passthrough.Samples(report, now)
	if refusal := s.passed.Admit(now, report, samples, from); refusal != "" {
		return tooMany(refusal, time.Minute)
	}
	for _, queue := range s.queues {
		queue.Push(samples)
	}
	return nil
}

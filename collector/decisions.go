package collector

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/answers"
	"github.com/telemetrygen/telemetrygen/collector/sink"
)

// The series that an author decides by. Unlike the totals they are computed from all
// commands, so at most once an interval.
const (
	commandInstalls = "cli_command_installs"
	commandWorse    = "cli_command_worse"
	releaseTime     = "cli_release_timestamp_seconds"
)

type decisions struct {
	mu   sync.Mutex
	made time.Time
	last answers.Series
}

// decisionSamples returns the samples at a time, none if the store does not answer: the
// totals do not wait for them.
func (s *Server) decisionSamples(ctx context.Context, at time.Time) []sink.Sample {
	s.decisions.mu.Lock()
	defer s.decisions.mu.Unlock()
	if now := s.now(); s.decisions.made.IsZero() || now.Sub(s.decisions.made).Abs() >= s.config.Interval {
		asked, err := answers.AskSeries(ctx, s.config.Store, now)
		if err != nil {
			if ctx.Err() == nil && s.logged.Allow(now, []byte("decisions")) {
				s.log.Error("the installs of commands could not be read", "error", err)
			}
			return nil
		}
		s.decisions.last, s.decisions.made = asked, now
	}
	var all []sink.Sample
	add := func(name string, value float64, labels ...sink.Label) {
		all = append(all, sink.Sample{Name: name, Labels: labels, Value: value, Time: at})
	}
	for _, one := range s.decisions.last.Used {
		window := strconv.Itoa(one.Days) + "d"
		for outcome, installs := range map[string]int64{"used": one.Installs, "failed": one.Failed} {
			add(commandInstalls, float64(installs), sink.Label{Name: "app", Value: one.App}, sink.Label{Name: "command", Value: one.Command},
				sink.Label{Name: "outcome", Value: outcome}, sink.Label{Name: "window", Value: window})
		}
	}
	for _, one := range s.decisions.last.Worse {
		add(commandWorse, one.Difference, sink.Label{Name: "app", Value: one.App}, sink.Label{Name: "cli_version", Value: one.To},
			sink.Label{Name: "command", Value: one.Command}, sink.Label{Name: "previous_version", Value: one.From})
	}
	for _, one := range s.decisions.last.Releases {
		add(releaseTime, float64(one.Released.Unix()), sink.Label{Name: "app", Value: one.App}, sink.Label{Name: "cli_version", Value: one.Version})
	}
	return all
}

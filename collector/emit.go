package collector

import (
	"context"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/sink"
)

// activeInstalls is the name of the series that count installs.
const activeInstalls = "cli_active_installs"

// emit hands the totals to the sinks, once an interval, while this process
// leads. The times are multiples of the interval, so that a new leader goes on
// where the old one ended, and Graphite's buckets get one value each.
func (s *Server) emit(ctx context.Context) {
	if len(s.queues) == 0 {
		return
	}
	for ctx.Err() == nil {
		err := s.config.Store.Lead(ctx, func(ctx context.Context) error {
			s.metrics.leading(true)
			defer s.metrics.leading(false)
			for {
				at := s.now().Truncate(s.config.Interval).Add(s.config.Interval)
				select {
				case <-ctx.Done():
					return ctx.Err()
				case <-time.After(at.Sub(s.now())):
				}
				samples, err := s.samples(ctx, at, s.config.Interval)
				if err != nil {
					return err
				}
				for _, queue := range s.queues {
					queue.Push(samples)
				}
			}
		})
		if ctx.Err() == nil {
			s.log.Error("the totals could not be read", "error", err)
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
	}
}

// samples are all values at a time. A series shows zero until it is as old as
// hold, for which every reader that looks that often has seen it, and then its
// total: Prometheus' increase() and Graphite's derivatives cannot see the step
// to the first value of a series, and so would never count the first runs of a
// command in a new version.
func (s *Server) samples(ctx context.Context, at time.Time, hold time.Duration) ([]sink.Sample, error) {
	shot, err := s.config.Store.Snapshot(ctx, at)
	if err != nil {
		return nil, err
	}
	s.metrics.setSeries(len(shot.Series))
	samples := make([]sink.Sample, 0, len(shot.Series)+len(shot.Active))
	for _, series := range shot.Series {
		value := series.Total
		if at.Sub(series.Created) < hold {
			value = 0
		}
		samples = append(samples, sink.Sample{
			Name:   sink.CommandsTotal,
			Labels: sink.CommandLabels(series.Command, series.ExitCode, series.CLIVersion, series.OperatingSystem),
			Value:  float64(value),
			Time:   at,
		})
	}
	for _, active := range shot.Active {
		samples = append(samples, sink.Sample{
			Name: activeInstalls,
			Labels: []sink.Label{
				{Name: "app", Value: active.App},
				{Name: "cli_version", Value: active.CLIVersion},
				{Name: "operating_system", Value: active.OperatingSystem},
			},
			Value: float64(active.Installs),
			Time:  at,
		})
	}
	return samples, nil
}

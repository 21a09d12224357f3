package collector

import (
	"context"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/sink"
	"github.com/telemetrygen/telemetrygen/collector/store"
)

// activeInstalls is the name of the series that count installs.
const activeInstalls = "cli_active_installs"

// scrapers is the reader that stands for all scrapers together.
const scrapers = "scrapers"

// A reader of the series is a sink, or all scrapers together. It gets each series at zero
// first, and then its total: Prometheus' increase() and Graphite's derivatives cannot see
// the step to the first value of a series, and so would never count the first runs of a
// command in a new version.
type reader struct {
	name  string
	queue *sink.Queue         // nil for the scrapers
	zeros map[int64]time.Time // when a series was first handed over at zero
}

func (s *Server) readers() []*reader {
	all := []*reader{{name: scrapers, zeros: map[int64]time.Time{}}}
	for _, queue := range s.queues {
		all = append(all, &reader{queue.Stats().Sink, queue, map[int64]time.Time{}})
	}
	return all
}

// emit gives the totals to the readers, once an interval, while this process is the leader.
// The times are multiples of the interval. So a new leader continues where the old one ended,
// and each of Graphite's buckets gets one value.
func (s *Server) emit(ctx context.Context) {
	for ctx.Err() == nil {
		err := s.config.Store.Lead(ctx, func(ctx context.Context) error {
			s.metrics.leading(true)
			defer s.metrics.leading(false)
			readers, labels := s.readers(), sink.NewSharedLabels()
			for {
				at := s.now().Truncate(s.config.Interval).Add(s.config.Interval)
				select {
				case <-ctx.Done():
					return ctx.Err()
				case <-time.After(at.Sub(s.now())):
				}
				labels.Next()
				for _, reader := range readers {
					if err := s.show(ctx, at, reader, labels); err != nil {
						return err
					}
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

// show gives a reader the values at a time. It stores that the reader has got a series at
// zero before it gives the total. So if this process is killed, the next one may repeat the
// zero, but it never gives a total without a zero before it, nor a zero after a total.
func (s *Server) show(ctx context.Context, at time.Time, to *reader, labels *sink.SharedLabels) error {
	taken := at.Add(-s.config.Interval) // a scraper polls at least once per interval, so it has seen everything up to here
	if to.queue != nil {
		taken = to.queue.Stats().Taken
	}
	shot, err := s.config.Store.Snapshot(ctx, at, to.name)
	if err != nil {
		return err
	}
	s.metrics.setSeries(len(shot.Series))
	zeros := map[int64]time.Time{}
	var shown []int64
	var places []int // of them in the snapshot
	for i, series := range shot.Series {
		if series.Shown {
			continue
		}
		first, ok := to.zeros[series.ID]
		if !ok || first.After(at) { // the clock was put back
			first = at
		}
		zeros[series.ID] = first
		if ok && !first.After(taken) {
			shown, places = append(shown, series.ID), append(places, i)
		}
	}
	if err := s.config.Store.Show(ctx, to.name, shown); err != nil {
		s.log.Error("new series stay at zero", "reader", to.name, "error", err)
		places = nil
	}
	for _, i := range places {
		shot.Series[i].Shown = true
		delete(zeros, shot.Series[i].ID)
	}
	to.zeros = zeros
	if to.queue != nil {
		all := append(samples(shot, at), s.decisionSamples(ctx, at)...)
		labels.Share(all)
		to.queue.Push(all)
	}
	return nil
}

// samples returns the values of a snapshot that was taken at a time.
func samples(shot store.Snapshot, at time.Time) []sink.Sample {
	samples := make([]sink.Sample, 0, len(shot.Series)+len(shot.Active))
	for _, series := range shot.Series {
		value := series.Total
		if !series.Shown {
			value = 0
		}
		start := series.Created
		if start.After(at) { // the series was made after this time, before the totals were read
			start = at
		}
		samples = append(samples, sink.Sample{
			Name:   sink.CommandsTotal,
			Labels: sink.CommandLabels(series.Command, series.ExitCode, series.CLIVersion, series.OperatingSystem),
			Value:  float64(value),
			Time:   at,
			Start:  start,
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
	return samples
}

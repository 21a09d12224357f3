// Package passthrough turns one report into samples and stores nothing, as the original's
// cloud function did for Graphite. Each install has series of its own, with its id as a
// label. Whoever reads them has to add up the installs, and pays for a series per install
// and counter.
package passthrough

import (
	"time"

	"github.com/telemetrygen/telemetrygen/collector/sink"
	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// Samples returns one sample for each counter of a report, in the report's order, with the
// labels of the aggregated series and the install's id.
func Samples(report wire.Report, at time.Time) []sink.Sample {
	samples := make([]sink.Sample, 0, len(report.Counters))
	id := sink.Label{Name: "id", Value: report.ID.String()}
	type series struct {
		path string
		code int
	}
	taken := map[series]int{} // unlisted commands share a series
	for _, counter := range report.Counters {
		name := series{counter.Counted(), counter.ExitCode}
		if n, ok := taken[name]; ok {
			samples[n].Value += float64(counter.Count)
			continue
		}
		taken[name] = len(samples)
		samples = append(samples, sink.Sample{
			Name:   sink.CommandsTotal,
			Labels: sink.CommandLabels(name.path, counter.ExitCode, report.CLIVersion, report.OperatingSystem, id),
			Value:  float64(counter.Count),
			Time:   at,
		})
	}
	return samples
}

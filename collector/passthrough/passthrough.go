// Package passthrough turns one report into samples, with nothing kept
// anywhere: how the original's cloud function fed Graphite. Each install is a
// series of its own, told apart by its id, so whoever reads them has to add up
// the installs, and pays for a series per install and counter.
package passthrough

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/sink"
	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// CommandsTotal is the name of the samples: what the aggregating collector
// calls its series, which differ only in having no id.
const CommandsTotal = "cli_commands_total"

// Samples makes one sample of each counter of a report, in the report's order.
// Its labels are the app, the whole command, each (sub)command after the app
// (sub1, sub2, ...), the exit code, the CLI's version, the operating system and
// the install's id.
func Samples(report wire.Report, at time.Time) []sink.Sample {
	samples := make([]sink.Sample, 0, len(report.Counters))
	id := report.ID.String()
	for _, counter := range report.Counters {
		words := strings.Split(counter.Path, " ")
		labels := []sink.Label{
			{Name: "app", Value: words[0]},
			{Name: "cli_version", Value: report.CLIVersion},
			{Name: "command", Value: counter.Path},
			{Name: "exit_code", Value: strconv.Itoa(counter.ExitCode)},
			{Name: "id", Value: id},
			{Name: "operating_system", Value: report.OperatingSystem},
		}
		for i, word := range words[1:] {
			labels = append(labels, sink.Label{Name: "sub" + strconv.Itoa(i+1), Value: word})
		}
		// sub10 comes before sub2.
		slices.SortFunc(labels, func(a, b sink.Label) int { return strings.Compare(a.Name, b.Name) })
		samples = append(samples, sink.Sample{Name: CommandsTotal, Labels: labels, Value: float64(counter.Count), Time: at})
	}
	return samples
}

// Package sink sends the collector's series to the systems that draw them:
// Graphite over HTTP, carbon's plaintext protocol, Prometheus remote write, OTLP.
package sink

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Label is one dimension of a series: a tag in Graphite, a label in Prometheus.
type Label struct{ Name, Value string }

// A Sample is the value of one series at one time.
type Sample struct {
	Name   string
	Labels []Label // sorted by name, without empty values
	Value  float64
	Time   time.Time
	Start  time.Time // when a counter was zero; the zero Time if that is not known, or for a gauge
}

// Counter reports whether the value only grows. Like OpenMetrics, it goes by the
// name: a counter's ends in _total.
func (s Sample) Counter() bool { return strings.HasSuffix(s.Name, "_total") }

// A Sink takes samples. Send returns once they are delivered: nil, a *Refused
// when sending the same again cannot help, or another error when it may. It
// does not change samples and does not keep them.
type Sink interface {
	Name() string
	Send(ctx context.Context, samples []Sample) error
}

// Refused says that the receiver will never take some of the samples; it has
// all the others.
type Refused struct {
	Reason  string // of the first that was refused
	Samples int    // how many were refused
}

func (r *Refused) Error() string { return "refused: " + r.Reason }

// Busy is a failure whose receiver says when to come back.
type Busy struct {
	Reason string
	After  time.Duration
}

func (b *Busy) Error() string { return b.Reason }

// CommandsTotal is the name of the series that count commands.
const CommandsTotal = "cli_commands_total"

// CommandLabels are the labels of such a series, sorted by name: one for the
// whole command, one for each (sub)command after the app, and any others.
func CommandLabels(command string, exitCode int, cliVersion, operatingSystem string, others ...Label) []Label {
	words := strings.Split(command, " ")
	labels := append(others,
		Label{"app", words[0]},
		Label{"cli_version", cliVersion},
		Label{"command", command},
		Label{"exit_code", strconv.Itoa(exitCode)},
		Label{"operating_system", operatingSystem},
	)
	for i, word := range words[1:] {
		labels = append(labels, Label{"sub" + strconv.Itoa(i+1), word})
	}
	slices.SortFunc(labels, func(a, b Label) int { return strings.Compare(a.Name, b.Name) }) // sub10 comes before sub2
	return labels
}

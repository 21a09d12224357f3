package collector

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/gzhttp"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"google.golang.org/protobuf/proto"

	"github.com/telemetrygen/telemetrygen/collector/sink"
	"github.com/telemetrygen/telemetrygen/collector/store"
)

// scrapeTimeout is Prometheus' default, and the longest that a scrape may take.
const scrapeTimeout = 10 * time.Second

// handler answers scrapers with new series at zero first, and everyone else with the totals.
// A scraper is known by a header that Prometheus and compatible ones send. The collector's
// own metrics are there even if the store does not answer. The answer is always text, which
// every scraper reads: in protobuf a family is one message, which has to be in memory whole.
func (m *metrics) handler() http.Handler {
	return gzhttp.GzipHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		gatherers := prometheus.Gatherers{m.registry}
		now := m.server.now()
		var totals []store.Series
		if m.server.config.Store != nil {
			reader, patience := store.Anyone, scrapeTimeout
			if timeout := r.Header.Get("X-Prometheus-Scrape-Timeout-Seconds"); timeout != "" {
				reader = scrapers
				if seconds, err := strconv.ParseFloat(timeout, 64); err == nil && seconds > 0 {
					patience = time.Duration(min(seconds, scrapeTimeout.Seconds()) * float64(time.Second))
				}
			}
			ctx, cancel := context.WithTimeout(r.Context(), patience*9/10) // the rest is for the answer
			defer cancel()
			shot, err := m.server.config.Store.Snapshot(ctx, now, reader)
			if err == nil {
				m.setSeries(len(shot.Series))
			} else if m.server.logged.Allow(now, []byte("scrape")) {
				m.server.log.Error("the series could not be read for a scrape", "error", err)
			}
			others := prometheus.NewRegistry()
			others.MustRegister(seriesMetrics{m.server, ctx, shot.Active, now, err == nil})
			gatherers = append(gatherers, others)
			totals = shot.Series
		}
		families, err := gatherers.Gather()
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", string(textFormat))
		encoder := expfmt.NewEncoder(w, textFormat)
		at, _ := slices.BinarySearchFunc(families, sink.CommandsTotal, func(family *dto.MetricFamily, name string) int {
			return strings.Compare(family.GetName(), name)
		})
		for _, family := range families[:at] {
			encoder.Encode(family) // fails if nobody reads any more
		}
		writeTotals(w, totals, now)
		for _, family := range families[at:] {
			encoder.Encode(family)
		}
	}))
}

var textFormat = expfmt.NewFormat(expfmt.TypeTextPlain)

// totalsAtOnce is how many series are turned into text at once. The objects that the encoder
// takes need ten times the memory of their text.
const totalsAtOnce = 1_000

// writeTotals writes the series of the commands, sorted as those of a registry are.
func writeTotals(w io.Writer, totals []store.Series, now time.Time) {
	slices.SortFunc(totals, func(a, b store.Series) int {
		return cmp.Or(cmp.Compare(strings.Count(a.Command, " "), strings.Count(b.Command, " ")), cmp.Compare(a.App(), b.App()), cmp.Compare(a.CLIVersion, b.CLIVersion),
			cmp.Compare(a.Command, b.Command), cmp.Compare(strconv.Itoa(a.ExitCode), strconv.Itoa(b.ExitCode)), cmp.Compare(a.OperatingSystem, b.OperatingSystem))
	})
	family := &dto.MetricFamily{Name: proto.String(sink.CommandsTotal), Help: proto.String(help[sink.CommandsTotal]), Type: dto.MetricType_COUNTER.Enum()}
	var encoded bytes.Buffer
	encoder := expfmt.NewEncoder(&encoded, textFormat)
	for part := range slices.Chunk(totals, totalsAtOnce) {
		family.Metric = family.Metric[:0]
		some := samples(store.Snapshot{Series: part}, now)
		for i := range some {
			labels := some[i].Labels
			metric := &dto.Metric{Counter: &dto.Counter{Value: &some[i].Value}, Label: make([]*dto.LabelPair, len(labels))}
			for j := range labels {
				metric.Label[j] = &dto.LabelPair{Name: &labels[j].Name, Value: &labels[j].Value}
			}
			family.Metric = append(family.Metric, metric)
		}
		encoded.Reset()
		encoder.Encode(family) // to memory
		text := encoded.Bytes()
		if family.Help == nil { // the line with the type was there before
			_, text, _ = bytes.Cut(text, []byte("\n"))
		}
		family.Help = nil
		w.Write(text)
	}
}

// seriesMetrics collects the series other than the totals at the time of a scrape. It
// describes none beforehand, because the labels depend on what was reported.
type seriesMetrics struct {
	server *Server
	ctx    context.Context // of the scrape
	active []store.Active
	now    time.Time
	up     bool
}

func (seriesMetrics) Describe(chan<- *prometheus.Desc) {}

var help = map[string]string{
	sink.CommandsTotal: "Runs by command and exit code; -1 if no exit was seen. A scraper gets 0 for at least the first --interval of a series, so that increase() counts its first runs.",
	activeInstalls:     "Installs that reported in the last 30 days.",
	commandInstalls:    "Installs that used a command, and that failed at it, in the last 7, 30, 90 and 365 days; of the 200 commands of an app with most.",
	commandWorse:       "What the newest release made worse, beyond chance: the share of installs that failed at their first use of the command in it, minus that of the release before.",
	releaseTime:        "When a version was registered, or first reported where that was on an earlier day.",
}

var storeUp = prometheus.NewDesc("telemetry_collector_store_up", "1 if the store answered this scrape; where it is 0, the series of the commands are missing.", nil, nil)

func (c seriesMetrics) Collect(out chan<- prometheus.Metric) {
	if !c.up {
		out <- prometheus.MustNewConstMetric(storeUp, prometheus.GaugeValue, 0)
		return
	}
	out <- prometheus.MustNewConstMetric(storeUp, prometheus.GaugeValue, 1)
	for _, sample := range append(samples(store.Snapshot{Active: c.active}, c.now), c.server.decisionSamples(c.ctx, c.now)...) {
		names, values := make([]string, len(sample.Labels)), make([]string, len(sample.Labels))
		for i, label := range sample.Labels {
			names[i], values[i] = label.Name, label.Value
		}
		out <- prometheus.MustNewConstMetric(prometheus.NewDesc(sample.Name, help[sample.Name], names, nil), prometheus.GaugeValue, sample.Value, values...)
	}
}

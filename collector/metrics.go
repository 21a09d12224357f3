package collector

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/telemetrygen/telemetrygen/collector/store"
)

// metrics are the collector's own, named telemetry_collector_*, beside the series that it
// collects.
type metrics struct {
	server   *Server
	registry *prometheus.Registry
	reports  *prometheus.CounterVec
	outcomes map[outcome]prometheus.Counter // of reports
	batches  prometheus.Histogram
	commits  prometheus.Histogram
	held     *prometheus.CounterVec
	heldRuns *prometheus.CounterVec
	series   prometheus.Gauge
	leader   prometheus.Gauge
}

func newMetrics(s *Server) *metrics {
	m := &metrics{
		server:   s,
		registry: prometheus.NewRegistry(),
		outcomes: map[outcome]prometheus.Counter{},
		reports: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "telemetry_collector_reports_total",
			Help: "Reports by outcome: accepted, refused (the sender's fault), limited, failed.",
		}, []string{"outcome"}),
		batches: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "telemetry_collector_batch_reports",
			Help:    "Reports that were committed in one transaction.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 11),
		}),
		commits: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "telemetry_collector_commit_duration_seconds",
			Help:    "How long transactions took, until they were durable.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 14),
		}),
		held: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "telemetry_collector_held_back_reports_total",
			Help: "Reports of which something was over a limit, by the limit.",
		}, []string{"reason"}),
		heldRuns: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "telemetry_collector_held_back_runs_total",
			Help: "Runs that are not counted because they were over a limit, by the limit.",
		}, []string{"reason"}),
		series: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "telemetry_collector_series",
			Help: "Series that are kept.",
		}),
		leader: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "telemetry_collector_leader",
			Help: "1 if this collector is the one that writes to the sinks.",
		}),
	}
	for _, o := range []outcome{accepted, refused, limited, failed} {
		m.outcomes[o] = m.reports.WithLabelValues(string(o)) // present at zero
	}
	for _, reason := range store.Reasons {
		m.held.WithLabelValues(string(reason))
	}
	for _, reason := range []store.Reason{store.InstallRuns, store.NetworkRuns} {
		m.heldRuns.WithLabelValues(string(reason))
	}
	m.registry.MustRegister(m.reports, m.held, m.heldRuns, m.batches, m.commits, m.series, m.leader, sinkMetrics{s},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), collectors.NewBuildInfoCollector())
	return m
}

func (m *metrics) count(o outcome) {
	if o != notAReport {
		m.outcomes[o].Inc()
	}
}

func (m *metrics) committed(reports int, took time.Duration) {
	m.batches.Observe(float64(reports))
	m.commits.Observe(took.Seconds())
}

func (m *metrics) heldBack(held map[store.Reason]store.HeldCount) {
	for reason, count := range held {
		m.held.WithLabelValues(string(reason)).Add(float64(count.Reports))
		if count.Runs > 0 {
			m.heldRuns.WithLabelValues(string(reason)).Add(float64(count.Runs))
		}
	}
}

func (m *metrics) setSeries(n int) { m.series.Set(float64(n)) }

func (m *metrics) leading(yes bool) {
	m.leader.Set(0)
	if yes {
		m.leader.Set(1)
	}
}

// sinkMetrics collects the state of the sinks.
type sinkMetrics struct{ server *Server }

func sinkDesc(name, help string) *prometheus.Desc {
	return prometheus.NewDesc("telemetry_collector_sink_"+name, help, []string{"sink"}, nil)
}

var (
	sinkSent    = sinkDesc("sent_samples_total", "Samples that the sink has taken.")
	sinkRefused = sinkDesc("refused_samples_total", "Samples that the sink will never take.")
	sinkDropped = sinkDesc("dropped_samples_total", "Samples that were let go of because too many waited.")
	sinkRetries = sinkDesc("retries_total", "Attempts that failed and were followed by another.")
	sinkQueued  = sinkDesc("queued_samples", "Samples that wait.")
	sinkSuccess = sinkDesc("last_success_timestamp_seconds", "When the sink last took samples.")
)

func (sinkMetrics) Describe(out chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{sinkSent, sinkRefused, sinkDropped, sinkRetries, sinkQueued, sinkSuccess} {
		out <- desc
	}
}

func (c sinkMetrics) Collect(out chan<- prometheus.Metric) {
	for _, queue := range c.server.queues {
		stats := queue.Stats()
		counter := func(desc *prometheus.Desc, value uint64) {
			out <- prometheus.MustNewConstMetric(desc, prometheus.CounterValue, float64(value), stats.Sink)
		}
		gauge := func(desc *prometheus.Desc, value float64) {
			out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, stats.Sink)
		}
		counter(sinkSent, stats.Sent)
		counter(sinkRefused, stats.Refused)
		counter(sinkDropped, stats.Dropped)
		counter(sinkRetries, stats.Retries)
		gauge(sinkQueued, float64(stats.Queued))
		if !stats.LastSuccess.IsZero() {
			gauge(sinkSuccess, float64(stats.LastSuccess.UnixMilli())/1000)
		}
	}
}

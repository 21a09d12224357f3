package sink

import (
	"slices"
	"strings"

	collectormetrics "go.opentelemetry.io/proto/slim/otlp/collector/metrics/v1"
	common "go.opentelemetry.io/proto/slim/otlp/common/v1"
	metrics "go.opentelemetry.io/proto/slim/otlp/metrics/v1"
	resource "go.opentelemetry.io/proto/slim/otlp/resource/v1"
)

// otlpUnits has the units of the collector's metrics, as annotations: UCUM's "1"
// would make a receiver that translates names for Prometheus append "_ratio".
var otlpUnits = map[string]string{CommandsTotal: "{run}", "cli_active_installs": "{install}"}

// encodeMetrics makes one request of samples. Each app is a resource, known by
// its service.name; nothing in it tells one collector from another, because
// whichever of them leads goes on with the same streams.
func encodeMetrics(batch []Sample) (request *collectormetrics.ExportMetricsServiceRequest, taken int, refused Refused) {
	request = new(collectormetrics.ExportMetricsServiceRequest)
	scopes := map[string]*metrics.ScopeMetrics{}
	type key struct{ app, name string }
	byName := map[key]*metrics.Metric{}
	for _, sample := range batch {
		if err := sound(sample); err != nil {
			refused.add(1, err.Error())
			continue
		}
		taken++
		app := sample.label("app")
		scope := scopes[app]
		if scope == nil {
			scope = &metrics.ScopeMetrics{Scope: &common.InstrumentationScope{Name: "github.com/telemetrygen/telemetrygen/collector"}}
			scopes[app] = scope
			request.ResourceMetrics = append(request.ResourceMetrics, &metrics.ResourceMetrics{
				Resource:     &resource.Resource{Attributes: []*common.KeyValue{attribute("service.name", app)}},
				ScopeMetrics: []*metrics.ScopeMetrics{scope},
			})
		}
		metric := byName[key{app, sample.Name}]
		if metric == nil {
			metric = &metrics.Metric{Name: valid(sample.Name), Unit: otlpUnits[sample.Name]}
			byName[key{app, sample.Name}] = metric
			scope.Metrics = append(scope.Metrics, metric)
		}
		addPoint(metric, sample)
	}
	return request, taken, refused
}

func addPoint(metric *metrics.Metric, sample Sample) {
	point := &metrics.NumberDataPoint{
		TimeUnixNano: uint64(sample.Time.UnixNano()),
		Value:        &metrics.NumberDataPoint_AsDouble{AsDouble: sample.Value},
	}
	for _, label := range sample.Labels {
		if label.Value != "" {
			point.Attributes = append(point.Attributes, attribute(label.Name, label.Value))
		}
	}
	if !sample.Counter() {
		if metric.Data == nil {
			metric.Data = &metrics.Metric_Gauge{Gauge: new(metrics.Gauge)}
		}
		gauge := metric.GetGauge()
		gauge.DataPoints = append(gauge.DataPoints, point)
		return
	}
	if !sample.Start.IsZero() {
		point.StartTimeUnixNano = uint64(sample.Start.UnixNano())
	}
	if metric.Data == nil {
		metric.Data = &metrics.Metric_Sum{Sum: &metrics.Sum{
			AggregationTemporality: metrics.AggregationTemporality_AGGREGATION_TEMPORALITY_CUMULATIVE,
			IsMonotonic:            true,
		}}
	}
	sum := metric.GetSum()
	sum.DataPoints = append(sum.DataPoints, point)
}

func (s Sample) label(name string) string {
	if at := slices.IndexFunc(s.Labels, func(label Label) bool { return label.Name == name }); at >= 0 {
		return s.Labels[at].Value
	}
	return ""
}

func attribute(name, value string) *common.KeyValue {
	return &common.KeyValue{Key: valid(name), Value: &common.AnyValue{Value: &common.AnyValue_StringValue{StringValue: valid(value)}}}
}

// valid is text as a protobuf string may hold it.
func valid(text string) string { return strings.ToValidUTF8(text, "\ufffd") }

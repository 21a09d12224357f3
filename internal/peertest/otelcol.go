package peertest

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	collectormetrics "go.opentelemetry.io/proto/slim/otlp/collector/metrics/v1"
	common "go.opentelemetry.io/proto/slim/otlp/common/v1"
	metrics "go.opentelemetry.io/proto/slim/otlp/metrics/v1"
	"google.golang.org/protobuf/proto"
)

// An OTelCollectorPeer is an OpenTelemetry Collector that takes OTLP over HTTP at
// URL, and passes what it takes on to this process, where it can be looked at.
type OTelCollectorPeer struct {
	*Peer

	mu     sync.Mutex
	points []OTLPPoint
	refuse int // the status of what is passed on; 0 for 200
}

// An OTLPPoint is one data point with all that stands around it in OTLP.
type OTLPPoint struct {
	Resource map[string]string
	Metric   *metrics.Metric   // the metric, with all its points
	Labels   map[string]string // the point's attributes
	Point    *metrics.NumberDataPoint
}

const otelcolConfig = `
receivers: {otlp: {protocols: {http: {endpoint: %q}}}}
exporters: {otlp_http: {endpoint: %q, compression: none, sending_queue: {enabled: false}, retry_on_failure: {enabled: false}}}
service:
  telemetry: {metrics: {level: none}}
  pipelines: {metrics: {receivers: [otlp], exporters: [otlp_http]}}
`

// OTelCollector starts an OpenTelemetry Collector: a program called otelcol, such
// as the one that "go build" makes of internal/otelcoltest.
func OTelCollector(t testing.TB) *OTelCollectorPeer {
	t.Helper()
	program := Need(t, "otelcol")[0]
	peer := new(OTelCollectorPeer)
	receiver := httptest.NewServer(http.HandlerFunc(peer.receive))
	t.Cleanup(receiver.Close)
	dir, address := t.TempDir(), FreeAddress(t)
	config := filepath.Join(dir, "otelcol.yaml")
	if err := os.WriteFile(config, fmt.Appendf(nil, otelcolConfig, address, receiver.URL), 0o600); err != nil {
		t.Fatal(err)
	}
	peer.Peer = launch(&Peer{
		t: t, name: "otelcol", URL: "http://" + address,
		ready:   listens(address),
		command: func() *exec.Cmd { return exec.Command(program, "--config=file:"+config) },
	}, dir)
	return peer
}

// Points are what the collector has passed on so far, in the order of its arrival.
func (p *OTelCollectorPeer) Points() []OTLPPoint {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]OTLPPoint(nil), p.points...)
}

// Refuse makes every later attempt to pass something on end with a status.
func (p *OTelCollectorPeer) Refuse(status int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse = status
}

func (p *OTelCollectorPeer) receive(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var request collectormetrics.ExportMetricsServiceRequest
	if err == nil {
		err = proto.Unmarshal(body, &request)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.refuse != 0 {
		http.Error(w, "refused", p.refuse)
		return
	}
	for _, resource := range request.ResourceMetrics {
		for _, scope := range resource.ScopeMetrics {
			for _, metric := range scope.Metrics {
				points := append(metric.GetSum().GetDataPoints(), metric.GetGauge().GetDataPoints()...)
				for _, point := range points {
					p.points = append(p.points, OTLPPoint{otlpAttributes(resource.Resource.Attributes), metric, otlpAttributes(point.Attributes), point})
				}
			}
		}
	}
	w.Header().Set("Content-Type", "application/x-protobuf") // an empty response, encoded
}

func otlpAttributes(list []*common.KeyValue) map[string]string {
	all := map[string]string{}
	for _, one := range list {
		all[one.Key] = one.Value.GetStringValue()
	}
	return all
}

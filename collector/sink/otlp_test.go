package sink

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	collectormetrics "go.opentelemetry.io/proto/slim/otlp/collector/metrics/v1"
	metrics "go.opentelemetry.io/proto/slim/otlp/metrics/v1"
	"google.golang.org/protobuf/proto"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

func newOTLP(t *testing.T, options OTLPOptions) *OTLP {
	t.Helper()
	o, err := NewOTLP(options)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// arrived waits until the collector has passed on n points with a metric's name.
func arrived(t *testing.T, peer *peertest.OTelCollectorPeer, name string, n int) []peertest.OTLPPoint {
	t.Helper()
	var found []peertest.OTLPPoint
	until(t, func() string {
		found = nil
		for _, point := range peer.Points() {
			if point.Metric.Name == name {
				found = append(found, point)
			}
		}
		if len(found) != n {
			return fmt.Sprintf("%d of %d points of %s", len(found), n, name)
		}
		return ""
	})
	return found
}

func TestOpenTelemetryCollector(t *testing.T) {
	peer := peertest.OTelCollector(t)
	o := newOTLP(t, OTLPOptions{URL: peer.URL})
	t.Run("counters are cumulative sums with a start", func(t *testing.T) {
		runs := sample(CommandsTotal, 1<<53, "app", "pace", "command", "pace get", "empty", "", "exit_code", "-1")
		runs.Start = at.Add(-time.Hour)
		unknown := sample(CommandsTotal, 7, "app", "pace", "command", "pace put")
		if err := o.Send(context.Background(), []Sample{runs, unknown}); err != nil {
			t.Fatal(err)
		}
		got := arrived(t, peer, CommandsTotal, 2)
		for i, want := range []struct {
			command string
			start   uint64
			value   float64
		}{{"pace get", uint64(runs.Start.UnixNano()), 1 << 53}, {"pace put", 0, 7}} {
			sum, point := got[i].Metric.GetSum(), got[i].Point
			if !sum.GetIsMonotonic() || sum.GetAggregationTemporality() != metrics.AggregationTemporality_AGGREGATION_TEMPORALITY_CUMULATIVE {
				t.Errorf("not a cumulative monotonic sum: %v", got[i].Metric)
			}
			if point.StartTimeUnixNano != want.start || point.TimeUnixNano != uint64(at.UnixNano()) || point.GetAsDouble() != want.value {
				t.Errorf("%s: point %v", want.command, point)
			}
			_, empty := got[i].Labels["empty"]
			if got[i].Labels["command"] != want.command || empty || got[i].Resource["service.name"] != "pace" || got[i].Metric.Unit != "{run}" {
				t.Errorf("labels %v, resource %v, unit %q", got[i].Labels, got[i].Resource, got[i].Metric.Unit)
			}
		}
	})
	t.Run("the rest are gauges, of each app its own", func(t *testing.T) {
		if err := o.Send(context.Background(), []Sample{sample("cli_active_installs", 3, "app", "pace"), sample("cli_active_installs", 4, "app", "other")}); err != nil {
			t.Fatal(err)
		}
		got := map[string]float64{}
		for _, point := range arrived(t, peer, "cli_active_installs", 2) {
			if point.Metric.GetGauge() == nil {
				t.Errorf("not a gauge: %v", point.Metric)
			}
			got[point.Resource["service.name"]] = point.Point.GetAsDouble()
		}
		if got["pace"] != 3 || got["other"] != 4 {
			t.Errorf("installs by service.name: %v", got)
		}
	})
	t.Run("hostile values arrive as they are", func(t *testing.T) {
		var samples []Sample
		want := map[string]bool{}
		for _, text := range hostileValues {
			samples = append(samples, sample("hostile_total", 1, "command", text))
			want[strings.ToValidUTF8(text, "\ufffd")] = true
		}
		if err := o.Send(context.Background(), samples); err != nil {
			t.Fatal(err)
		}
		for _, point := range arrived(t, peer, "hostile_total", len(samples)) {
			if !want[point.Labels["command"]] {
				t.Errorf("command %q was never sent", point.Labels["command"])
			}
		}
	})
	t.Run("a bad sample costs only itself", func(t *testing.T) {
		samples := series(300)
		for i := range samples {
			samples[i].Name = "good_total"
		}
		samples[0].Name = ""
		samples[299].Time = time.Time{}
		err := o.Send(context.Background(), samples)
		var refused *Refused
		if !errors.As(err, &refused) || refused.Samples != 2 {
			t.Fatalf("error %v", err)
		}
		arrived(t, peer, "good_total", 298)
	})
	t.Run("what it missed it gets", func(t *testing.T) {
		q := NewQueue(QueueOptions{Sink: o, Log: quiet})
		start := at.Add(-time.Minute)
		push := func(i int) { q.Push(snapshot("outage_total", 40, float64(i), start.Add(time.Duration(i)*time.Second))) }
		push(0)
		arrived(t, peer, "outage_total", 40)
		peer.Kill()
		for i := 1; i < 6; i++ {
			push(i)
		}
		until(t, func() string {
			if q.Stats().Retries == 0 {
				return "it does not retry"
			}
			return ""
		})
		peer.Start()
		closeQueue(t, q)
		for _, point := range arrived(t, peer, "outage_total", 240) {
			if want := start.Add(time.Duration(point.Point.GetAsDouble()) * time.Second); point.Point.TimeUnixNano != uint64(want.UnixNano()) {
				t.Errorf("value %v at %d", point.Point.GetAsDouble(), point.Point.TimeUnixNano)
			}
		}
	})
}

// A receiver that is down behind the collector is busy, not a reason to give up:
// the collector answers 503 for it.
func TestOTLPTriesAgainWhatACollectorCannotPassOn(t *testing.T) {
	peer := peertest.OTelCollector(t)
	o := newOTLP(t, OTLPOptions{URL: peer.URL + "/v1/metrics/"})
	peer.Refuse(http.StatusServiceUnavailable)
	var busy *Busy
	if err := o.Send(context.Background(), series(3)); !errors.As(err, &busy) {
		t.Errorf("error %v", err)
	}
	peer.Refuse(http.StatusForbidden)
	var refused *Refused
	if err := o.Send(context.Background(), series(3)); !errors.As(err, &refused) || refused.Samples != 3 {
		t.Errorf("error %v", err)
	}
}

// The answers that an OpenTelemetry Collector does not give on demand come from a
// plain server.
func TestOTLPSaysWhichFailuresMayPass(t *testing.T) {
	const secret = "aHVudGVyMjpzZWNyZXQ="
	partly, err := proto.Marshal(&collectormetrics.ExportMetricsServiceResponse{
		PartialSuccess: &collectormetrics.ExportMetricsPartialSuccess{RejectedDataPoints: 2, ErrorMessage: "too old for " + secret},
	})
	if err != nil {
		t.Fatal(err)
	}
	protobuf := "application/x-protobuf"
	for _, test := range []struct {
		name              string
		status            int
		kind, retry, body string
		refused           int // samples
		busy              bool
		after             time.Duration
	}{
		{name: "all of it", status: 200, kind: protobuf},
		{name: "partly", status: 200, kind: protobuf, body: string(partly), refused: 2},
		{name: "a page", status: 200, kind: "text/html", body: "<html>welcome</html>", refused: 3},
		{name: "not protobuf", status: 200, kind: protobuf, body: "\xff\xff", refused: 3},
		{name: "too many", status: 429, retry: "7", busy: true, after: 7 * time.Second},
		{name: "a gateway", status: 502, busy: true},
		{name: "down", status: 503, busy: true},
		{name: "late", status: 504, busy: true},
		{name: "must not be retried", status: 500, refused: 3},
		{name: "unauthorized", status: 401, body: "bad " + secret, refused: 3},
		{name: "elsewhere", status: 302, refused: 3},
		{name: "bad, however small", status: 400, body: "bad", refused: 3},
		{name: "long", status: 404, body: strings.Repeat("x", 1<<20), refused: 3},
	} {
		t.Run(strings.ReplaceAll(test.name, " ", "_"), func(t *testing.T) {
			var header http.Header
			var points int
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				header = r.Header.Clone()
				plain, err := gzip.NewReader(r.Body)
				if err != nil {
					t.Error(err)
					return
				}
				body, _ := io.ReadAll(plain)
				var request collectormetrics.ExportMetricsServiceRequest
				if err := proto.Unmarshal(body, &request); err != nil {
					t.Error(err)
				}
				points = len(request.ResourceMetrics[0].ScopeMetrics[0].Metrics[0].GetSum().DataPoints)
				w.Header().Set("Content-Type", test.kind)
				w.Header().Set("Retry-After", test.retry)
				w.WriteHeader(test.status)
				io.WriteString(w, test.body)
			}))
			defer server.Close()
			o := newOTLP(t, OTLPOptions{URL: server.URL, Headers: "Authorization=Basic%20" + secret + ",X-Scope-OrgID = pace"})
			err := o.Send(context.Background(), series(3))
			var refused *Refused
			var busy *Busy
			if errors.As(err, &refused); (refused != nil) != (test.refused > 0) || refused != nil && refused.Samples != test.refused {
				t.Errorf("refused %+v", refused)
			}
			if errors.As(err, &busy); (busy != nil) != test.busy || busy != nil && busy.After != test.after {
				t.Errorf("busy %+v", busy)
			}
			if err == nil && (test.busy || test.refused > 0) {
				t.Error("it is taken for a delivery")
			}
			if err != nil && (strings.Contains(err.Error(), secret) || len(err.Error()) > 1000) {
				t.Errorf("the error is %q", err)
			}
			if points < 1 || header.Get("Authorization") != "Basic "+secret || header.Get("X-Scope-OrgID") != "pace" ||
				header.Get("Content-Type") != protobuf || !strings.HasPrefix(header.Get("User-Agent"), "telemetry-collector") {
				t.Errorf("%d points, headers %v", points, header)
			}
		})
	}
}

func TestOTLPWantsAURLAndHeaders(t *testing.T) {
	for _, options := range []OTLPOptions{
		{URL: ""}, {URL: "localhost:4318"}, {URL: "ftp://x/y"},
		{URL: "http://x", Headers: "no pair"}, {URL: "http://x", Headers: "a=%zz-hunter2"}, {URL: "http://x", Headers: "a=hunter2%0d%0ab"},
	} {
		if _, err := NewOTLP(options); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%+v: error %v", options, err)
		}
	}
}

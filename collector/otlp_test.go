package collector_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// A stream keeps the start of its series when the collector is killed, so that
// its receiver sees neither a reset nor a jump.
func TestOTLPStreamsKeepTheirStart(t *testing.T) {
	t.Parallel()
	otel := peertest.OTelCollector(t)
	killed := newProcess(t, "--store", "sqlite:"+t.TempDir()+"/telemetry.db", "--interval", "1s", "--otlp-url", otel.URL)
	id, before := uuid.New(), time.Now()
	for _, count := range []int{7, 9} {
		if ok, err := deliver(killed.address, []byte(body(id, "pace get", count)), 1); !ok || err != nil {
			t.Fatal(ok, err)
		}
		latest := func(got map[string]float64) bool { return got["pace get"] == float64(count) }
		eventually(t, 30*time.Second, "passed on", latest, func() (map[string]float64, error) {
			values := map[string]float64{}
			for _, point := range otel.Points() {
				if point.Metric.GetSum() != nil {
					values[point.Labels["command"]] = point.Point.GetAsDouble()
				}
			}
			return values, nil
		})
		killed.kill()
		killed.start()
	}
	value, start := -1.0, uint64(0)
	for _, point := range otel.Points() {
		if point.Metric.GetSum() == nil {
			continue
		}
		p := point.Point
		if value < 0 && p.GetAsDouble() != 0 {
			t.Errorf("the first value is %v", p.GetAsDouble())
		}
		if p.GetAsDouble() < value {
			t.Errorf("%v after %v", p.GetAsDouble(), value)
		}
		if p.StartTimeUnixNano > p.TimeUnixNano || p.StartTimeUnixNano < uint64(before.Truncate(time.Millisecond).UnixNano()) {
			t.Errorf("it starts at %d, for a value at %d", p.StartTimeUnixNano, p.TimeUnixNano)
		}
		if value > 0 && p.StartTimeUnixNano != start {
			t.Errorf("the start moved from %d to %d", start, p.StartTimeUnixNano)
		}
		value, start = p.GetAsDouble(), p.StartTimeUnixNano
	}
}

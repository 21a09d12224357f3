package passthrough

import (
	"slices"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/sink"
	"github.com/telemetrygen/telemetrygen/collector/wire"
)

func TestEveryCounterBecomesASampleWithAllThatIsKnown(t *testing.T) {
	report, err := wire.Decode([]byte(`{"metric_points":{
		"pace get data-policy":{"0":{"cumulative_count":2},"1":{"cumulative_count":1}},
		"pace a b c d e f g h i j k":{"-1":{"cumulative_count":7}}},
		"cli_version":"v1.16.0","operating_system":"darwin","id":"36be4c46-4e1b-431d-b9db-1b315f537a85"}`))
	if err != nil {
		t.Fatal(err)
	}
	at := time.Unix(1_700_000_000, 0)
	samples := Samples(report, at)
	if len(samples) != 3 {
		t.Fatalf("%d samples", len(samples))
	}
	want := []sink.Label{
		{Name: "app", Value: "pace"}, {Name: "cli_version", Value: "v1.16.0"}, {Name: "command", Value: "pace get data-policy"},
		{Name: "exit_code", Value: "1"}, {Name: "id", Value: "36be4c46-4e1b-431d-b9db-1b315f537a85"},
		{Name: "operating_system", Value: "darwin"}, {Name: "sub1", Value: "get"}, {Name: "sub2", Value: "data-policy"},
	}
	if s := samples[1]; s.Name != "cli_commands_total" || s.Value != 1 || !s.Time.Equal(at) || !slices.Equal(s.Labels, want) {
		t.Errorf("got %+v", s)
	}
	deep := samples[2].Labels
	if !slices.IsSortedFunc(deep, func(a, b sink.Label) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	}) {
		t.Errorf("labels are not sorted: %v", deep)
	}
	if !slices.Contains(deep, sink.Label{Name: "sub11", Value: "k"}) || samples[2].Value != 7 {
		t.Errorf("got %+v", samples[2])
	}
}

func TestAReportWithoutCountersHasNoSamples(t *testing.T) {
	if got := Samples(wire.Report{}, time.Unix(1, 0)); len(got) != 0 {
		t.Errorf("got %+v", got)
	}
}

//go:build !notelemetry

package telemetry

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"
)

// A report that is larger than a request may be is sent in several, each of which a collector takes. As counts are
// cumulative, the order of the parts does not matter.
func TestLargeReport(t *testing.T) {
	t.Parallel()
	server := newCollector(t, nil)
	h := sending(t, server.URL)
	large := report{MetricPoints: points{}, CLIVersion: "v1.16.0", OperatingSystem: "linux", ID: "36be4c46-4e1b-431d-b9db-1b315f537a85"}
	sent := points{}
	for _, path := range strings.Split(strings.TrimSpace(commands), "\n") {
		for code := 0; code < 120; code++ {
			large.MetricPoints.add(path, code, 1<<40)
		}
	}
	for name, r := range map[string]report{reportFile: large, baselineFile: {MetricPoints: points{}}} {
		data, err := yaml.Marshal(r)
		must(t, err)
		if h.write(name, string(data)); len(data) > maxFile {
			t.Fatalf("%s has %d bytes", name, len(data))
		}
	}
	shown := h.run("telemetry", "show").stdout
	h.run("get", "data-policy")
	server.wait(t, 2)
	eventually(t, "the uploader ends", 20*time.Second, func() bool { return len(h.uploaders()) == 0 })
	for _, request := range server.bodies() {
		var part report
		must(t, json.Unmarshal([]byte(request.body), &part))
		if len(request.body) > 64<<10 || part.ID != large.ID || part.CLIVersion != large.CLIVersion || part.OperatingSystem != large.OperatingSystem {
			t.Errorf("%d bytes: %.100s ... of %s, %s, %s", len(request.body), request.body, part.CLIVersion, part.OperatingSystem, part.ID)
		}
		for path, codes := range part.MetricPoints {
			for code, c := range codes {
				if sent.count(path, code) != 0 {
					t.Errorf("%s %d was sent twice", path, code)
				}
				sent.add(path, code, int64(c.CumulativeCount))
			}
		}
	}
	large.MetricPoints.add("pace get data-policy", 0, 1)
	if flat(sent) != flat(large.MetricPoints) {
		t.Errorf("sent:\n%.500s\n%d parts", flat(sent), len(server.bodies()))
	}
	if parts := strings.Count(shown, "\n") + 1; parts != len(server.bodies()) || len(shown) < len(server.bodies()[0].body) {
		t.Errorf("%d parts were shown, %d sent", parts, len(server.bodies()))
	}
	t.Log(len(server.bodies()), "parts")
}

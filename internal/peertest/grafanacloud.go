package peertest

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// A CloudSample is one metric as Grafana Cloud's Graphite endpoint takes it.
type CloudSample struct {
	Name     string   `json:"name"`
	Interval int64    `json:"interval"`
	Value    *float64 `json:"value"`
	Time     int64    `json:"time"`
	Tags     []string `json:"tags"`
	Unit     string   `json:"unit"`
	Mtype    string   `json:"mtype"`
}

// A GrafanaCloudPeer is the one receiver that cannot be run here for real: an
// HTTP server that is as strict as Grafana Cloud's documentation and the
// receivers it is made of (carbon-relay-ng, writeproxy).
type GrafanaCloudPeer struct {
	URL   string // of the Graphite base, ending in /graphite
	Token string // the only one it takes

	carbon string // where accepted metrics are passed on to; empty for nowhere

	mu       sync.Mutex
	samples  []CloudSample
	batches  []int // sizes of the requests it took
	refused  []string
	requests int
	failures []Failure
}

// A Failure is the answer to one request, whatever it holds.
type Failure struct {
	Status     int
	RetryAfter string
	Body       string
}

// GrafanaCloud starts one. With a carbon address it passes on what it accepts,
// as carbon-relay-ng does.
func GrafanaCloud(t testing.TB, carbon ...string) *GrafanaCloudPeer {
	t.Helper()
	peer := &GrafanaCloudPeer{Token: "12345:glc_only-for-a-test"}
	if len(carbon) > 0 {
		peer.carbon = carbon[0]
	}
	server := httptest.NewServer(peer)
	t.Cleanup(server.Close)
	peer.URL = server.URL + "/graphite"
	return peer
}

// FailNext answers the coming requests with these failures, in order.
func (g *GrafanaCloudPeer) FailNext(failures ...Failure) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.failures = append(g.failures, failures...)
}

// Recover takes back the failures that did not happen yet.
func (g *GrafanaCloudPeer) Recover() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.failures = nil
}

// Samples returns what was accepted, in order.
func (g *GrafanaCloudPeer) Samples() []CloudSample {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]CloudSample(nil), g.samples...)
}

// Batches returns how many metrics each accepted request held.
func (g *GrafanaCloudPeer) Batches() []int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]int(nil), g.batches...)
}

// Refused returns the reasons of its answers other than 200 and those of FailNext.
func (g *GrafanaCloudPeer) Refused() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]string(nil), g.refused...)
}

// ServeHTTP takes POST /graphite/metrics.
func (g *GrafanaCloudPeer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.requests++
	if len(g.failures) > 0 {
		failure := g.failures[0]
		g.failures = g.failures[1:]
		if failure.RetryAfter != "" {
			w.Header().Set("Retry-After", failure.RetryAfter)
		}
		w.WriteHeader(failure.Status)
		io.WriteString(w, failure.Body)
		return
	}
	samples, status, reason := g.accept(r)
	if status != http.StatusOK {
		g.refused = append(g.refused, reason)
		http.Error(w, reason, status)
		return
	}
	if g.carbon != "" {
		if err := passOn(g.carbon, samples); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
	}
	g.samples = append(g.samples, samples...)
	g.batches = append(g.batches, len(samples))
	// Both receivers answer in the field, so both shapes are given in turn.
	if g.requests%2 == 0 {
		fmt.Fprintf(w, `{"published":%d}`, len(samples))
	} else {
		fmt.Fprintf(w, `{"Invalid":0,"Published":%d,"ValidationErrors":{}}`, len(samples))
	}
}

func (g *GrafanaCloudPeer) accept(r *http.Request) (samples []CloudSample, status int, reason string) {
	switch {
	case r.Method != http.MethodPost || r.URL.Path != "/graphite/metrics":
		return nil, http.StatusNotFound, r.Method + " " + r.URL.Path
	case r.ProtoMajor != 1:
		return nil, http.StatusHTTPVersionNotSupported, r.Proto
	case r.Header.Get("Authorization") != "Bearer "+g.Token:
		return nil, http.StatusUnauthorized, "invalid token " + r.Header.Get("Authorization")
	case r.Header.Get("Content-Type") != "application/json":
		return nil, http.StatusUnsupportedMediaType, "content type " + r.Header.Get("Content-Type")
	}
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields() // among them the obsolete "metric"
	if err := decoder.Decode(&samples); err != nil {
		return nil, http.StatusBadRequest, err.Error()
	}
	for _, sample := range samples {
		if reason := sample.invalid(); reason != "" {
			return nil, http.StatusBadRequest, fmt.Sprintf("%s: %s", sample.Name, reason)
		}
	}
	return samples, http.StatusOK, ""
}

func (s CloudSample) invalid() string {
	switch {
	case s.Name == "" || strings.ContainsAny(s.Name, "; \n"):
		return "invalid name"
	case s.Interval < 1:
		return "interval must not be 0"
	case s.Time < 1:
		return "invalid time"
	case s.Value == nil:
		return "no value"
	case s.Mtype != "" && s.Mtype != "gauge" && s.Mtype != "count" && s.Mtype != "rate" && s.Mtype != "counter" && s.Mtype != "timestamp":
		return "invalid mtype"
	}
	for _, tag := range s.Tags {
		key, value, ok := strings.Cut(tag, "=")
		if !ok || key == "" || value == "" || strings.ContainsAny(key, ";!^") || strings.Contains(value, ";") ||
			strings.HasPrefix(value, "~") || strings.ContainsFunc(tag, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return "invalid tag " + tag
		}
		// A rule that no client knows of: its receiver's own.
		if key == "forbidden" {
			return "forbidden tag"
		}
	}
	return ""
}

func passOn(carbon string, samples []CloudSample) error {
	connection, err := net.Dial("tcp", carbon)
	if err != nil {
		return err
	}
	defer connection.Close()
	for _, sample := range samples {
		series := strings.Join(append([]string{sample.Name}, sample.Tags...), ";")
		if _, err := fmt.Fprintf(connection, "%s %v %d\n", strings.ReplaceAll(series, " ", "+"), *sample.Value, sample.Time); err != nil {
			return err
		}
	}
	return nil
}

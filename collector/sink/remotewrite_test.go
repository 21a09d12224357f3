package sink

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// What Prometheus will never take is refused, and what stands beside it is kept:
// too old (2.42 answers 500), out of order, and another value for the same time.
func TestRemoteWriteRefusesWhatPrometheusNeverTakes(t *testing.T) {
	prometheus := peertest.Prometheus(t)
	w, err := NewRemoteWrite(RemoteWriteOptions{URL: prometheus.URL + "/api/v1/write"})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	first := series(100)
	if err := w.Send(ctx, first); err != nil {
		t.Fatal(err)
	}
	if err := w.Send(ctx, first); err != nil {
		t.Fatalf("the same again: %v", err)
	}
	for what, spoil := range map[string]func(*Sample){
		"too old":       func(s *Sample) { s.Time = at.Add(-5 * time.Hour) },
		"out of order":  func(s *Sample) { s.Time = at.Add(-time.Second) },
		"another value": func(s *Sample) { s.Time = at; s.Value += 0.5 },
	} {
		t.Run(strings.ReplaceAll(what, " ", "_"), func(t *testing.T) {
			name := "beside_" + strings.ReplaceAll(what, " ", "_")
			samples := slices.Clone(first)
			for i := range samples {
				samples[i].Name = name
			}
			spoil(&samples[57])
			samples[57].Name = first[57].Name
			err := w.Send(ctx, samples)
			var refused *Refused
			if !errors.As(err, &refused) || refused.Samples != 1 {
				t.Fatalf("error %v", err)
			}
			if got := len(fromPrometheus(t, prometheus.URL, name)); got != 99 {
				t.Fatalf("%d series", got)
			}
		})
	}
	for _, series := range fromPrometheus(t, prometheus.URL, first[0].Name) {
		if len(series.points) != 1 || fmt.Sprint(series.points[at.Unix()]) != series.labels["series"] {
			t.Errorf("%v: %v", series.labels, series.points)
		}
	}
}

func TestRemoteWriteRefusesNamesThatPrometheusDoesNotHave(t *testing.T) {
	prometheus := peertest.Prometheus(t)
	w, err := NewRemoteWrite(RemoteWriteOptions{URL: prometheus.URL + "/api/v1/write"})
	if err != nil {
		t.Fatal(err)
	}
	samples := []Sample{
		sample("fine", 1, "Upper", "A", "lower", "b"), // __name__ sorts between them
		sample("with space", 1), sample("9nine", 1), sample("fine", 1, "la-bel", "x"),
		sample("fine", 1, "b", "x", "a", "x"), sample("fine", 1, "a", "x", "a", "y"), sample("fine", 1, "a:b", "x"),
	}
	err = w.Send(context.Background(), samples)
	var refused *Refused
	if !errors.As(err, &refused) || refused.Samples != 6 {
		t.Fatalf("error %v", err)
	}
	got := fromPrometheus(t, prometheus.URL, "fine")
	if len(got) != 1 || got[0].labels["Upper"] != "A" || got[0].labels["lower"] != "b" {
		t.Fatalf("stored %v", got)
	}
}

// The answers that Prometheus does not give on demand come from a plain server.
func TestRemoteWriteSaysWhichFailuresMayPass(t *testing.T) {
	const password = "hunter2-secret"
	var status, requests int
	var retry, body string
	var header http.Header
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		requests++
		header = r.Header.Clone()
		w.Header().Set("Retry-After", retry)
		w.WriteHeader(status)
		io.WriteString(w, body)
	}))
	defer server.Close()
	for _, test := range []struct {
		status      int
		retry, body string
		refused     bool
		after       time.Duration
	}{
		{204, "", "", false, 0},
		{429, "7", "", false, 7 * time.Second},
		{503, "", "", false, 0},
		{500, "", "disk full", false, 0},
		{500, "", "too old sample", true, 0},
		{500, "", "out of bounds", true, 0},
		{401, "", "bad " + password, true, 0},
		{302, "", "", true, 0},
		{404, "", strings.Repeat("x", 1<<20), true, 0},
	} {
		status, retry, body, requests = test.status, test.retry, test.body, 0
		w, err := NewRemoteWrite(RemoteWriteOptions{URL: server.URL + "/write", Username: "user", Password: password})
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		err = w.Send(context.Background(), series(1))
		if time.Since(begin) > 5*time.Second || requests != 1 {
			t.Errorf("%d: %d requests in %v: it waits by itself", test.status, requests, time.Since(begin))
		}
		var refused *Refused
		var busy *Busy
		if (err == nil) != (test.status == 204) || errors.As(err, &refused) != test.refused {
			t.Errorf("%d: %v", test.status, err)
		}
		if errors.As(err, &busy); busy != nil && busy.After != test.after {
			t.Errorf("%d: %+v", test.status, busy)
		}
		if err != nil && (strings.Contains(err.Error(), password) || len(err.Error()) > 1000) {
			t.Errorf("%d: the error is %q", test.status, err)
		}
		if header.Get("X-Prometheus-Remote-Write-Version") != "0.1.0" || header.Get("Content-Encoding") != "snappy" ||
			header.Get("Content-Type") != "application/x-protobuf" || !strings.HasPrefix(header.Get("Authorization"), "Basic ") ||
			!strings.HasPrefix(header.Get("User-Agent"), "telemetry-collector") {
			t.Errorf("headers %v", header)
		}
	}
	server.Close()
	w, err := NewRemoteWrite(RemoteWriteOptions{URL: strings.Replace(server.URL, "//", "//user:"+password+"@", 1), Token: "t"})
	if err != nil {
		t.Fatal(err)
	}
	err = w.Send(context.Background(), series(1))
	var refused *Refused
	if err == nil || errors.As(err, &refused) || strings.Contains(err.Error(), password) {
		t.Errorf("a server that is down: %v", err)
	}
}

package sink

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// GraphiteOptions says where NewGraphite sends to.
type GraphiteOptions struct {
	URL      string        // http(s)://host/graphite, or the same ending in /metrics
	Token    string        // sent as a bearer token ("user:key" for Grafana Cloud); empty sends none
	Interval time.Duration // between two samples of a series, at least a second; Graphite stores by it
	Client   *http.Client  // nil for one with sensible timeouts
}

// Graphite posts samples as JSON, as Grafana Cloud takes them.
type Graphite struct {
	endpoint string
	token    string
	secrets  []string
	interval int64 // seconds
	client   *http.Client
}

// NewGraphite checks the options; it sends nothing.
func NewGraphite(options GraphiteOptions) (*Graphite, error) {
	base, err := parseURL("Graphite", options.URL, "/metrics")
	if err != nil {
		return nil, err
	}
	return &Graphite{
		endpoint: base.String(),
		token:    options.Token,
		secrets:  append(secretsOf(base), options.Token),
		interval: max(1, int64(options.Interval/time.Second)), // 0 is refused
		client:   withoutRedirects(options.Client),
	}, nil
}

// Name is "graphite".
func (g *Graphite) Name() string { return "graphite" }

// Send posts the samples, at most 5,000 in a request.
func (g *Graphite) Send(ctx context.Context, samples []Sample) error {
	return inBatches(samples, func(batch []Sample) error {
		body, taken, refused := g.encode(batch)
		if taken == 0 {
			return joinRefused(refused, nil)
		}
		err := g.post(ctx, body, taken)
		if bad := (*errBad)(nil); errors.As(err, &bad) {
			return err // it is sent again in halves, which count what encode left out
		}
		return joinRefused(refused, err)
	})
}

// graphiteMetric is one sample in the JSON that Grafana Cloud documents.
type graphiteMetric struct {
	Name     string   `json:"name"`
	Interval int64    `json:"interval"` // seconds, not 0
	Value    float64  `json:"value"`
	Time     int64    `json:"time"` // seconds
	Tags     []string `json:"tags"` // k=v
}

func (g *Graphite) encode(batch []Sample) (body []byte, taken int, refused Refused) {
	metrics := make([]graphiteMetric, 0, len(batch))
	for _, sample := range batch {
		if err := sound(sample); err != nil {
			refused.add(1, err.Error())
			continue
		}
		metric := graphiteMetric{
			Name: escapeName(sample.Name), Interval: g.interval, Value: sample.Value, Time: sample.Time.Unix(),
			Tags: make([]string, 0, len(sample.Labels)),
		}
		for _, label := range sample.Labels {
			if label.Value != "" { // Graphite refuses an empty one, and means the same by none
				metric.Tags = append(metric.Tags, escapeName(label.Name)+"="+escapeValue(label.Value, false))
			}
		}
		metrics = append(metrics, metric)
	}
	buffer := new(bytes.Buffer)
	encoder := json.NewEncoder(buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(metrics); err != nil {
		panic(err) // strings and finite numbers only
	}
	return buffer.Bytes(), len(metrics), refused
}

func (g *Graphite) post(ctx context.Context, body []byte, samples int) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, g.endpoint, bytes.NewReader(body))
	if err != nil {
		return withoutURL(err)
	}
	// Matched exactly: with a charset it is answered with 415.
	request.Header.Set("Content-Type", "application/json")
	if g.token != "" {
		request.Header.Set("Authorization", "Bearer "+g.token)
	}
	response, answer, err := exchange(g.client, request)
	if err != nil {
		return err
	}
	says := response.Status + ": " + excerpt(answer, g.secrets...)
	switch status := response.StatusCode; {
	case status/100 == 2:
		return published(answer, samples, says, g.secrets)
	case status == http.StatusTooManyRequests || status == http.StatusRequestTimeout || status >= 500:
		return &Busy{Reason: says, After: retryAfter(response.Header)}
	case status == http.StatusBadRequest || status == http.StatusRequestEntityTooLarge || status == http.StatusUnprocessableEntity:
		return &errBad{Refused{Reason: says, Samples: samples}}
	}
	return &Refused{Reason: says, Samples: samples}
}

// published reads an answer that says how many metrics were taken, in either
// shape: {"published":N}, or {"Invalid":N,"Published":N,"ValidationErrors":{...}}.
// encoding/json does not mind the case of a key.
func published(answer []byte, samples int, says string, secrets []string) error {
	var counts struct {
		Published        *int
		Invalid          int
		ValidationErrors map[string]json.RawMessage
	}
	if err := json.Unmarshal(answer, &counts); err != nil || counts.Published == nil {
		return fmt.Errorf("not the answer of a Graphite: %s", says)
	}
	if missing := samples - *counts.Published; missing > 0 {
		reason := fmt.Sprintf("%d of %d published", *counts.Published, samples)
		for message := range counts.ValidationErrors {
			reason += ": " + excerpt([]byte(message), secrets...)
			break
		}
		return &Refused{Reason: reason, Samples: missing}
	}
	return nil
}

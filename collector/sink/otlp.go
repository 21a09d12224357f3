package sink

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	collectormetrics "go.opentelemetry.io/proto/slim/otlp/collector/metrics/v1"
	"google.golang.org/protobuf/proto"
)

// OTLPOptions says where NewOTLP sends to.
type OTLPOptions struct {
	URL     string       // base URL of the receiver, or the same ending in /v1/metrics
	Headers string       // name=value,name=value with percent-encoding, as OTEL_EXPORTER_OTLP_HEADERS
	Client  *http.Client // nil for one with sensible timeouts
}

// OTLP posts samples in the OpenTelemetry protocol over HTTP, version 1:
// counters as cumulative monotonic sums with their start time, everything else
// as gauges.
//
// https://opentelemetry.io/docs/specs/otlp/#otlphttp
type OTLP struct {
	endpoint string
	headers  http.Header
	secrets  []string
	client   *http.Client
}

// NewOTLP checks the options; it sends nothing.
func NewOTLP(options OTLPOptions) (*OTLP, error) {
	base, err := parseURL("OTLP", options.URL, "/v1/metrics")
	if err != nil {
		return nil, err
	}
	headers, secrets, err := otlpHeaders(options.Headers)
	if err != nil {
		return nil, err
	}
	return &OTLP{
		endpoint: base.String(),
		headers:  headers,
		secrets:  append(secrets, secretsOf(base)...),
		client:   withoutRedirects(options.Client),
	}, nil
}

// otlpHeaders parses the headers and returns them with the parts of their values
// that no log line may hold. Errors name a header, never its value.
func otlpHeaders(text string) (headers http.Header, secrets []string, err error) {
	headers = http.Header{}
	for pair := range strings.SplitSeq(text, ",") {
		if pair = strings.TrimSpace(pair); pair == "" {
			continue
		}
		name, value, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, nil, errors.New("the OTLP headers are not of the form name=value,name=value")
		}
		name = strings.TrimSpace(name)
		value, err := url.PathUnescape(strings.TrimSpace(value))
		if err != nil || strings.ContainsAny(value, "\r\n\x00") {
			return nil, nil, fmt.Errorf("the value of the OTLP header %q is not percent-encoded", name)
		}
		headers.Add(name, value)
		// "Basic abc" is a secret, and so is "abc".
		secrets = append(secrets, value)
		if _, credentials, ok := strings.Cut(value, " "); ok {
			secrets = append(secrets, credentials)
		}
	}
	return headers, secrets, nil
}

// Name is "otlp".
func (o *OTLP) Name() string { return "otlp" }

// Send posts the samples, at most 5,000 in a request.
func (o *OTLP) Send(ctx context.Context, samples []Sample) error {
	return inBatches(samples, func(batch []Sample) error {
		request, taken, refused := encodeMetrics(batch)
		if taken == 0 {
			return joinRefused(refused, nil)
		}
		body, err := proto.Marshal(request)
		if err != nil {
			panic(err) // every string is valid UTF-8
		}
		err = o.post(ctx, body, taken)
		if bad := (*errBad)(nil); errors.As(err, &bad) {
			return err // it is sent again in halves, which count what encodeMetrics left out
		}
		return joinRefused(refused, err)
	})
}

func (o *OTLP) post(ctx context.Context, body []byte, samples int) error {
	compressed := new(bytes.Buffer)
	writer := gzip.NewWriter(compressed)
	writer.Write(body) // a Buffer takes everything
	writer.Close()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, o.endpoint, compressed)
	if err != nil {
		return withoutURL(err)
	}
	request.Header = o.headers.Clone()
	request.Header.Set("Content-Type", "application/x-protobuf")
	request.Header.Set("Content-Encoding", "gzip")
	response, answer, err := exchange(o.client, request)
	if err != nil {
		return err
	}
	switch status := response.StatusCode; status {
	case http.StatusOK:
		return o.accepted(answer, samples, response.Header.Get("Content-Type"))
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		// "All other 4xx or 5xx response status codes MUST NOT be retried."
		return &Busy{Reason: o.says(response.Status, answer), After: retryAfter(response.Header)}
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		return &errBad{Refused{Reason: o.says(response.Status, answer), Samples: samples}}
	}
	return &Refused{Reason: o.says(response.Status, answer), Samples: samples}
}

// accepted reads how many points a receiver that answered 200 has rejected.
func (o *OTLP) accepted(answer []byte, samples int, contentType string) error {
	var response collectormetrics.ExportMetricsServiceResponse
	// The answer has the request's type, so anything else is from a page that
	// answers 200 to all.
	if !strings.HasPrefix(contentType, "application/x-protobuf") || proto.Unmarshal(answer, &response) != nil {
		return &Refused{Reason: "not the answer of an OTLP receiver: " + contentType, Samples: samples}
	}
	if rejected := response.GetPartialSuccess().GetRejectedDataPoints(); rejected > 0 {
		return &Refused{
			Reason:  excerpt([]byte(response.GetPartialSuccess().GetErrorMessage()), o.secrets...),
			Samples: int(min(rejected, int64(samples))),
		}
	}
	return nil
}

// says is a failure for the log. The answer is a google.rpc.Status in protobuf
// or a plain text; excerpt keeps what can be read of either.
func (o *OTLP) says(status string, answer []byte) string {
	return strings.TrimSpace(status + ": " + excerpt(answer, o.secrets...))
}

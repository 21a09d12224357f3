package sink

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/prometheus/client_golang/exp/api/remote"
)

// RemoteWriteOptions says where NewRemoteWrite sends to.
type RemoteWriteOptions struct {
	URL      string       // the whole URL of the receiver, such as http://host:9090/api/v1/write
	Username string       // for basic authentication, with Password
	Password string       //
	Token    string       // sent as a bearer token when there is no Username
	Client   *http.Client // nil for one with sensible timeouts
}

// RemoteWrite sends samples in version 1 of Prometheus' remote write protocol.
// Version 2 is answered with 2xx by Prometheus 2.42 and VictoriaMetrics, which
// then store nothing.
type RemoteWrite struct {
	api     *remote.API
	secrets []string
}

// NewRemoteWrite checks the options; it sends nothing.
func NewRemoteWrite(options RemoteWriteOptions) (*RemoteWrite, error) {
	endpoint, err := parseURL("remote write", options.URL, "")
	if err != nil {
		return nil, err
	}
	client := withoutRedirects(options.Client)
	transport := client.Transport
	if transport == nil {
		transport = http.DefaultTransport
	}
	client.Transport = &remoteWriteTransport{next: transport, options: options}
	api, err := remote.NewAPI(options.URL, remote.WithAPIHTTPClient(client), remote.WithAPIPath(""))
	if err != nil {
		return nil, withoutURL(err)
	}
	secrets := append(secretsOf(endpoint), options.Password, options.Token, basic(options.Username, options.Password))
	return &RemoteWrite{api: api, secrets: secrets}, nil
}

// Name is "remote_write".
func (w *RemoteWrite) Name() string { return "remote_write" }

// Send writes the samples, at most 5,000 in a request. What is too old, out of
// order or already there with another value is refused.
func (w *RemoteWrite) Send(ctx context.Context, samples []Sample) error {
	return inBatches(samples, func(batch []Sample) error {
		request, refused := encodeWriteRequest(batch)
		if len(request) == 0 {
			return joinRefused(refused, nil)
		}
		err := w.write(ctx, request, len(batch)-refused.Samples)
		if bad := (*errBad)(nil); errors.As(err, &bad) {
			return err
		}
		return joinRefused(refused, err)
	})
}

func (w *RemoteWrite) write(ctx context.Context, request writeRequest, samples int) error {
	answer := new(remoteWriteAnswer)
	once, cancel := context.WithCancel(context.WithValue(ctx, answerKey{}, answer))
	defer cancel()
	// The queue retries, not this library, which would keep newer samples
	// waiting behind a clock of its own: the first retry ends its loop.
	var failure error
	_, err := w.api.Write(once, remote.WriteV1MessageType, request, remote.WithWriteRetryCallback(func(err error) {
		failure = err
		cancel()
	}))
	if err == nil {
		return nil
	}
	if failure != nil {
		err = failure
	}
	says := excerpt([]byte(withoutURL(err).Error()), w.secrets...)
	switch status := answer.status; {
	case status == 0:
		return errors.Join(ctx.Err(), errors.New(says))
	case status == http.StatusBadRequest || status == http.StatusRequestEntityTooLarge || status == http.StatusUnprocessableEntity,
		// Prometheus 2.42 answers 500, for ever, to a sample before its window.
		status == http.StatusInternalServerError && (strings.Contains(says, "too old") || strings.Contains(says, "out of bounds")):
		return &errBad{Refused{Reason: says, Samples: samples}}
	case status == http.StatusTooManyRequests || status == http.StatusRequestTimeout || status >= 500:
		return &Busy{Reason: says, After: retryAfter(answer.header)}
	}
	return &Refused{Reason: says, Samples: samples}
}

// remoteWriteAnswer is what the error of the library leaves out.
type remoteWriteAnswer struct {
	status int // 0 when there was no answer
	header http.Header
}

// answerKey is where a request's context holds its remoteWriteAnswer.
type answerKey struct{}

type remoteWriteTransport struct {
	next    http.RoundTripper
	options RemoteWriteOptions
}

func (t *remoteWriteTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	request.Header.Set("User-Agent", userAgent)
	switch {
	case t.options.Username != "":
		request.SetBasicAuth(t.options.Username, t.options.Password)
	case t.options.Token != "":
		request.Header.Set("Authorization", "Bearer "+t.options.Token)
	}
	response, err := t.next.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	if answer, ok := request.Context().Value(answerKey{}).(*remoteWriteAnswer); ok {
		answer.status, answer.header = response.StatusCode, response.Header
	}
	// The library reads an answer to its end, however long.
	response.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(response.Body, 64<<10), response.Body}
	return response, nil
}

package sink

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// newClient is the HTTP client of a sink that was given none. HTTP/1 only: a
// gateway that drains sends GOAWAY in the middle of HTTP/2 uploads.
func newClient() *http.Client {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Client{
		Timeout: 30 * time.Second,
		Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
			TLSHandshakeTimeout:   10 * time.Second,
			ResponseHeaderTimeout: 20 * time.Second,
			// 10 MB by default, in several pieces: a receiver that sends headers without end cost 90 MB.
			MaxResponseHeaderBytes: 64 << 10,
			MaxIdleConns:           2,
			IdleConnTimeout:        time.Minute,
			Protocols:              protocols,
		},
	}
}

// withoutRedirects copies client so that it follows none: a POST that is sent
// elsewhere becomes a GET, whose 200 would be taken for a delivery.
func withoutRedirects(client *http.Client) *http.Client {
	if client == nil {
		client = newClient()
	}
	own := *client
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

// userAgent tells the operators of a receiver who is calling.
const userAgent = "telemetry-collector (+https://github.com/telemetrygen/telemetrygen)"

// exchange sends a request and returns the answer, with as much of its body as is looked at.
func exchange(client *http.Client, request *http.Request) (response *http.Response, answer []byte, err error) {
	request.Header.Set("User-Agent", userAgent)
	response, err = client.Do(request)
	if err != nil {
		return nil, nil, withoutURL(err)
	}
	defer response.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(response.Body, 64<<10))
	return response, answer, err
}

// withoutURL takes the URL, which may hold a password, out of a client's error.
func withoutURL(err error) error {
	var failed *url.Error
	if errors.As(err, &failed) {
		return failed.Err
	}
	return err
}

// retryAfter reads a Retry-After header, in seconds or as a date; 0 without
// one, at most 5 minutes.
func retryAfter(header http.Header) time.Duration {
	text := header.Get("Retry-After")
	after := time.Duration(0)
	if seconds, err := strconv.Atoi(text); err == nil {
		after = time.Duration(min(max(seconds, 0), 3600)) * time.Second
	} else if at, err := http.ParseTime(text); err == nil {
		after = time.Until(at)
	}
	return min(max(after, 0), 5*time.Minute)
}

// secretsOf are the parts of a URL that no log line may hold.
func secretsOf(endpoint *url.URL) []string {
	password, _ := endpoint.User.Password()
	return []string{endpoint.RawQuery, password, basic(endpoint.User.Username(), password)}
}

// basic is how basic authentication writes a password, for a receiver that
// repeats the header.
func basic(username, password string) string {
	if password == "" {
		return ""
	}
	return base64.StdEncoding.EncodeToString([]byte(username + ":" + password))
}

// excerpt makes a receiver's answer fit for a log line: one line, short,
// without the secrets that it may repeat.
func excerpt(body []byte, secrets ...string) string {
	text := strings.Join(strings.Fields(string(body)), " ")
	for _, secret := range secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "***")
		}
	}
	return strings.ToValidUTF8(text[:min(len(text), 300)], "")
}

// parseURL reads the URL of a receiver, and adds the end of its path where it is
// missing. The error does not hold it: there may be a password in it.
func parseURL(receiver, text, end string) (*url.URL, error) {
	parsed, err := url.Parse(text)
	if err != nil || parsed.Host == "" || parsed.Scheme != "http" && parsed.Scheme != "https" {
		return nil, fmt.Errorf("the %s URL is not one of http:// or https:// with a host", receiver)
	}
	if end != "" {
		parsed.Path = strings.TrimSuffix(strings.TrimRight(parsed.Path, "/"), end) + end
	}
	return parsed, nil
}

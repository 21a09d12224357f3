//go:build !notelemetry

package telemetry

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"time"
)

// uploadDeadline ends the uploader, whatever it is waiting for.
const uploadDeadline = 30 * time.Second

// upload sends the report once. Nobody learns how that went: the attempt was
// stamped before, and counts are cumulative, so the next report makes up for it.
func upload() {
	time.AfterFunc(uploadDeadline, func() { os.Exit(1) })
	defer shield()
	closeInherited()
	dir, c := settings()
	if !c.sends() {
		return
	}
	if body, err := dir.nextBody(); err == nil && body != nil {
		post(dir, c.endpoint, body)
	}
}

// nextBody is the body of the next upload, nil if there is nothing to send.
func (d folder) nextBody() (body []byte, err error) {
	err = d.locked(func(l *ledger) error {
		now, err := d.read(reportFile)
		if err != nil {
			return err
		}
		baseline, err := d.read(baselineFile)
		if err == nil {
			body, err = now.body(baseline.MetricPoints)
		}
		return err
	})
	return body, err
}

// post sends a body. What is answered does not matter: the next report makes up
// for one that was lost. Redirects are not followed: the report is for the host
// that the user was told.
func post(d folder, url string, body []byte) {
	request, err := http.NewRequest(http.MethodPost, url, &consenting{Reader: bytes.NewReader(body), dir: d})
	if err != nil {
		return
	}
	request.ContentLength = int64(len(body))
	request.Header.Set("Content-Type", "application/json")
	client := &http.Client{
		Timeout:       uploadDeadline - 5*time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	if answer, err := client.Do(request); err == nil {
		_ = answer.Body.Close()
	}
}

// consenting is a body that asks again in the moment it is sent: connecting
// may have taken long enough for the user to say off.
type consenting struct {
	io.Reader
	dir folder
}

func (r *consenting) Read(p []byte) (int, error) {
	if !decide(r.dir).sends() {
		return 0, errors.New("telemetry was turned off")
	}
	return r.Reader.Read(p)
}

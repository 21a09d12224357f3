// Package intake reads the requests that bring reports, and limits their senders, alike for
// the collector and the Cloud Function. It does not know what becomes of a report.
package intake

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"

	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// A Refusal is the error of a request that does not bring a report.
type Refusal struct {
	Status int    // of the answer, 4xx
	Reason string // one line for the sender
}

func (r *Refusal) Error() string { return r.Reason }

// Read reads the report that a request brings. Its errors are Refusals.
func Read(w http.ResponseWriter, r *http.Request) (wire.Report, error) {
	body, err := ReadBody(w, r)
	if err != nil {
		return wire.Report{}, err
	}
	defer body.Free()
	return Decode(body.Bytes())
}

// Decode reads the report in a body. Its errors are Refusals.
func Decode(body []byte) (wire.Report, error) {
	report, err := wire.Decode(body)
	if err != nil {
		return wire.Report{}, &Refusal{http.StatusBadRequest, err.Error()}
	}
	return report, nil
}

func isJSON(contentType string) bool {
	if contentType == "application/json" { // as all CLIs send it
		return true
	}
	media, parameters, err := mime.ParseMediaType(contentType)
	charset, hasCharset := parameters["charset"]
	return err == nil && media == "application/json" && (!hasCharset || strings.EqualFold(charset, "utf-8"))
}

// ReadBody reads the body of a request, which the caller has to free. The body must be plain
// JSON of a bounded size, and declared as JSON: a form on a web page can send only other types
// without asking. Its errors are Refusals.
func ReadBody(w http.ResponseWriter, r *http.Request) (*Body, error) {
	if !isJSON(r.Header.Get("Content-Type")) {
		return nil, &Refusal{http.StatusUnsupportedMediaType, "the Content-Type has to be application/json"}
	}
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return nil, &Refusal{http.StatusUnsupportedMediaType, "the body must not be compressed"}
	}
	body := new(Body)
	err := body.readFrom(http.MaxBytesReader(w, r.Body, wire.MaxBody))
	if err == nil {
		return body, nil
	}
	body.Free()
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, &Refusal{http.StatusRequestEntityTooLarge, fmt.Sprintf("the body has more than %d bytes", wire.MaxBody)}
	}
	return nil, &Refusal{http.StatusBadRequest, "the body could not be read"}
}

package dashboard

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"regexp"
	"strconv"
	"time"
)

//go:embed page.css
var styleSheet string

//go:embed page.html
var pageHTML string

var (
	style = template.CSS(styleSheet)
	pages = template.Must(template.New("page").Parse(pageHTML))
)

// policy lets the page use its own style and nothing else: not a script, a font
// or an image from anywhere, should a name from a report ever get past the
// escaping. The one image is the empty icon, which saves a request for another.
var policy = "default-src 'none'; style-src '" + digest(styleSheet) + "'; img-src data:; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'self'"

// digest names a style as a Content-Security-Policy does.
func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// Handler serves the dashboard of what source knows at "/". The filters are
// app, version, period (days, now's day in UTC included) and all=1; a value
// that is not known is answered with 400 and the reason. Errors of the source
// are logged and answered with 500, without their text.
func Handler(source Source, now func() time.Time) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		p, err := ask(source, r, now())
		status := http.StatusOK
		if refused := new(refusal); errors.As(err, &refused) {
			status = http.StatusBadRequest
			p.Refusal = refused.reason
		} else if err != nil {
			if r.Context().Err() != nil {
				return // nobody waits for the answer any more
			}
			slog.ErrorContext(r.Context(), "the dashboard's question was not answered", "error", err)
			status = http.StatusInternalServerError
			p.Refusal = "The store did not answer. The collector's log says why."
		}
		p.Scheme, p.Host = address(r)
		write(w, status, p)
	})
	return mux
}

// ask makes the page that r asks for. With an error, the page has only its filter.
func ask(source Source, r *http.Request, now time.Time) (page, error) {
	q, err := parseQuery(r.URL.RawQuery)
	if err != nil {
		return choices(query{days: defaultPeriod}, Data{}), err
	}
	f := q.filter(now)
	d, err := source.Dashboard(r.Context(), f)
	if err != nil {
		return choices(query{days: defaultPeriod}, Data{}), err
	}
	if err := q.check(d); err != nil {
		return choices(query{days: q.days}, d), err
	}
	return newPage(q, f, d), nil
}

func write(w http.ResponseWriter, status int, p page) {
	var body bytes.Buffer
	if err := pages.Execute(&body, p); err != nil {
		slog.Error("the dashboard's page could not be written", "error", err)
		http.Error(w, "the page could not be written", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(body.Len()))
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "private, no-cache")
	w.WriteHeader(status)
	w.Write(body.Bytes())
}

var hostName = regexp.MustCompile(`^[A-Za-z0-9.-]+(:[0-9]+)?$|^\[[0-9A-Fa-f:.]+\](:[0-9]+)?$`)

// address is where r reached the collector, for the command that sends a first
// report. It is shown to be pasted into a shell, so a host that could mean
// anything there is not taken over.
func address(r *http.Request) (scheme, host string) {
	scheme, host = "http", r.Host
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https"
	}
	if !hostName.MatchString(host) {
		host = "127.0.0.1:8080"
	}
	return scheme, host
}

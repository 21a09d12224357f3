// Package dashboard draws what package answers says as pages of HTML. It has no
// figures of its own, and no script.
package dashboard

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/answers"
)

//go:embed page.css
var styleSheet string

//go:embed *.html
var templates embed.FS

var (
	style = template.CSS(styleSheet)
	pages = template.Must(template.New("").ParseFS(templates, "*.html"))
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

// Handler serves the pages: "/" is what to know of an app, /command all about a
// command, /commands the whole list. They take the parameters of the API; a value
// that is not known is answered with 400 and the reason. Errors of the store are
// logged and answered with 500, without their text. now is the clock.
func Handler(s answers.Store, now func() time.Time) http.Handler {
	d := drawer{s, now}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", d.page("", drawer.monday))
	mux.HandleFunc("GET /command", d.page("command", drawer.command, "command"))
	mux.HandleFunc("GET /commands", d.page("commands", drawer.commands, "page"))
	return mux
}

type drawer struct {
	store answers.Store
	now   func() time.Time
}

// A view is what a template shows: texts, addresses and drawings only.
type view struct {
	Template string
	Style    template.CSS
	head
	Refusal      string // why there is nothing to see
	Scheme, Host string // where to send the first report
	Content      any
}

// page answers with what draw makes of a question.
func (d drawer) page(name string, draw func(drawer, context.Context, answers.Question, int) (view, error), others ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		raw, changed := tidy(r.URL.RawQuery)
		if changed {
			to := name
			if to == "" {
				to = "./"
			}
			w.Header().Set("Location", to+"?"+raw)
			w.WriteHeader(http.StatusSeeOther)
			return
		}
		v, err := d.ask(r.Context(), raw, draw, others)
		status, refusal := http.StatusOK, new(answers.Refusal)
		switch {
		case errors.As(err, &refusal):
			v, status = refused(printable(refusal.Reason)), http.StatusBadRequest
		case err != nil && r.Context().Err() != nil:
			return // nobody waits for the answer any more
		case err != nil:
			slog.ErrorContext(r.Context(), "the dashboard's question was not answered", "error", err)
			v, status = refused("The store did not answer. The collector's log says why."), http.StatusInternalServerError
		}
		v.Style = style
		v.Scheme, v.Host = address(r)
		write(w, status, v)
	}
}

// ask makes the page that an address asks for, or the one that comes before it:
// that of a store without a report, or the choice of an app.
func (d drawer) ask(ctx context.Context, raw string, draw func(drawer, context.Context, answers.Question, int) (view, error), others []string) (view, error) {
	number := 1
	if len(others) > 0 && others[0] == "page" {
		var err error
		if raw, number, err = splitPage(raw); err != nil {
			return view{}, err
		}
		others = nil
	}
	d.store = answers.Once(d.store)
	apps, err := d.store.Apps(ctx)
	if err != nil {
		return view{}, err
	}
	if raw == "" && len(apps) != 1 {
		return d.apps(ctx, len(apps))
	}
	q, err := answers.Ask(ctx, d.store, raw, d.now(), others...)
	if err != nil {
		return view{}, err
	}
	v, err := draw(d, ctx, q, number)
	if len(apps) > 1 {
		v.Apps = "./"
	}
	return v, err
}

// refused is the page that only says why there is none.
func refused(reason string) view {
	return view{Template: "refused", head: head{Title: "Usage"}, Refusal: reason}
}

// apps is the page to choose an app on; without one it waits for a report.
func (d drawer) apps(ctx context.Context, known int) (view, error) {
	v := view{Template: "first", head: head{Title: "Usage"}}
	if known == 0 {
		return v, nil
	}
	v.Template = "apps"
	apps, err := answers.AskApps(ctx, d.store, d.now())
	var rows []row
	for _, a := range apps {
		r := row{Name: named(a.Name), Href: link("", answers.Question{App: a.Name, Days: answers.DefaultDays})}
		r.figures(a.Total, a.Before)
		rows = append(rows, r)
	}
	v.Content = rows
	return v, err
}

func write(w http.ResponseWriter, status int, v view) {
	var body bytes.Buffer
	if err := pages.ExecuteTemplate(&body, "page", v); err != nil {
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

package dashboard

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"html/template"
	"log/slog"
	"net/http"
	"time"
)

//go:embed public.html
var publicHTML string

var publicPage = template.Must(template.New("public page").Parse(publicHTML))

// Public is what everybody may see: sums of a period, and nothing by day,
// version, system or exit code.
type Public struct {
	Since          string      `json:"since"` // the first day, as 2026-11-24, UTC
	Until          string      `json:"until"` // the last day, included
	FewestInstalls int64       `json:"fewest_installs"`
	Apps           []PublicApp `json:"apps"`
	from, to       time.Time
}

// NewPublic is one of the days from since to until, without an app yet.
func NewPublic(since, until time.Time, fewest int64) Public {
	return Public{since.Format(time.DateOnly), until.Format(time.DateOnly), fewest, []PublicApp{}, since, until}
}

// A PublicApp has at least one command.
type PublicApp struct {
	Name     string          `json:"app"`
	Commands []PublicCommand `json:"commands"`
}

// A PublicCommand is a command that enough installs used.
type PublicCommand struct {
	Path     string `json:"command"`
	Installs int64  `json:"installs"`
	Runs     int64  `json:"runs"`
	Failures int64  `json:"failures"` // exit codes other than 0 and -1
}

// A PublicSource tells what everybody may see now.
type PublicSource func(context.Context) (Public, error)

// PublicPage shows what source tells. It takes no parameters.
func PublicPage(source PublicSource) http.Handler {
	return public(source, "text/html; charset=utf-8", func(body *bytes.Buffer, p Public) error {
		type app struct {
			Name string
			Rows []row
		}
		page := struct {
			Style  template.CSS
			Span   string
			Fewest int64
			Apps   []app
		}{Style: style, Span: span(p.from, p.to), Fewest: p.FewestInstalls}
		for _, a := range p.Apps {
			shown := app{Name: printable(a.Name)}
			for _, c := range a.Commands {
				shown.Rows = append(shown.Rows, row{Name: printable(c.Path), Installs: count(c.Installs), Runs: count(c.Runs), Rate: percent(c.Failures, c.Runs)})
			}
			page.Apps = append(page.Apps, shown)
		}
		return publicPage.ExecuteTemplate(body, "public", page)
	})
}

// PublicJSON is what PublicPage shows, for programs.
func PublicJSON(source PublicSource) http.Handler {
	return public(source, "application/json", func(body *bytes.Buffer, p Public) error { return json.NewEncoder(body).Encode(p) })
}

func public(source PublicSource, kind string, write func(*bytes.Buffer, Public) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p, err := source(r.Context())
		var body bytes.Buffer
		if err == nil {
			err = write(&body, p)
		}
		if err != nil {
			slog.ErrorContext(r.Context(), "the public page was not made", "error", err)
			http.Error(w, "the store did not answer", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Content-Security-Policy", policy)
		w.Write(body.Bytes())
	})
}

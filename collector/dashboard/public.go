package dashboard

import (
	"bytes"
	"encoding/json"
	"html/template"
	"log/slog"
	"net/http"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/answers"
)

// PublicPage shows what everybody may see. It takes no parameters. listed tells of an
// app whether somebody listed its commands.
func PublicPage(s answers.Store, now func() time.Time, listed func(app string) bool) http.Handler {
	return public(s, now, listed, "text/html; charset=utf-8", func(body *bytes.Buffer, p answers.Public) error {
		type app struct {
			Name string
			Rows []row
		}
		page := struct {
			Style  template.CSS
			Span   string
			Fewest int64
			Apps   []app
		}{Style: style, Span: span(p.Since.Time, p.Until.Time), Fewest: p.FewestInstalls}
		for _, a := range p.Apps {
			shown := app{Name: printable(a.Name)}
			for _, c := range a.Commands {
				shown.Rows = append(shown.Rows, row{Name: named(c.Path), Installs: cell{Value: count(c.Installs)}, Runs: cell{Value: count(c.Runs)}, Failed: cell{Value: percent(c.Failures, c.Runs)}})
			}
			page.Apps = append(page.Apps, shown)
		}
		return pages.ExecuteTemplate(body, "public", page)
	})
}

// PublicJSON is what PublicPage shows, for programs.
func PublicJSON(s answers.Store, now func() time.Time, listed func(app string) bool) http.Handler {
	return public(s, now, listed, "application/json", func(body *bytes.Buffer, p answers.Public) error { return json.NewEncoder(body).Encode(p) })
}

func public(s answers.Store, now func() time.Time, listed func(app string) bool, kind string, write func(*bytes.Buffer, answers.Public) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p, err := answers.AskPublic(r.Context(), s, now(), listed)
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

// Package api answers questions over HTTP, in JSON and CSV. All figures come from package
// answers.
package api

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/answers"
)

// Description is the OpenAPI document of the API, served as /api/v1/openapi.yaml.
//
//go:embed openapi.yaml
var Description []byte

// Handler answers GET /api/v1/<question>. A question that cannot be answered gets
// status 400 and the reason as {"error": "..."}; errors of the store are logged
// and get 500 without their text. now is the clock.
func Handler(s answers.Store, now func() time.Time) http.Handler {
	mux := http.NewServeMux()
	handle(mux, s, now, "commands", answers.AskCommands, commandsCSV)
	handle(mux, s, now, "command", answers.AskCommand, commandCSV, "command")
	handle(mux, s, now, "versions", answers.AskVersions, versionsCSV)
	handle(mux, s, now, "compare", answers.AskCompare, compareCSV, "from", "to")
	handle(mux, s, now, "retention", answers.AskRetention, retentionCSV)
	handle(mux, s, now, "installs", answers.AskInstalls, installsCSV)
	handle(mux, s, now, "unused", answers.AskUnused, unusedCSV)
	handle(mux, s, now, "releases", answers.AskReleases, releasesCSV)
	mux.HandleFunc("GET /api/v1/openapi.yaml", func(w http.ResponseWriter, r *http.Request) {
		reply(w, http.StatusOK, "application/yaml", Description)
	})
	mux.HandleFunc("GET /api/v1/", func(w http.ResponseWriter, r *http.Request) {
		failure(w, http.StatusNotFound, "There is no such question. GET /api/v1/openapi.yaml lists them.")
	})
	return mux
}

// handle answers one question: ask makes the answer, table its rows as CSV.
func handle[T any](mux *http.ServeMux, s answers.Store, now func() time.Time, name string,
	ask func(context.Context, answers.Store, answers.Question) (T, error), table func(T) [][]string, parameters ...string) {
	mux.HandleFunc("GET /api/v1/"+name, func(w http.ResponseWriter, r *http.Request) {
		answer, format, err := answer(r, s, now(), ask, parameters)
		refusal := new(answers.Refusal)
		switch {
		case errors.As(err, &refusal):
			failure(w, http.StatusBadRequest, refusal.Reason)
		case err != nil && r.Context().Err() != nil: // the client has gone
		case err != nil:
			slog.ErrorContext(r.Context(), "a question was not answered", "question", name, "error", err)
			failure(w, http.StatusInternalServerError, "The store did not answer. The collector's log says why.")
		case format == "csv":
			writeCSV(w, table(answer))
		default:
			writeJSON(w, http.StatusOK, answer)
		}
	})
}

func answer[T any](r *http.Request, s answers.Store, now time.Time,
	ask func(context.Context, answers.Store, answers.Question) (T, error), parameters []string) (answer T, format string, err error) {
	s = answers.Once(s)
	raw, format, err := splitFormat(r.URL.RawQuery)
	if err != nil {
		return answer, format, err
	}
	q, err := answers.Ask(r.Context(), s, raw, now, parameters...)
	if err != nil {
		return answer, format, err
	}
	answer, err = ask(r.Context(), s, q)
	return answer, format, err
}

// splitFormat removes the parameter format from a query.
func splitFormat(raw string) (rest, format string, err error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return raw, "", nil // the question reports the error
	}
	given := values["format"]
	delete(values, "format")
	switch {
	case len(given) == 0:
		return raw, "json", nil
	case len(given) > 1 || given[0] != "json" && given[0] != "csv":
		return raw, "", &answers.Refusal{Reason: "format is json or csv."}
	}
	return values.Encode(), given[0], nil
}

func writeJSON(w http.ResponseWriter, status int, answer any) {
	body, err := json.MarshalIndent(answer, "", "  ")
	if err != nil {
		slog.Error("an answer could not be written", "error", err)
		http.Error(w, "the answer could not be written", http.StatusInternalServerError)
		return
	}
	reply(w, status, "application/json", append(body, '\n'))
}

// writeCSV quotes more than encoding/csv does: where a comma is in numbers, spreadsheets divide
// cells at semicolons, and what follows one in a name could be a formula.
func writeCSV(w http.ResponseWriter, rows [][]string) {
	var body bytes.Buffer
	for _, row := range rows {
		for i, cell := range row {
			if strings.ContainsAny(cell, ",;\"\t\r\n") {
				row[i] = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
			}
		}
		body.WriteString(strings.Join(row, ",") + "\n")
	}
	reply(w, http.StatusOK, "text/csv; charset=utf-8", body.Bytes())
}

func failure(w http.ResponseWriter, status int, reason string) {
	writeJSON(w, status, map[string]string{"error": reason})
}

func reply(w http.ResponseWriter, status int, kind string, body []byte) {
	header := w.Header()
	header.Set("Content-Type", kind)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	header.Set("Cache-Control", "private, no-cache")
	header.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	w.Write(body)
}

package api_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"

	"github.com/telemetrygen/telemetrygen/collector/answers"
	"github.com/telemetrygen/telemetrygen/collector/api"
	"github.com/telemetrygen/telemetrygen/collector/population"
	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

var until = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)

// handler answers of a small year.
func handler(t *testing.T) http.Handler {
	t.Helper()
	s, err := store.Open(context.Background(), "sqlite:"+t.TempDir()+"/year.db", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	plan := population.Year(1, 100, until)
	if err := population.New(plan).Fill(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	return api.Handler(s, func() time.Time { return until.Add(time.Hour) })
}

func get(t *testing.T, h http.Handler, address string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", address, nil))
	return w
}

// document is the OpenAPI document, as JSON has it.
func document(t *testing.T) map[string]any {
	t.Helper()
	var parsed any
	if err := yaml.Unmarshal(api.Description, &parsed); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(parsed)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return value.(map[string]any)
}

// TestAnswersAreAsDescribed holds every answer, in JSON and CSV and with every
// parameter of the document, against the document's schemas (JSON Schema 2020-12).
func TestAnswersAreAsDescribed(t *testing.T) {
	peertest.Long(t, "fills a store with a year")
	h, described := handler(t), document(t)
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.AssertFormat()
	if err := compiler.AddResource("openapi.json", described); err != nil {
		t.Fatal(err)
	}
	values := map[string]string{"command": "pace apply data-policy", "from": "v1.17.0", "to": "v1.18.0", "app": "pace", "days": "365",
		"version": "v1.18.0", "system": "linux", "format": "json"}
	paths := described["paths"].(map[string]any)
	if len(paths) != 8 {
		t.Errorf("%d questions are described", len(paths))
	}
	for path, item := range paths {
		operation := item.(map[string]any)["get"].(map[string]any)
		pointer := "openapi.json#/paths/" + strings.ReplaceAll(path, "/", "~1") + "/get/responses/200/content/application~1json/schema"
		schema, err := compiler.Compile(pointer)
		if err != nil {
			t.Fatal(err)
		}
		all, least := url.Values{}, url.Values{}
		for _, parameter := range operation["parameters"].([]any) {
			p := parameter.(map[string]any)
			if reference, ok := p["$ref"].(string); ok {
				name := reference[strings.LastIndex(reference, "/")+1:]
				p = described["components"].(map[string]any)["parameters"].(map[string]any)[name].(map[string]any)
			}
			name := p["name"].(string)
			if value := values[name]; value != "" {
				all.Set(name, value)
			}
			if p["required"] == true {
				least.Set(name, values[name])
			}
		}
		for _, query := range []url.Values{all, least} {
			address := "/api/v1" + path + "?" + query.Encode()
			w := get(t, h, address)
			if w.Code != 200 || w.Header().Get("Content-Type") != "application/json" {
				t.Errorf("%s: %d %s", address, w.Code, w.Body)
				continue
			}
			answer, err := jsonschema.UnmarshalJSON(w.Body)
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(answer); err != nil {
				t.Errorf("%s: %v", address, err)
			}
			query.Set("format", "csv")
			if rows, err := csv.NewReader(get(t, h, "/api/v1"+path+"?"+query.Encode()).Body).ReadAll(); err != nil || len(rows) < 2 {
				t.Errorf("%s as CSV: %d rows, %v", address, len(rows), err)
			}
		}
		for status, w := range map[int]*httptest.ResponseRecorder{400: get(t, h, "/api/v1"+path+"?color=red"), 500: get(t, api.Handler(broken{}, time.Now), "/api/v1"+path)} {
			schema, err := compiler.Compile("openapi.json#/components/responses/" + map[int]string{400: "Refused", 500: "Failed"}[status] + "/content/application~1json/schema")
			if err != nil {
				t.Fatal(err)
			}
			answer, err := jsonschema.UnmarshalJSON(w.Body)
			if err != nil || w.Code != status || schema.Validate(answer) != nil || strings.Contains(fmt.Sprint(answer), "secret") {
				t.Errorf("%s: %d %v, want %d", path, w.Code, answer, status)
			}
		}
		var statuses []string
		for status := range operation["responses"].(map[string]any) {
			statuses = append(statuses, status)
		}
		if slices.Sort(statuses); !slices.Equal(statuses, []string{"200", "400", "401", "500", "503"}) {
			t.Errorf("%s: the statuses %q are described", path, statuses)
		}
	}
	first, _, _ := strings.Cut(get(t, h, "/api/v1/commands?format=csv").Body.String(), "\n")
	if want := "command,runs,failures,no_exit,installs,installs_failed"; first != want {
		t.Errorf("the columns are %s, want %s", first, want)
	}
	if get(t, h, "/api/v1/openapi.yaml").Body.String() != string(api.Description) {
		t.Error("the document is another one")
	}
	if w := get(t, h, "/api/v1/nothing"); w.Code != 404 || !strings.Contains(w.Body.String(), "error") {
		t.Errorf("no such question: %d %s", w.Code, w.Body)
	}
}

// broken is a store that cannot answer.
type broken struct{ answers.Store }

func (broken) Today(context.Context) (time.Time, error) { return time.Time{}, errors.New("secret") }

// TestNoFormulas: a name that a stranger made up is text in a spreadsheet.
func TestNoFormulas(t *testing.T) {
	s, err := store.Open(context.Background(), "sqlite:"+t.TempDir()+"/formula.db", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	report, err := wire.Decode([]byte(`{"metric_points":{"=cmd a":{"0":{"cumulative_count":1}}},"cli_version":"v;=1+1;","operating_system":"linux","id":"36be4c46-4e1b-431d-b9db-1b315f537a85"}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Add(t.Context(), until, []wire.Report{report}); err != nil {
		t.Fatal(err)
	}
	body := get(t, api.Handler(s, func() time.Time { return until }), "/api/v1/commands?format=csv").Body.String()
	if !strings.Contains(body, "\n'=cmd a,1,") {
		t.Errorf("%s", body)
	}
	body = get(t, api.Handler(s, func() time.Time { return until }), "/api/v1/versions?format=csv").Body.String()
	if !strings.Contains(body, "\n\"v;=1+1;\",") {
		t.Errorf("%s", body)
	}
}

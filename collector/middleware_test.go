package collector

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestAPanicIsLoggedWithoutWhoAsked: which request it was is told by the route, since a
// path may have an id.
func TestAPanicIsLoggedWithoutWhoAsked(t *testing.T) {
	var log bytes.Buffer
	s := New(Config{Log: slog.New(slog.NewTextHandler(&log, nil))})
	mux := http.NewServeMux()
	mux.HandleFunc("DELETE /telemetry/{id}", func(http.ResponseWriter, *http.Request) { panic("no such thing") })
	const id = "36be4c46-4e1b-431d-b9db-1b315f537a85"
	func() {
		defer func() {
			if cause := recover(); cause != http.ErrAbortHandler { //nolint:errorlint // what was panicked with
				t.Errorf("the connection is not cut off: %v", cause)
			}
		}()
		s.recovered(mux).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("DELETE", "/telemetry/"+id, nil))
	}()
	if text := log.String(); strings.Contains(text, id) || !strings.Contains(text, "DELETE /telemetry/{id}") || !strings.Contains(text, "no such thing") {
		t.Error(text)
	}
}

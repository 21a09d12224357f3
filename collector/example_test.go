package collector_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/telemetrygen/telemetrygen/collector"
)

// The public side is an http.Handler. This collector keeps nothing and has no sink,
// so it only checks what it gets.
func ExampleServer_Public() {
	c := collector.New(collector.Config{Interval: time.Minute, Log: slog.New(slog.DiscardHandler)})
	server := httptest.NewServer(c.Public())
	defer server.Close()

	report := `{"metric_points": {"pace get": {"0": {"cumulative_count": 1}}}, "cli_version": "v1.16.0",
		"operating_system": "linux", "id": "36be4c46-4e1b-431d-b9db-1b315f537a85"}`
	for _, body := range []string{report, "{}"} {
		response, err := http.Post(server.URL+"/telemetry", "application/json", strings.NewReader(body))
		if err != nil {
			fmt.Println(err)
			return
		}
		text, _ := io.ReadAll(response.Body)
		response.Body.Close()
		fmt.Println(response.StatusCode, strings.TrimSpace(string(text)))
	}
	// Output:
	// 200 OK
	// 400 "metric_points" is missing
}

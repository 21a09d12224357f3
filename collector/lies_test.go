package collector_test

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector"
	"github.com/telemetrygen/telemetrygen/collector/intake"
	"github.com/telemetrygen/telemetrygen/collector/store"
)

// TestRequestsThatLie sends what no client of net/http does: each gets one answer
// that is none of a report's, nothing of it is kept, and the next sender is served.
func TestRequestsThatLie(t *testing.T) {
	s, err := store.Open(t.Context(), "sqlite:"+t.TempDir()+"/telemetry.db", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	server := serve(t, func(config *collector.Config) {
		config.Store = s
		config.TrustedProxies, _ = intake.ParseProxies("127.0.0.1")
	})
	report := body(uuid.New(), "pace get", 1)
	post := "POST /telemetry HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
	private := strings.TrimPrefix(server.private, "http://")
	network := 0
	for name, test := range map[string]struct{ request, status string }{
		"a length that is too short":         {fmt.Sprintf("%sContent-Length: 50\r\n\r\n%s", post, report), "400"},
		"two lengths":                        {fmt.Sprintf("%sContent-Length: 5\r\nContent-Length: %d\r\n\r\n%s", post, len(report), report), "400"},
		"a negative length":                  {post + "Content-Length: -1\r\n\r\n" + report, "400"},
		"a length of 10 TB":                  {post + "Content-Length: 9999999999999\r\n\r\n" + strings.Repeat(" ", 70_000), "413"},
		"a chunk that is longer":             {post + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n" + report, "400"},
		"a header that is too large":         {post + "X: " + strings.Repeat("a", 40_000) + "\r\n\r\n", "431"},
		"a compressed body":                  {post + "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\x1f\x8b", "415"},
		"nested objects":                     {fmt.Sprintf("%sContent-Length: 60000\r\n\r\n%s", post, strings.Repeat(`{"a":`, 12_000)), "400"},
		"trailers that are too large":        {fmt.Sprintf("%sTrailer: X\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\nX: %s\r\n\r\n", post, len(report), report, strings.Repeat("a", 40_000)), "400"},
		"a chunk with an extension of 40 KB": {fmt.Sprintf("%sTransfer-Encoding: chunked\r\n\r\n%x;%s\r\n%s\r\n0\r\n\r\n", post, len(report), strings.Repeat("a", 40_000), report), "400"},
		"chunks that are compressed":         {post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "501"},
		"chunks in HTTP/1.0 and a length":    {"POST /telemetry HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}", "400"},
		"an expectation that nobody has":     {post + "Expect: 999-please\r\nContent-Length: 2\r\n\r\n{}", "417"},
		"two hosts":                          {"POST /telemetry HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "400"},
		"a space before a colon":             {"POST /telemetry HTTP/1.1\r\nHost: x\r\nContent-Length : 2\r\n\r\n{}", "400"},
		"a NUL in a header":                  {post + "X: a\x00b\r\n\r\n", "400"},
		"HTTP/2 in the clear":                {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "400"},
		"an upgrade to HTTP/2":               {post + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAA\r\nContent-Length: 2\r\n\r\n{}", "400"},
		"a host that is markup":              {"POST /telemetry HTTP/1.1\r\nHost: a\"><script>\r\n\r\n", "400"},
		"the private side as the target":     {fmt.Sprintf("GET http://%s/metrics HTTP/1.1\r\nHost: %[1]s\r\n\r\n", private), "404"},
		"a release on the public side":       {"PUT /api/v1/apps/pace/releases/v1 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "404"},
	} {
		network++ // large ones count as many
		request := strings.Replace(test.request, "HTTP/1.1\r\n", fmt.Sprintf("HTTP/1.1\r\nX-Forwarded-For: 203.0.%d.7\r\n", network), 1)
		if got := exchange(t, server.public, request); !strings.HasPrefix(got, "HTTP/1.") || !strings.HasPrefix(got[8:], " "+test.status) {
			t.Errorf("%s: %q, want %s", name, got[:min(len(got), 100)], test.status)
		}
	}
	if status, text, _ := server.post(t, report); status != 200 {
		t.Errorf("a report: %d %s", status, text)
	}
	shot, err := s.Snapshot(t.Context(), time.Now(), store.Anyone)
	if err != nil || len(shot.Series) != 1 || shot.Series[0].Total != 1 {
		t.Errorf("%+v, %v", shot.Series, err)
	}
}

// TestNothingIsReadBehindChunks: a request with chunks and a length is one to some
// proxies and two to others. What is behind the chunks would be believed whatever
// it says of its sender.
func TestNothingIsReadBehindChunks(t *testing.T) {
	server := serve(t, func(config *collector.Config) { config.TrustedProxies, _ = intake.ParseProxies("127.0.0.1") })
	report, hidden := body(uuid.New(), "pace get", 1), body(uuid.New(), "pace get", 1)
	chunks := fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(report), report)
	behind := fmt.Sprintf("POST /telemetry HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX-Forwarded-For: 198.51.100.7\r\nContent-Length: %d\r\n\r\n%s", len(hidden), hidden)
	connection, err := net.Dial("tcp", strings.TrimPrefix(server.public, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	connection.SetDeadline(time.Now().Add(20 * time.Second))
	fmt.Fprintf(connection, "POST /telemetry HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n%s%s", len(chunks)+len(behind), chunks, behind)
	answers, err := io.ReadAll(connection) // to its end
	if strings.Count(string(answers), "HTTP/1.1 200 OK") != 1 || err != nil {
		t.Errorf("%q, %v", answers, err)
	}
	if _, metrics, _ := server.see(t, "/metrics"); !strings.Contains(metrics, `telemetry_collector_reports_total{outcome="accepted"} 1`+"\n") {
		t.Error("not one report was accepted")
	}
}

// exchange sends bytes and returns the begin of what comes back.
func exchange(t *testing.T, url, request string) string {
	t.Helper()
	connection, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	connection.SetDeadline(time.Now().Add(time.Minute))
	io.WriteString(connection, request) // an error: it was answered before its end
	answer := make([]byte, 200)
	n, _ := io.ReadAtLeast(connection, answer, 12)
	return string(answer[:n])
}

package collector_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector"
	"github.com/telemetrygen/telemetrygen/collector/answers"
	"github.com/telemetrygen/telemetrygen/collector/wire"
)

func TestThePublicSideTakesReportsAndErasuresAndNothingElse(t *testing.T) {
	server := serve(t, nil)
	id := uuid.New()
	if status, text, _ := server.post(t, body(id, "pace get", 1)); status != 200 {
		t.Fatalf("%d %s", status, text)
	}
	for _, path := range []string{"/", "/metrics", "/readyz", "/api/v1/apps", "/telemetry/" + id.String(), "/debug/pprof/"} {
		status, text, _ := server.send(t, "GET", path, "")
		if status != 404 && status != 405 || strings.Contains(text, "pace") {
			t.Errorf("GET %s: %d %q", path, status, text)
		}
	}
	for _, method := range []string{"PUT", "POST"} {
		if status, _, _ := server.send(t, method, "/api/v1/apps/pace/releases/v1", "pace\n"); status != 404 && status != 405 {
			t.Errorf("%s of a release: %d", method, status)
		}
	}
	if status, text, _ := server.send(t, "GET", "/healthz", ""); status != 200 || text != "OK\n" {
		t.Errorf("%d %q", status, text)
	}
	if status, _, _ := server.send(t, "DELETE", "/telemetry/"+id.String(), ""); status != 204 {
		t.Errorf("an erasure: %d", status)
	}
}

func TestThePrivateSideTakesNoReports(t *testing.T) {
	server := serve(t, nil)
	if status, _, _ := send(t, "POST", server.private+"/telemetry", body(uuid.New(), "pace get", 1), "Content-Type", "application/json"); status != 404 && status != 405 {
		t.Errorf("%d", status)
	}
	for _, path := range []string{"/", "/metrics", "/readyz", "/healthz"} {
		if status, text, _ := server.see(t, path); status != 200 {
			t.Errorf("GET %s: %d %s", path, status, text)
		}
	}
}

func TestThePrivateSideAsksForItsToken(t *testing.T) {
	const secret = "0123456789abcdef-ü"
	server := serve(t, func(c *collector.Config) { c.PrivateToken = secret })
	basic := func(user, password string) string {
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
	}
	for _, test := range []struct {
		name, header string
		status       int
	}{
		{"nothing", "", 401},
		{"bearer", "Bearer " + secret, 200},
		{"bearer in another case", "bearer " + secret, 200},
		{"a password", basic("anybody", secret), 200},
		{"a password of nobody", basic("", secret), 200},
		{"the token as the user", basic(secret, ""), 401},
		{"a wrong one", "Bearer " + secret + "x", 401},
		{"the beginning", "Bearer " + secret[:8], 401},
		{"an empty one", "Bearer ", 401},
		{"no scheme", secret, 401},
		{"another scheme", "Digest " + secret, 401},
	} {
		for _, path := range []string{"/", "/metrics", "/api/v1/apps", "/nowhere"} {
			status, text, header := server.see(t, path, "Authorization", test.header)
			if (status == 401) != (test.status == 401) {
				t.Errorf("%s, %s: %d %s", test.name, path, status, text)
			}
			if status == 401 && !strings.HasPrefix(header.Get("WWW-Authenticate"), "Basic ") {
				t.Errorf("%s, %s: a browser would not ask: %v", test.name, path, header)
			}
		}
	}
	for _, path := range []string{"/healthz", "/readyz"} { // for what starts and stops processes
		if status, _, _ := server.see(t, path); status != 200 {
			t.Errorf("%s without the token: %d", path, status)
		}
	}
}

// TestAPageCannotReachThePrivateSide sends the Host that a browser would, where
// a page has pointed a name of its own to 127.0.0.1.
func TestAPageCannotReachThePrivateSide(t *testing.T) {
	server := serve(t, nil)
	ask := func(method, path, host string) int {
		request, err := http.NewRequestWithContext(t.Context(), method, server.private+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Host = host
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		return answer.StatusCode
	}
	for host, want := range map[string]int{
		"localhost": 200, "LOCALHOST:8081": 200, "127.0.0.1": 200, "127.1.2.3:8081": 200, "[::1]:8081": 200, "[::1]": 200,
		"rebound.example": 421, "localhost.example:8081": 421, "192.0.2.1": 421, "127.0.0.1.example": 421,
	} {
		if got := ask("GET", "/metrics", host); got != want {
			t.Errorf("Host %s: %d, want %d", host, got, want)
		}
	}
	const release = "/api/v1/apps/pace/releases/v1"
	for _, method := range []string{"PUT", "DELETE"} {
		if got := ask(method, release, "rebound.example"); got != 421 {
			t.Errorf("%s of a release by a name of its own: %d", method, got)
		}
		// By the name of this machine it has to ask first, and is not told that it may.
		status, _, header := send(t, "OPTIONS", server.private+release, "", "Origin", "https://page.example", "Access-Control-Request-Method", method)
		if status != 405 || header.Get("Access-Control-Allow-Origin") != "" || header.Get("Access-Control-Allow-Methods") != "" {
			t.Errorf("a page may %s releases: %d %v", method, status, header)
		}
	}
	for fetch, want := range map[string]int{
		"none navigate document": 200, "same-origin navigate document": 200, "same-origin no-cors image": 200, "cross-site navigate document": 200, // by a link
		"cross-site no-cors image": 403, "cross-site cors empty": 403, "cross-site no-cors script": 403, "cross-site navigate iframe": 403,
		"same-site no-cors empty": 403, "same-site navigate frame": 403,
	} {
		how := strings.Fields(fetch)
		if got, _, _ := server.see(t, "/metrics", "Sec-Fetch-Site", how[0], "Sec-Fetch-Mode", how[1], "Sec-Fetch-Dest", how[2]); got != want {
			t.Errorf("%s: %d, want %d", fetch, got, want)
		}
	}
	if got := ask("DELETE", release, "localhost"); got != 404 {
		t.Errorf("a release that nobody registered: %d", got)
	}
	if got := ask("POST", release, "localhost"); got != 405 { // what a form can send without asking
		t.Errorf("a form may register releases: %d", got)
	}
}

func TestThePublicPageIsMadeOnceForAll(t *testing.T) {
	server := serve(t, func(c *collector.Config) {
		c.PublicDashboard, c.AllowList = true, &wire.AllowList{}
		c.AllowList.Add([]wire.Command{{Path: "pace get"}, {Path: "pace list"}})
	})
	for range answers.FewestInstalls { // what fewer do is shown to nobody
		server.post(t, body(uuid.New(), "pace get", 1))
	}
	status, page, header := server.send(t, "GET", "/", "")
	if status != 200 || !strings.Contains(page, "pace get") || !strings.HasPrefix(header.Get("Cache-Control"), "public, max-age=") || header.Get("Content-Security-Policy") == "" {
		t.Fatalf("%d %v\n%s", status, header, page)
	}
	server.post(t, body(uuid.New(), "pace list", 1))
	for _, path := range []string{"/", "/?days=365", "/?app=nonsense"} {
		if status, again, _ := server.send(t, "GET", path, ""); status != 200 || again != page {
			t.Errorf("%s: %d, another page", path, status)
		}
	}
	if _, fresh, _ := server.see(t, "/"); !strings.Contains(fresh, "pace list") {
		t.Error("the private side is not up to date")
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if _, _, header := server.send(t, "GET", "/", ""); header.Get("Age") > "0" {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the page does not say how old it is")
		}
	}
	if status, _, _ := server.send(t, "GET", "/metrics", ""); status != 404 {
		t.Errorf("/metrics is public, too: %d", status)
	}
}

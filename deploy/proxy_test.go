// Package deploy has the tests of the files beside it that are read by programs
// of the field: each is read by its own.
package deploy

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// A backend stands where the collector does, and keeps what reaches it.
type backend struct {
	*httptest.Server
	mu   sync.Mutex
	seen []string // method, path, X-Forwarded-For, body
}

func newBackend(t *testing.T) *backend {
	b := new(backend)
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		b.mu.Lock()
		defer b.mu.Unlock()
		b.seen = append(b.seen, strings.Join([]string{r.Method, r.URL.Path, r.Header.Get("X-Forwarded-For"), string(body)}, " "))
		io.WriteString(w, "OK")
	}))
	t.Cleanup(b.Close)
	return b
}

func (b *backend) address() string { return b.Listener.Addr().String() }

// TestProxiesPassReportsAndErasuresOnly has each proxy in front of a backend.
func TestProxiesPassReportsAndErasuresOnly(t *testing.T) {
	for name, start := range map[string]func(*testing.T, string) string{"nginx": nginx, "caddy": caddy} {
		t.Run(name, func(t *testing.T) {
			b := newBackend(t)
			base := start(t, b.address())
			client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
			ask := func(method, path, body string) int {
				t.Helper()
				request, err := http.NewRequest(method, base+path, strings.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				request.Header.Set("X-Forwarded-For", "192.0.2.1") // what a sender claims
				answer, err := client.Do(request)
				if err != nil {
					t.Fatal(err)
				}
				answer.Body.Close()
				return answer.StatusCode
			}
			for _, path := range []string{"/", "/metrics", "/api/v1/installs", "/readyz", "/healthz", "/telemetryx", "/x/telemetry", "/telemetry/../metrics", "//metrics"} {
				if status := ask("GET", path, ""); status != http.StatusNotFound {
					t.Errorf("%s: status %d", path, status)
				}
			}
			if len(b.seen) > 0 {
				t.Errorf("it passed %q", b.seen)
			}
			if status := ask("POST", "/telemetry", "{}"); status != http.StatusOK {
				t.Errorf("a report: status %d", status)
			}
			if status := ask("DELETE", "/telemetry/36be4c46", ""); status != http.StatusOK {
				t.Errorf("an erasure: status %d", status)
			}
			want := []string{"POST /telemetry 127.0.0.1 {}", "DELETE /telemetry/36be4c46 127.0.0.1 "}
			for i, line := range want {
				if len(b.seen) <= i || b.seen[i] != line {
					t.Fatalf("it passed %q, want %q", b.seen, want)
				}
			}
		})
	}
}

// nginx runs the file as the only server of an nginx, with a certificate of the
// test's and other addresses; nothing else is changed. It has one process: workers
// would outlive a master that is killed.
func nginx(t *testing.T, backend string) string {
	program := "/usr/sbin/nginx" // not in everybody's PATH
	if _, err := os.Stat(program); err != nil {
		program = peertest.Need(t, "nginx")[0]
	}
	dir, address := t.TempDir(), peertest.FreeAddress(t)
	certificate, key := peertest.SelfSigned(t, dir, 1)
	text := read(t, "proxy/nginx.conf")
	for _, change := range [][2]string{
		{"listen 443 ssl;", "listen " + address + " ssl;"},
		{"listen [::]:443 ssl;", ""},
		{"/etc/letsencrypt/live/telemetry.example.com/fullchain.pem", certificate},
		{"/etc/letsencrypt/live/telemetry.example.com/privkey.pem", key},
		{"127.0.0.1:8080", backend},
	} {
		if !strings.Contains(text, change[0]) {
			t.Fatalf("proxy/nginx.conf has no %q", change[0])
		}
		text = strings.ReplaceAll(text, change[0], change[1])
	}
	config := write(t, dir, "nginx.conf", fmt.Sprintf("daemon off; master_process off; pid %s/pid; error_log stderr; events {}\nhttp {\n"+
		"client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;\n%s}\n", dir, text))
	if output, err := exec.Command(program, "-t", "-c", config).CombinedOutput(); err != nil {
		t.Fatalf("nginx -t: %v\n%s", err, output)
	}
	peertest.Program(t, "nginx", serves("https://"+address), func() *exec.Cmd { return exec.Command(program, "-c", config) })
	return "https://" + address
}

func caddy(t *testing.T, backend string) string {
	program := peertest.Need(t, "caddy")[0]
	address, dir := peertest.FreeAddress(t), t.TempDir()
	environment := append(os.Environ(), "TELEMETRY_DOMAIN=http://"+address, "TELEMETRY_COLLECTOR="+backend, "HOME="+dir, "XDG_DATA_HOME="+dir, "XDG_CONFIG_HOME="+dir)
	validate := exec.Command(program, "validate", "--adapter", "caddyfile", "--config", "proxy/Caddyfile")
	validate.Env = append(environment, "TELEMETRY_DOMAIN=telemetry.example.com")
	if output, err := validate.CombinedOutput(); err != nil {
		t.Fatalf("caddy validate: %v\n%s", err, output)
	}
	// Its API would be on one port for all.
	config := write(t, dir, "Caddyfile", "{\n\tadmin off\n}\n"+read(t, "proxy/Caddyfile"))
	peertest.Program(t, "caddy", serves("http://"+address), func() *exec.Cmd {
		cmd := exec.Command(program, "run", "--adapter", "caddyfile", "--config", config)
		cmd.Env = environment
		return cmd
	})
	return "http://" + address
}

func serves(url string) func() error {
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}}
	return func() error {
		answer, err := client.Get(url)
		if err == nil {
			answer.Body.Close()
		}
		return err
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

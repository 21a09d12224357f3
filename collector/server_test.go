package collector_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector"
	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// running is a collector that serves.
type running struct {
	public, private string // base URLs
	server          *collector.Server
	log             *lockedBuffer
	stop            func() error // and the result of Run
}

type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer // not embedded: io.Copy would call its ReadFrom, without the lock
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// serve starts a collector with a store of its own, unless change sets one.
func serve(t *testing.T, change func(*collector.Config)) running {
	t.Helper()
	return serveAt(t, time.Now, change)
}

// serveAt has it go by another clock.
func serveAt(t *testing.T, now func() time.Time, change func(*collector.Config)) running {
	t.Helper()
	log := &lockedBuffer{}
	config := collector.Config{Interval: time.Second, Retention: 24 * time.Hour, Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	if change != nil {
		change(&config)
	}
	if config.Store == nil && len(config.Sinks) == 0 {
		var err error
		if config.Store, err = store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "telemetry.db"), nil); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { config.Store.Close() })
	}
	public, private := listen(t), listen(t)
	ctx, cancel := context.WithCancel(context.Background())
	result := make(chan error, 1)
	server := collector.New(config)
	server.SetClock(now)
	go func() { result <- server.Run(ctx, public, private) }()
	stop := sync.OnceValue(func() error { cancel(); return <-result })
	t.Cleanup(func() { stop() })
	return running{"http://" + public.Addr().String(), "http://" + private.Addr().String(), server, log, stop}
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

// until waits for something that takes no minute.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("not within a minute: ", what)
		}
	}
}

// send makes one request of the public side and returns status, body and headers.
func (r running) send(t *testing.T, method, path, body string, header ...string) (int, string, http.Header) {
	t.Helper()
	return send(t, method, r.public+path, body, header...)
}

// see asks the private side.
func (r running) see(t *testing.T, path string, header ...string) (int, string, http.Header) {
	t.Helper()
	return send(t, "GET", r.private+path, "", header...)
}

func send(t *testing.T, method, address, body string, header ...string) (int, string, http.Header) {
	t.Helper()
	status, text, answered, err := try(t, method, address, body, header...)
	if err != nil {
		t.Fatal(err)
	}
	return status, text, answered
}

// try is send, for what may get no answer.
func try(t *testing.T, method, address, body string, header ...string) (int, string, http.Header, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, "", nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(text), answer.Header, err
}

func (r running) post(t *testing.T, body string, header ...string) (int, string, http.Header) {
	t.Helper()
	return r.send(t, "POST", "/telemetry", body, append([]string{"Content-Type", "application/json"}, header...)...)
}

func body(id uuid.UUID, path string, count int) string {
	return fmt.Sprintf(`{"metric_points":{%q:{"0":{"cumulative_count":%d}}},"cli_version":"v1","operating_system":"linux","id":"%s"}`, path, count, id)
}

func TestAReportIsAnsweredWithOKAndCounted(t *testing.T) {
	server := serve(t, nil)
	vector, err := os.ReadFile("../testdata/protocol/report/typical.json")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		status, text, _ := server.post(t, string(vector))
		if status != 200 || text != "OK" {
			t.Fatalf("%d %q", status, text)
		}
	}
	_, metrics, _ := server.see(t, "/metrics")
	for _, want := range []string{
		`cli_commands_total{app="pace",cli_version="v1.16.0",command="pace get data-policy",exit_code="0",operating_system="darwin",sub1="get",sub2="data-policy"} 2`,
		`cli_commands_total{app="pace",cli_version="v1.16.0",command="pace get data-policy",exit_code="1",operating_system="darwin",sub1="get",sub2="data-policy"} 1`,
		`cli_active_installs{app="pace",cli_version="v1.16.0",operating_system="darwin"} 1`,
		`telemetry_collector_reports_total{outcome="accepted"} 2`,
	} {
		if !strings.Contains(metrics, want+"\n") {
			t.Errorf("no %s in\n%s", want, regexp.MustCompile("(?m)^(cli|telemetry).*$").FindAllString(metrics, -1))
		}
	}
	if status, page, _ := server.see(t, "/"); status != 200 || !strings.Contains(page, "pace get data-policy") {
		t.Errorf("the dashboard: %d\n%s", status, page)
	}
}

func TestScrapersSeeASeriesAtZeroFirst(t *testing.T) {
	server := serve(t, func(c *collector.Config) { c.Interval = 2 * time.Second })
	scrape := func() string {
		_, metrics, _ := server.see(t, "/metrics", "X-Prometheus-Scrape-Timeout-Seconds", "10")
		return regexp.MustCompile(`(?m)^cli_commands_total\{.*\} (\d+)$`).FindStringSubmatch(metrics)[1]
	}
	server.post(t, body(uuid.New(), "pace get", 7))
	if got := scrape(); got != "0" {
		t.Fatalf("the first value is %s", got)
	}
	for deadline := time.Now().Add(10 * time.Second); scrape() != "7"; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the total never appears")
		}
	}
}

// TestASeriesIsZeroFirstAfterADeath has the collector killed before it told
// anyone of a new series, and away for longer than an interval.
func TestASeriesIsZeroFirstAfterADeath(t *testing.T) {
	written := peertest.Prometheus(t)
	killed := newProcess(t, "--store", "sqlite:"+filepath.Join(t.TempDir(), "telemetry.db"), "--interval", "1s",
		"--remote-write-url", written.URL+"/api/v1/write")
	for _, path := range []string{"pace get", "pace list"} { // the second when others have been written
		interval := time.Now().Truncate(time.Second).Add(time.Second + 20*time.Millisecond)
		time.Sleep(time.Until(interval))
		if ok, err := deliver(killed.address, []byte(body(uuid.New(), path, 7)), 1); !ok || err != nil {
			t.Fatal(ok, err)
		}
		killed.kill()
		time.Sleep(2500 * time.Millisecond)
		killed.start()
		text, err := fetch(t.Context(), "http://"+killed.private+"/metrics", "X-Prometheus-Scrape-Timeout-Seconds", "10")
		series := regexp.MustCompile(`(?m)^cli_commands_total\{.*command="` + path + `".*`).FindString(text)
		if err != nil || !strings.HasSuffix(series, " 0") {
			t.Errorf("%v, a scraper sees first: %s", err, series)
		}
		all := func(got map[string]float64) bool { return got[path+" 0"] == 7 }
		eventually(t, 30*time.Second, "written", all, func() (map[string]float64, error) {
			return query(t.Context(), written.URL, "cli_commands_total")
		})
		eventually(t, time.Second, "written, from the first value on", all, func() (map[string]float64, error) {
			return query(t.Context(), written.URL, "max_over_time(cli_commands_total[1h]) - min_over_time(cli_commands_total[1h])")
		})
	}
	resets, err := query(t.Context(), written.URL, "resets(cli_commands_total[1h])")
	if err != nil || len(resets) != 2 || resets["pace get 0"] != 0 {
		t.Errorf("resets %v, %v", resets, err)
	}
}

func TestWhatIsNoReportGetsA4xxThatSaysWhy(t *testing.T) {
	server := serve(t, nil)
	good := body(uuid.New(), "pace get", 1)
	for _, test := range []struct {
		name, method, path, body string
		header                   []string
		status                   int
		says                     string
	}{
		{"a form", "POST", "/telemetry", good, []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, "application/json"},
		{"no type", "POST", "/telemetry", good, nil, 415, "application/json"},
		{"another charset", "POST", "/telemetry", good, []string{"Content-Type", "application/json; charset=latin1"}, 415, "application/json"},
		{"compressed", "POST", "/telemetry", good, []string{"Content-Type", "application/json", "Content-Encoding", "gzip"}, 415, "compressed"},
		{"too long", "POST", "/telemetry", good + strings.Repeat(" ", wire.MaxBody), []string{"Content-Type", "application/json"}, 413, "65536"},
		{"empty", "POST", "/telemetry", "", []string{"Content-Type", "application/json"}, 400, "JSON"},
		{"GET", "GET", "/telemetry", "", nil, 405, "Method"},
		{"elsewhere", "POST", "/telemetry/x", good, []string{"Content-Type", "application/json"}, 405, "Method"},
		{"nowhere", "GET", "/etc/passwd", "", nil, 404, "not found"},
		{"DELETE of no id", "DELETE", "/telemetry/me", "", nil, 400, "UUID"},
		{"DELETE of an unknown id", "DELETE", "/telemetry/" + uuid.NewString(), "", nil, 404, "nothing"},
	} {
		status, text, _ := server.send(t, test.method, test.path, test.body, test.header...)
		if status != test.status || !strings.Contains(text, test.says) {
			t.Errorf("%s: %d %q, want %d and %q", test.name, status, text, test.status, test.says)
		}
	}
	files, _ := filepath.Glob("../testdata/protocol/reject/*.json")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if status, text, _ := server.post(t, string(data)); status != 400 || text == "" {
			t.Errorf("%s: %d %q", file, status, text)
		}
	}
	if status, text, _ := server.post(t, good, "Content-Type", "application/json; charset=utf-8"); status != 200 || text != "OK" {
		t.Errorf("after all of that a good one: %d %q", status, text)
	}
}

func TestOnlyListedCommandsAreTaken(t *testing.T) {
	file := filepath.Join(t.TempDir(), "commands.txt")
	if err := os.WriteFile(file, []byte("pace\npace get\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	list, err := wire.ReadAllowList([]string{file})
	if err != nil {
		t.Fatal(err)
	}
	server := serve(t, func(c *collector.Config) { c.AllowList = list })
	for path, want := range map[string]int{"pace get": 200, "pace get (unlisted)": 200, "pace secret": 200, "kubectl get": 400} {
		if status, text, _ := server.post(t, body(uuid.New(), path, 1)); status != want {
			t.Errorf("%s: %d %s", path, status, text)
		}
	}
}

func TestABurstOfOneIDIsTakenAndMoreIsNot(t *testing.T) {
	server := serve(t, nil)
	id := uuid.New()
	for i := range 10 {
		if status, text, _ := server.post(t, body(id, "pace get", i+1)); status != 200 {
			t.Fatalf("report %d of a minute: %d %s", i+1, status, text)
		}
	}
	status, text, header := server.post(t, body(id, "pace get", 11))
	if status != 429 || header.Get("Retry-After") != "6" || !strings.Contains(text, "10 reports") {
		t.Errorf("the 11th: %d %q, Retry-After %q", status, text, header.Get("Retry-After"))
	}
	if status, _, _ := server.post(t, body(uuid.New(), "pace get", 1)); status != 200 {
		t.Errorf("another id: %d", status)
	}
}

func TestANetworkIsLimitedAndOnlyTrustedProxiesNameAnother(t *testing.T) {
	server := serve(t, nil)
	limit := func(forwarded func(i int) string) (limited int) {
		for i := range 200 {
			if status, _, _ := server.send(t, "GET", "/nowhere", "", "X-Forwarded-For", forwarded(i)); status == 429 {
				limited++
			}
		}
		return limited
	}
	if limit(func(i int) string { return fmt.Sprintf("10.0.%d.1", i) }) == 0 {
		t.Error("an address that anyone can claim was believed")
	}
	if status, _, _ := server.send(t, "GET", "/healthz", ""); status != 200 {
		t.Errorf("the health check is limited: %d", status)
	}
	server = serve(t, func(c *collector.Config) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	if n := limit(func(i int) string { return fmt.Sprintf("10.0.%d.1", i) }); n != 0 {
		t.Errorf("behind a trusted proxy %d of 200 requests from 200 networks were limited", n)
	}
	if limit(func(i int) string { return fmt.Sprintf("2001:db8:7:%x::1", i) }) == 0 {
		t.Error("the addresses of one /48 count as many networks")
	}
	if limit(func(i int) string { return fmt.Sprintf("10.1.%d.1, 192.0.2.%d", i, i) }) == 0 {
		t.Error("what the client claims before what the proxy saw was believed")
	}
	if n := limit(func(i int) string { return fmt.Sprintf("10.2.%d.1:%d", i, 40_000+i) }); n != 0 {
		t.Errorf("behind a proxy that appends the port %d of 200 requests from 200 networks were limited", n)
	}
	provider := 0
	for round := range 10 {
		provider += limit(func(i int) string { return fmt.Sprintf("2001:db9:%x::1", 200*round+i) })
	}
	if provider == 0 {
		t.Error("2,000 networks of one IPv6 /32 at once were not limited")
	}
}

func TestDeleteForgetsAnID(t *testing.T) {
	server := serve(t, nil)
	id := uuid.New()
	server.post(t, body(id, "pace get", 1))
	for _, want := range []int{204, 404} {
		if status, text, _ := server.send(t, "DELETE", "/telemetry/"+id.String(), ""); status != want {
			t.Errorf("%d %q, want %d", status, text, want)
		}
	}
}

// TestNothingPersonalIsKept looks for ids and addresses in every file of the
// store and in the log.
func TestNothingPersonalIsKept(t *testing.T) {
	dir := t.TempDir()
	kept, err := store.Open(t.Context(), "sqlite:"+filepath.Join(dir, "telemetry.db"), nil)
	if err != nil {
		t.Fatal(err)
	}
	server := serve(t, func(c *collector.Config) {
		c.Store = kept
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	})
	id := uuid.New()
	for i := range 12 {
		server.post(t, body(id, "pace get", i), "X-Forwarded-For", "203.0.113.77")
	}
	server.post(t, body(id, "pace get", 5_000_000), "X-Forwarded-For", "203.0.113.77")
	server.post(t, `{"metric_points":`, "X-Forwarded-For", "203.0.113.77")
	if err := server.stop(); err != nil {
		t.Fatal(err)
	}
	kept.Close()
	everything := server.log.String()
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		everything += string(data)
	}
	if !strings.Contains(everything, "pace get") {
		t.Fatal("nothing was kept at all")
	}
	for _, secret := range []string{id.String(), string(id[:]), "203.0.113", "127.0.0.1:"} {
		if strings.Contains(everything, secret) {
			t.Errorf("%q was kept", secret)
		}
	}
}

package cloudfunction

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/passthrough"
	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

const report = `{"metric_points":{"pace get data-policy":{"0":{"cumulative_count":2},"1":{"cumulative_count":1}}},
	"cli_version":"v1.16.0","operating_system":"darwin","id":"36be4c46-4e1b-431d-b9db-1b315f537a85"}`

// TestMain is also the function as a program of its own, as Google runs it.
func TestMain(m *testing.M) {
	if address := os.Getenv("TELEMETRY_FUNCTION_LISTEN"); address != "" {
		time.AfterFunc(time.Minute, func() { os.Exit(1) })
		fmt.Fprintln(os.Stderr, http.ListenAndServe(address, http.HandlerFunc(Telemetry)))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// function starts the program with this environment and returns its URL.
func function(t *testing.T, environment ...string) string {
	t.Helper()
	address := peertest.FreeAddress(t)
	program := exec.Command(os.Args[0])
	program.Env = append(os.Environ(), append(environment, "TELEMETRY_FUNCTION_LISTEN="+address)...)
	program.Stderr = os.Stderr
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		program.Process.Kill()
		program.Wait()
	})
	for deadline := time.Now().Add(20 * time.Second); ; {
		if connection, err := net.Dial("tcp", address); err == nil {
			connection.Close()
			return "http://" + address
		} else if time.Now().After(deadline) {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// post sends a body with headers, given as names and values in turn.
func post(t *testing.T, address, body string, headers ...string) (status int, answer string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(data)
}

func TestAReportReachesGrafanaCloudAndGraphite(t *testing.T) {
	graphite := peertest.Graphite(t)
	cloud := peertest.GrafanaCloud(t, graphite.Address)
	address := function(t, "GRAPHITE_URL="+cloud.URL, "GRAPHITE_TOKEN="+cloud.Token)
	if status, answer := post(t, address, report, "Content-Type", "application/json"); status != 200 || answer != "OK" {
		t.Fatalf("%d %q, %v", status, answer, cloud.Refused())
	}
	samples := cloud.Samples()
	if len(samples) != 2 {
		t.Fatalf("%d samples", len(samples))
	}
	want := []string{"app=pace", "cli_version=v1.16.0", "command=pace get data-policy", "exit_code=1",
		"id=36be4c46-4e1b-431d-b9db-1b315f537a85", "operating_system=darwin", "sub1=get", "sub2=data-policy"}
	if s := samples[1]; s.Name != "cli_commands_total" || *s.Value != 1 || !slices.Equal(s.Tags, want) {
		t.Errorf("got %+v", s)
	}
	target := url.QueryEscape("seriesByTag('name=cli_commands_total','exit_code=0','sub2=data-policy','id=36be4c46-4e1b-431d-b9db-1b315f537a85')")
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		response, err := http.Get(graphite.URL + "/render?format=json&from=-5min&target=" + target)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if strings.Contains(string(body), fmt.Sprintf("[2.0, %d]", samples[0].Time)) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("graphite: %s", body)
		}
	}
}

func TestAnswers(t *testing.T) {
	cloud := peertest.GrafanaCloud(t)
	list := filepath.Join(t.TempDir(), "commands.txt")
	if err := os.WriteFile(list, []byte("pace get data-policy\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	address := function(t, "GRAPHITE_URL="+cloud.URL, "GRAPHITE_TOKEN="+cloud.Token, "TELEMETRY_COMMANDS="+list)
	empty := `{"metric_points":{},"cli_version":"v1","operating_system":"linux","id":"36be4c46-4e1b-431d-b9db-1b315f537a85"}`
	for _, test := range []struct {
		what, media, body string
		failure           int
		status            int
	}{
		{"a report", "application/json", report, 0, 200},
		{"a report with a charset", "application/json; charset=utf-8", report, 0, 200},
		{"a report without counters", "application/json", empty, 0, 200},
		{"a report in another charset", "application/json; charset=iso-8859-1", report, 0, 415},
		{"a form", "application/x-www-form-urlencoded", report, 0, 415},
		{"no JSON", "application/json", "{", 0, 400},
		{"an unlisted command", "application/json", strings.ReplaceAll(report, "get", "steal"), 0, 200},
		{"an app that is not listed", "application/json", strings.ReplaceAll(report, "pace", "steal"), 0, 400},
		{"too much", "application/json", strings.Repeat(" ", 65<<10), 0, 413},
		{"a busy Graphite", "application/json", report, 429, 503},
		{"a broken Graphite", "application/json", report, 500, 503},
		{"a refused token", "application/json", report, 401, 502},
	} {
		if test.failure != 0 {
			cloud.FailNext(peertest.Failure{Status: test.failure, Body: "because of " + cloud.Token})
		}
		status, answer := post(t, address, test.body, "Content-Type", test.media)
		if status != test.status || (status == 200) != (answer == "OK") || strings.Contains(answer, cloud.Token) {
			t.Errorf("%s: %d %q, want %d", test.what, status, answer, test.status)
		}
	}
	response, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("GET: %s", response.Status)
	}
	if got := len(cloud.Samples()); got != 6 {
		t.Errorf("%d samples arrived", got)
	}
}

// The body is a good report: only what the header says of it is refused.
func TestACompressedBodyIsRefused(t *testing.T) {
	cloud := peertest.GrafanaCloud(t)
	address := function(t, "GRAPHITE_URL="+cloud.URL, "GRAPHITE_TOKEN="+cloud.Token)
	for encoding, want := range map[string]int{"identity": 200, "gzip": 415} {
		status, _ := post(t, address, report, "Content-Type", "application/json", "Content-Encoding", encoding)
		if status != want {
			t.Errorf("Content-Encoding %s: %d, want %d", encoding, status, want)
		}
	}
	if got := len(cloud.Samples()); got != 2 {
		t.Errorf("%d samples arrived, want those of one report", got)
	}
}

// TestStrangersMakeABoundedBill sends what made 11,360 series in five requests,
// and goes on.
func TestStrangersMakeABoundedBill(t *testing.T) {
	cloud := peertest.GrafanaCloud(t)
	address := function(t, "GRAPHITE_URL="+cloud.URL, "GRAPHITE_TOKEN="+cloud.Token, "TELEMETRY_TRUSTED_PROXIES=127.0.0.1")
	send := func(network, version, id string) int {
		var codes []string
		for code := range 256 {
			codes = append(codes, fmt.Sprintf(`"%d":{"cumulative_count":1}`, code))
		}
		point := strings.Join(codes, ",")
		body := fmt.Sprintf(`{"metric_points":{"pace a":{%s},"pace b":{%[1]s},"pace c":{%[1]s},"pace d":{%[1]s}},"cli_version":%q,"operating_system":"linux","id":%q}`, point, version, id)
		status, _ := post(t, address, body, "Content-Type", "application/json", "X-Forwarded-For", network)
		return status
	}
	answers := map[int]int{}
	for n := range 30 {
		answers[send("192.0.2.1", fmt.Sprint("v", n), fmt.Sprintf("36be4c46-4e1b-431d-b9db-1b315f5370%02d", n))]++
	}
	if answers[200] != passthrough.SeriesPerNetwork/1024 || answers[429] != 30-answers[200] {
		t.Errorf("answers %v", answers)
	}
	if got := len(cloud.Samples()); got != answers[200]*1024 {
		t.Errorf("%d series", got)
	}
	if status := send("198.51.100.1", "v1", "36be4c46-4e1b-431d-b9db-1b315f537a85"); status != 200 {
		t.Errorf("another network: %d", status)
	}
}

func TestWithoutConfigurationNothingIsTaken(t *testing.T) {
	address := function(t, "GRAPHITE_URL=")
	if status, answer := post(t, address, report, "Content-Type", "application/json"); status != 500 || strings.Contains(answer, "OK") {
		t.Errorf("%d %q", status, answer)
	}
	server := httptest.NewServer(nil)
	server.Close()
	down := function(t, "GRAPHITE_URL="+server.URL)
	if status, _ := post(t, down, report, "Content-Type", "application/json"); status != http.StatusServiceUnavailable {
		t.Errorf("Graphite is down: %d", status)
	}
	unlisted := function(t, "GRAPHITE_URL="+server.URL, "TELEMETRY_COMMANDS="+filepath.Join(t.TempDir(), "missing"))
	if status, _ := post(t, unlisted, report, "Content-Type", "application/json"); status != http.StatusInternalServerError {
		t.Errorf("the list of commands is missing: %d", status)
	}
}

// The file that the README has the reader write is a function's package.
func TestTheReadmesFunctionBuilds(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, source, _ := strings.Cut(string(readme), "```go\n")
	source, _, _ = strings.Cut(source, "```")
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	module, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	// The same versions as here, so that the test needs no network.
	goMod := strings.Replace(string(module), "module github.com/telemetrygen/telemetrygen", "module function", 1) +
		"\nrequire github.com/telemetrygen/telemetrygen v0.0.0\nreplace github.com/telemetrygen/telemetrygen => " + root + "\n"
	for name, content := range map[string]string{"function.go": source, "go.mod": goMod, "go.sum": string(sums)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	peertest.Long(t, "builds the function")
	vet := exec.Command("go", "vet", ".")
	vet.Dir = dir
	vet.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off")
	if output, err := vet.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
}

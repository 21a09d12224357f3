package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// TestMain is the program itself when a test starts it.
func TestMain(m *testing.M) {
	if os.Getenv("TELEMETRY_COLLECTOR_TEST_MAIN") == "1" {
		main()
		return
	}
	os.Exit(peertest.Run(m))
}

func command(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Dir = t.TempDir()
	cmd.Env = append([]string{"TELEMETRY_COLLECTOR_TEST_MAIN=1", "HOME=" + cmd.Dir, "TELEMETRY_LISTEN=127.0.0.1:0", "TELEMETRY_PRIVATE_LISTEN=127.0.0.1:0"}, env...)
	return cmd
}

// A collector runs until the test ends.
type running struct {
	public, private string // base URLs
	process         *os.Process
	says            func(text string)    // waits until it writes a line with text, at most a minute
	stop            func() (int, string) // with SIGTERM: exit status, and everything that it wrote
}

func started(t *testing.T, env []string, args ...string) running {
	t.Helper()
	cmd := command(t, env, args...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	r := running{process: cmd.Process}
	var log bytes.Buffer
	lines := bufio.NewReader(io.TeeReader(stderr, &log))
	var early []string // what it wrote before it served; says looks there first
	for r.public == "" {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatalf("it ended before it served:\n%s", log.String())
		}
		if found := regexp.MustCompile(`address"?[=:]"?(https?://[^\s"]+).*[ ,]"?private"?[=:]"?(https?://[^\s"]+)`).FindStringSubmatch(line); found != nil {
			r.public, r.private = found[1], found[2]
		}
		early = append(early, line)
	}
	r.says = func(text string) {
		t.Helper()
		defer time.AfterFunc(time.Minute, func() { cmd.Process.Kill() }).Stop()
		for line := ""; !strings.Contains(line, text); {
			var err error
			if len(early) > 0 {
				line, early = early[0], early[1:]
			} else if line, err = lines.ReadString('\n'); err != nil {
				t.Fatalf("it ended without saying %q:\n%s", text, log.String())
			}
		}
	}
	r.stop = func() (int, string) {
		cmd.Process.Signal(syscall.SIGTERM)
		io.Copy(io.Discard, lines)
		cmd.Wait()
		return cmd.ProcessState.ExitCode(), log.String()
	}
	return r
}

const report = `{"metric_points":{"pace get data-policy":{"0":{"cumulative_count":2}}},"cli_version":"v1.16.0","operating_system":"darwin","id":"36be4c46-4e1b-431d-b9db-1b315f537a85"}`

func post(t *testing.T, base, body string) string {
	t.Helper()
	answer, err := http.Post(base+"/telemetry", "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d %s", answer.StatusCode, text)
}

func TestMistakesEndWithOneLineAndStatus2(t *testing.T) {
	for _, test := range []struct {
		name string
		env  []string
		args []string
		says string
	}{
		{"an unknown flag", nil, []string{"--nonsense"}, "unknown flag: --nonsense"},
		{"an argument", nil, []string{"serve"}, `unknown command "serve"`},
		{"a store of no kind", nil, []string{"--store", "mysql://x"}, "a store is sqlite:FILE or postgres://"},
		{"a store that cannot be made", nil, []string{"--store", "sqlite:/no/such/folder/telemetry.db"}, "store:"},
		{"a database that is not there", nil, []string{"--store", "postgres://user:hunter2@127.0.0.1:1/x?connect_timeout=2"}, "store:"},
		{"an @ in a password", nil, []string{"--store", "postgres://user:x@hunter2@127.0.0.1:1/x?connect_timeout=2"}, "is written as %40"},
		{"an @ and a / in a password", nil, []string{"--store", "postgres://user:x@y/hunter2@127.0.0.1:1/x?connect_timeout=2"}, "is written as %40"},
		{"a / in a password", nil, []string{"--store", "postgres://user:x/hunter2@127.0.0.1:1/x?connect_timeout=2"}, "store:"},
		{"none without a sink", nil, []string{"--store", "none"}, "give it a sink"},
		{"no list", nil, []string{"--commands", "/no/such/commands.txt"}, "--commands: stat /no/such/commands.txt"},
		{"too short an interval", nil, []string{"--interval", "1ms"}, "--interval 1ms is less than a second"},
		{"too short a retention", nil, []string{"--retention", "1h"}, "--retention 1h0m0s is less than a day"},
		{"fewer than none", nil, []string{"--network-runs", "-1"}, "--network-runs -1 is less than 0"},
		{"a proxy that is none", nil, []string{"--trusted-proxies", "localhost"}, `"localhost" is neither an address`},
		{"a sink that is no URL", nil, []string{"--graphite-url", "localhost"}, "--graphite-url"},
		{"an address in use", nil, []string{"--listen", "256.0.0.1:1"}, "256.0.0.1"},
		{"a private side for everybody", nil, []string{"--private-listen", ":0"}, "--private-listen :0 is not loopback"},
		{"the same in IPv4", nil, []string{"--private-listen", "0.0.0.0:0"}, "TELEMETRY_PRIVATE_TOKEN"},
		{"a token that can be guessed", []string{"PRIVATE_TOKEN=hunter2"}, []string{"--private-listen", ":0"}, "fewer than 16 characters"},
		{"a token of white space", []string{"TELEMETRY_PRIVATE_TOKEN=                    \n"}, []string{"--private-listen", ":0"}, "TELEMETRY_PRIVATE_TOKEN is set, and empty"},
		{"the same by its other name", []string{"PRIVATE_TOKEN=\t                  "}, []string{"--private-listen", ":0"}, "PRIVATE_TOKEN is set, and empty"},
		{"a token that no header can hold", []string{"TELEMETRY_PRIVATE_TOKEN=0123456789\nabcdef012345"}, []string{"--private-listen", ":0"}, "is not one line"},
		{"a token twice", []string{"TELEMETRY_PRIVATE_TOKEN=0123456789abcdef", "TELEMETRY_PRIVATE_TOKEN_FILE=x"}, nil, "are both set"},
		{"a token in no file", []string{"TELEMETRY_PRIVATE_TOKEN_FILE=/no/such/file"}, nil, "TELEMETRY_PRIVATE_TOKEN_FILE: open /no/such/file"},
		{"both sides on one address", []string{"TELEMETRY_LISTEN=127.0.0.1:7"}, []string{"--private-listen", "127.0.0.1:7"}, "address already in use"},
		{"an empty folder of commands", nil, []string{"--commands", "."}, "no list of commands is in ."},
		{"a log of no format", nil, []string{"--log-format", "xml"}, "neither text nor json"},
		{"a certificate without its key", nil, []string{"--tls-cert", "cert.pem"}, "--tls-cert and --tls-key go together"},
		{"a certificate that is not there", nil, []string{"--tls-cert", "/no/such/cert.pem", "--tls-key", "/no/such/key.pem"}, "--tls-cert /no/such/cert.pem, --tls-key /no/such/key.pem: open /no/such/cert.pem"},
		{"a certificate that is none", nil, []string{"--tls-cert", os.DevNull, "--tls-key", os.DevNull}, "failed to find any PEM data"},
		{"a certificate of both kinds", nil, []string{"--tls-cert", "a", "--tls-key", "b", "--tls-domain", "t.example.com"}, "give one of them"},
		{"a domain that is none", nil, []string{"--tls-domain", "127.0.0.1"}, "is not a name like"},
		{"no address", nil, []string{"--listen", ""}, "--listen is given and empty"},
		{"no list of a variable", nil, []string{"--commands", ""}, "--commands is given and empty"},
		{"no domain of a variable", nil, []string{"--tls-domain="}, "--tls-domain is given and empty"},
		{"no certificate of a variable", nil, []string{"--tls-cert", "", "--tls-key", ""}, "--tls-cert is given and empty"},
		{"a release that is another address", nil, []string{"release", "--app", "pace", "--version", ".."}, "more than dots"},
		{"an app that is another address", nil, []string{"release", "--app", ".", "--version", "v1"}, "more than dots"},
		{"no release of a variable", nil, []string{"release", "--app", "pace", "--version", ""}, "--version is given and empty"},
		{"a report of no app", nil, []string{"report", "--app", ""}, "--app is given and empty"},
		{"the environment", []string{"TELEMETRY_INTERVAL=soon"}, nil, "TELEMETRY_INTERVAL=soon"},
	} {
		t.Run(test.name, func(t *testing.T) {
			cmd := command(t, test.env, test.args...)
			output, _ := cmd.CombinedOutput()
			if status := cmd.ProcessState.ExitCode(); status != 2 || !strings.Contains(string(output), test.says) {
				t.Errorf("exit status %d, want 2 and %q in:\n%s", status, test.says, output)
			}
			if strings.Contains(string(output), "hunter2") {
				t.Errorf("a password is shown:\n%s", output)
			}
		})
	}
}

// TestATokenIsWhatItsFirstLineSays: those who put one into a Kubernetes secret often put
// the end of the line there, too.
func TestATokenIsWhatItsFirstLineSays(t *testing.T) {
	const token = "0123456789abcdef"
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(" "+token+" \n\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, set := range []string{"TELEMETRY_PRIVATE_TOKEN=" + token + "\n", "PRIVATE_TOKEN=" + token + "\r\n", "TELEMETRY_PRIVATE_TOKEN_FILE=" + file} {
		collector := started(t, []string{set})
		request, err := http.NewRequestWithContext(t.Context(), "GET", collector.private+"/metrics", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+token)
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			t.Errorf("%q: %s", set, answer.Status)
		}
	}
}

func TestHelpHasExamplesAndEveryFlagWorksFromTheEnvironment(t *testing.T) {
	output, err := command(t, nil, "--help").CombinedOutput()
	if err != nil {
		t.Fatal(err, string(output))
	}
	for _, want := range []string{"Examples:", "--commands", "GRAPHITE_TOKEN", "Exit status"} {
		if !strings.Contains(string(output), want) {
			t.Errorf("no %q in\n%s", want, output)
		}
	}
	dir := t.TempDir()
	list := filepath.Join(dir, "commands.txt")
	if err := os.WriteFile(list, []byte("kube\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	server := started(t, []string{"TELEMETRY_STORE=sqlite:" + filepath.Join(dir, "here.db"), "TELEMETRY_COMMANDS=" + list, "TELEMETRY_RETENTION=48h", "TELEMETRY_TRUSTED_PROXIES=10.0.0.0/8"})
	if got := post(t, server.public, report); got != "400 no CLI named \"pace\" reports here\n" {
		t.Errorf("%q: TELEMETRY_COMMANDS was not read", got)
	}
	if _, err := os.Stat(filepath.Join(dir, "here.db")); err != nil {
		t.Error(err)
	}
	if status, log := server.stop(); status != 0 {
		t.Errorf("exit status %d after SIGTERM\n%s", status, log)
	}
}

// TestNoneOnlyPassesOn holds the stateless mode against a receiver as strict as
// Grafana Cloud's.
func TestNoneOnlyPassesOn(t *testing.T) {
	cloud := peertest.GrafanaCloud(t)
	server := started(t, []string{"TELEMETRY_GRAPHITE_TOKEN=" + cloud.Token}, "--store", "none", "--graphite-url", cloud.URL)
	if got := post(t, server.public, report); got != "200 OK" {
		t.Errorf("%q", got)
	}
	for _, address := range []string{server.private + "/", server.public + "/", server.public + "/telemetry/36be4c46-4e1b-431d-b9db-1b315f537a85"} {
		answer, err := http.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode < 400 {
			t.Errorf("%s: %s, but nothing is kept", address, answer.Status)
		}
	}
	status, log := server.stop() // what was acknowledged is delivered before it ends
	if status != 0 || strings.Contains(log, cloud.Token) {
		t.Errorf("exit status %d\n%s", status, log)
	}
	samples := cloud.Samples()
	if len(samples) != 1 {
		t.Fatalf("%v", samples)
	}
	got := fmt.Sprint(samples[0])
	for _, want := range []string{"app=pace", "sub1=get", "sub2=data-policy", "exit_code=0", "cli_version=v1.16.0", "operating_system=darwin", "id=36be4c46-4e1b-431d-b9db-1b315f537a85"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
}

// TestASinkThatIsDownCostsNothingAndCatchesUp starts a Prometheus only after
// reports were taken.
func TestASinkThatIsDownCostsNothingAndCatchesUp(t *testing.T) {
	t.Parallel()
	prometheus := peertest.Prometheus(t)
	prometheus.Kill()
	server := started(t, nil, "--interval", "1s", "--remote-write-url", prometheus.URL+"/api/v1/write", "--graphite-tcp", "127.0.0.1:1")
	if got := post(t, server.public, report); got != "200 OK" {
		t.Errorf("%q", got)
	}
	text := func(address string) string {
		answer, err := http.Get(address)
		if err != nil {
			return err.Error()
		}
		defer answer.Body.Close()
		body, _ := io.ReadAll(answer.Body)
		return string(body)
	}
	wait := func(what, address, want string) {
		t.Helper()
		for deadline := time.Now().Add(40 * time.Second); ; time.Sleep(100 * time.Millisecond) {
			got := text(address)
			if regexp.MustCompile(want).MatchString(got) {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("%s: no %s in\n%s", what, want, got)
			}
		}
	}
	wait("the sink is tried again", server.private+"/metrics", `telemetry_collector_sink_retries_total\{sink="remote_write"\} [1-9]`)
	wait("values wait for it", server.private+"/metrics", `telemetry_collector_sink_queued_samples\{sink="remote_write"\} ([4-9]|\d\d)`)
	prometheus.Start()
	wait("it catches up, from the first value on", prometheus.URL+"/api/v1/query?query=cli_commands_total-min_over_time(cli_commands_total[5m])", `"2"\]`)
	if status, log := server.stop(); status != 0 || !strings.Contains(log, "a sink did not get everything") {
		t.Errorf("exit status %d; a carbon that was never there is not named:\n%s", status, log)
	}
}

func fetch(t *testing.T, address string) string {
	t.Helper()
	answer, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

package collector_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

func TestMain(m *testing.M) {
	if address := os.Getenv("TELEMETRY_BENCH_DECODER"); address != "" {
		decodeOnly(address)
		return
	}
	if clock := os.Getenv("TELEMETRY_TEST_YEAR"); clock != "" {
		if err := serveAYear(clock); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(peertest.Run(m))
}

// A process is a collector that can be killed and started again.
type process struct {
	t       testing.TB
	address string // of the public side
	private string
	under   []string // a program that starts it
	args    []string
	cmd     *exec.Cmd
	output  *lockedBuffer
}

func newProcess(t testing.TB, args ...string) *process {
	t.Helper()
	return newProcessUnder(t, nil, args...)
}

// newProcessUnder has another program start it, by exec.
func newProcessUnder(t testing.TB, under []string, args ...string) *process {
	t.Helper()
	under = append(slices.Clone(under), peertest.Collector(t))
	p := &process{t: t, under: under, address: peertest.FreeAddress(t), private: peertest.FreeAddress(t), output: &lockedBuffer{}}
	p.args = append([]string{"--listen", p.address, "--private-listen", p.private, "--trusted-proxies", "127.0.0.1"}, args...)
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("the collector said:\n%s", p.output)
		}
	})
	p.start()
	return p
}

func (p *process) start() {
	p.t.Helper()
	command := append(slices.Clone(p.under), p.args...)
	p.cmd = exec.Command(command[0], command[1:]...)
	p.cmd.Stdout, p.cmd.Stderr = p.output, p.output
	peertest.DieWithTest(p.cmd)
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		answer, err := http.Get("http://" + p.private + "/readyz")
		if err == nil {
			answer.Body.Close()
			if answer.StatusCode == 200 {
				return
			}
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("the collector does not serve: %v\n%s", err, p.output)
		}
	}
}

// kill leaves it no time for anything.
func (p *process) kill() {
	p.cmd.Process.Kill()
	p.cmd.Wait()
}

// interrupt ends it as a user would, and returns its exit status.
func (p *process) interrupt() int {
	p.cmd.Process.Signal(os.Interrupt)
	p.cmd.Wait()
	return p.cmd.ProcessState.ExitCode()
}

// fetch returns the body of an answer with status 200. After the address come
// names and values of headers.
func fetch(ctx context.Context, address string, header ...string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, "GET", address, nil)
	if err != nil {
		return "", err
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != 200 {
		err = errors.New(answer.Status)
	}
	return string(body), err
}

// series reads the commands' totals out of GET /metrics, by command and exit code.
func (p *process) series() map[string]float64 {
	p.t.Helper()
	return p.seriesOf("", "")
}

// seriesOf are those of one version and system; empty: of all.
func (p *process) seriesOf(version, system string) map[string]float64 {
	p.t.Helper()
	text, err := fetch(p.t.Context(), "http://"+p.private+"/metrics")
	if err != nil {
		p.t.Fatal(err)
	}
	found := map[string]float64{}
	for line := range strings.SplitSeq(text, "\n") {
		labels, ok := strings.CutPrefix(line, "cli_commands_total{")
		if !ok {
			continue
		}
		labels, value, _ := strings.Cut(labels, "} ")
		if version != "" && !strings.Contains(labels, `cli_version="`+version+`"`) || system != "" && !strings.Contains(labels, `operating_system="`+system+`"`) {
			continue
		}
		var command, code string
		var total float64
		for pair := range strings.SplitSeq(labels, ",") {
			name, quoted, _ := strings.Cut(pair, "=")
			switch name {
			case "command":
				command = strings.Trim(quoted, `"`)
			case "exit_code":
				code = strings.Trim(quoted, `"`)
			}
		}
		fmt.Sscan(value, &total)
		found[command+" "+code] += total
	}
	return found
}

// query asks a Prometheus for an instant vector, by command and exit code.
func query(ctx context.Context, base, expression string) (map[string]float64, error) {
	text, err := fetch(ctx, base+"/api/v1/query?query="+url.QueryEscape(expression))
	if err != nil {
		return nil, err
	}
	var answer struct {
		Data struct {
			Result []struct {
				Metric map[string]string
				Value  [2]any
			}
		}
	}
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		return nil, err
	}
	found := map[string]float64{}
	for _, one := range answer.Data.Result {
		var value float64
		fmt.Sscan(one.Value[1].(string), &value)
		found[one.Metric["command"]+" "+one.Metric["exit_code"]] += value
	}
	return found, nil
}

// eventually waits until what comes to want, and says the last that it was.
func eventually[T any](t testing.TB, wait time.Duration, name string, ok func(T) bool, what func() (T, error)) {
	t.Helper()
	for deadline := time.Now().Add(wait); ; time.Sleep(100 * time.Millisecond) {
		got, err := what()
		if err == nil && ok(got) {
			return
		}
		if time.Now().After(deadline) {
			t.Errorf("%s: still %v, %v", name, got, err)
			return
		}
	}
}

// metric reads one value out of GET /metrics; -1 if it is not there.
func metric(text, name string) float64 {
	for line := range strings.SplitSeq(text, "\n") {
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			var value float64
			fmt.Sscan(rest, &value)
			return value
		}
	}
	return -1
}

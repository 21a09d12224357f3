package grafana_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

func TestMain(m *testing.M) { os.Exit(peertest.Run(m)) }

// start runs a collector, whose private side is to have an address, until stop
// is called or the test ends. It returns where reports are taken.
func start(t *testing.T, program, private string, args ...string) (public string, stop func()) {
	t.Helper()
	var output bytes.Buffer
	public = peertest.FreeAddress(t)
	cmd := exec.Command(program, append([]string{"--listen", public, "--private-listen", private, "--interval", hold.String()}, args...)...)
	cmd.Stdout, cmd.Stderr = &output, &output
	peertest.DieWithTest(cmd)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop = sync.OnceFunc(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
		if t.Failed() {
			t.Logf("the collector said:\n%s", &output)
		}
	})
	t.Cleanup(stop)
	wait(t, "the collector serves", func() bool {
		answer, err := http.Get("http://" + private + "/readyz")
		if err != nil {
			return false
		}
		answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	})
	return public, stop
}

// wait waits for a condition for a minute at most.
func wait(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !ok(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("a minute is over before %s", what)
		}
	}
}

// A report is what one install sends.
type report struct {
	MetricPoints    map[string]map[string]point `json:"metric_points"`
	CLIVersion      string                      `json:"cli_version"`
	OperatingSystem string                      `json:"operating_system"`
	ID              string                      `json:"id"`
}

type point struct {
	CumulativeCount int `json:"cumulative_count"`
}

func post(t *testing.T, address string, r report) {
	t.Helper()
	body, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.Post("http://"+address+"/telemetry", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if said, _ := io.ReadAll(answer.Body); answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", answer.Status, said)
	}
}

// A result is one series of an answer of Prometheus.
type result struct {
	Metric map[string]string `json:"metric"`
	Value  *sample           `json:"value"`  // of an instant query
	Values []sample          `json:"values"` // of a range query
}

type sample struct{ Time, Value float64 }

func (s *sample) UnmarshalJSON(text []byte) error {
	var pair [2]any
	if err := json.Unmarshal(text, &pair); err != nil {
		return err
	}
	var err error
	s.Time = pair[0].(float64)
	s.Value, err = strconv.ParseFloat(pair[1].(string), 64)
	return err
}

// all are the values of r, whichever the query was.
func (r result) all() []sample {
	if r.Value != nil {
		return []sample{*r.Value}
	}
	return r.Values
}

// ask sends a query to a Prometheus' HTTP interface, and decodes its data.
func ask(t *testing.T, prometheus *peertest.Peer, path string, values url.Values, data any) {
	t.Helper()
	answer, err := http.Get(prometheus.URL + path + "?" + values.Encode())
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("%v\n%s: %s", values, answer.Status, body)
	}
	wrapper := struct {
		Data any `json:"data"`
	}{data}
	if err := json.Unmarshal(body, &wrapper); err != nil {
		t.Fatalf("%v\n%s", err, body)
	}
}

// instant evaluates an expression now.
func instant(t *testing.T, prometheus *peertest.Peer, expression string) []result {
	t.Helper()
	var data struct{ Result []result }
	ask(t, prometheus, "/api/v1/query", url.Values{"query": {expression}}, &data)
	return data.Result
}

// between evaluates an expression at each step from one time to another.
func between(t *testing.T, prometheus *peertest.Peer, expression string, from, to time.Time, step time.Duration) []result {
	t.Helper()
	var data struct{ Result []result }
	ask(t, prometheus, "/api/v1/query_range", url.Values{
		"query": {expression}, "step": {fmt.Sprint(step.Seconds())},
		"start": {fmt.Sprint(from.Unix())}, "end": {fmt.Sprint(to.Unix())},
	}, &data)
	return data.Result
}

// values writes what an answer says.
func values(results []result) string {
	var b strings.Builder
	for _, r := range results {
		fmt.Fprint(&b, r.Metric, r.all(), " ")
	}
	return b.String()
}

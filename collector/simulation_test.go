package collector_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// An install counts its runs, and reports them from time to time.
type install struct {
	id       uuid.UUID
	counters map[string]int // by "<command> <exit code>"
	old      []byte         // an earlier report, which may arrive late
}

func (i *install) run(random *rand.Rand) {
	commands := []string{"pace", "pace get", "pace get data-policy", "pace list", "pace apply", "pace apply (unlisted)", "pace version"}
	codes := []string{"0", "0", "0", "0", "1", "2", "-1"}
	for range 1 + random.IntN(5) {
		i.counters[commands[random.IntN(len(commands))]+" "+codes[random.IntN(len(codes))]]++
	}
}

func (i *install) report(version string) []byte {
	points := map[string]map[string]map[string]int{}
	for name, count := range i.counters {
		at := strings.LastIndexByte(name, ' ')
		if points[name[:at]] == nil {
			points[name[:at]] = map[string]map[string]int{}
		}
		points[name[:at]][name[at+1:]] = map[string]int{"cumulative_count": count}
	}
	body, _ := json.Marshal(map[string]any{"metric_points": points, "cli_version": version, "operating_system": "linux", "id": i.id.String()})
	return body
}

// clients send reports as from many networks.
var clients = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 256}}

// deliver sends a report and says whether it was acknowledged.
func deliver(address string, body []byte, network uint32) (bool, error) {
	request, err := http.NewRequest("POST", "http://"+address+"/telemetry", bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Forwarded-For", fmt.Sprintf("10.%d.%d.1", network>>8&255, network&255))
	answer, err := clients.Do(request)
	if err != nil {
		return false, nil // killed, or not there yet
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode == 503 {
		return false, nil
	}
	if answer.StatusCode != 200 || string(text) != "OK" {
		return false, fmt.Errorf("%s %q", answer.Status, text)
	}
	return true, nil
}

// simulate lets installs run and report until each has been heard with its
// last state; on the way reports are lost, repeated and late. It returns the
// sums of the last states: the truth.
func simulate(t *testing.T, installs int, address func() string, during func(done float64)) map[string]float64 {
	t.Helper()
	truth := map[string]float64{}
	var mu sync.Mutex
	var finished atomic.Int64
	var all sync.WaitGroup
	numbers := make(chan int)
	for worker := range 16 {
		all.Go(func() {
			random := rand.New(rand.NewPCG(7, uint64(worker)))
			for n := range numbers {
				if t.Failed() {
					continue
				}
				one := &install{id: uuid.New(), counters: map[string]int{}}
				for range random.IntN(4) { // reports of which nobody knows whether they arrive
					one.run(random)
					body := one.report("v1.0.0")
					if random.IntN(4) > 0 {
						if _, err := deliver(address(), body, uint32(n)); err != nil {
							t.Error(err)
						}
					}
					one.old = body
				}
				one.run(random)
				last := one.report([]string{"v1.0.0", "v1.1.0"}[n%2])
				for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
					ok, err := deliver(address(), last, uint32(n))
					if err != nil || !ok && time.Now().After(deadline) {
						t.Errorf("the last report of an install: %v, %v", ok, err)
						break
					}
					if ok {
						break
					}
				}
				if one.old != nil && random.IntN(3) == 0 {
					deliver(address(), one.old, uint32(n))
				}
				mu.Lock()
				for name, count := range one.counters {
					truth[name] += float64(count)
				}
				mu.Unlock()
				finished.Add(1)
			}
		})
	}
	for n := range installs {
		numbers <- n
		during(float64(n) / float64(installs))
	}
	close(numbers)
	all.Wait()
	if got := finished.Load(); got != int64(installs) {
		t.Fatalf("%d of %d installs came to an end", got, installs)
	}
	return truth
}

// TestTenThousandInstalls has the collector killed three times while 10,000
// installs report to it, and feed a Prometheus that scrapes, one that is
// written to, and a Graphite. All of them come to show the truth, and every
// series from zero on.
func TestTenThousandInstalls(t *testing.T) {
	t.Parallel()
	installs := 10_000
	if testing.Short() {
		installs = 1_000
	}
	written := peertest.Prometheus(t)
	graphite := peertest.Graphite(t)
	collector := newProcess(t, "--store", "sqlite:"+filepath.Join(t.TempDir(), "telemetry.db"), "--interval", "15s", // of fifteen scrapes one comes through, however busy the machine is
		"--remote-write-url", written.URL+"/api/v1/write", "--graphite-tcp", graphite.Address)
	scraping := peertest.Prometheus(t, collector.private)
	kills := 0
	start := time.Now()
	truth := simulate(t, installs, func() string { return collector.address }, func(done float64) {
		if done > float64(kills+1)/4 && kills < 3 {
			kills++
			collector.kill()
			collector.start()
		}
	})
	t.Logf("%d installs, %d kills, %v", installs, kills, time.Since(start).Round(time.Millisecond))
	if got := collector.series(); !maps.Equal(got, truth) {
		t.Errorf("GET /metrics\n%v, the truth\n%v", got, truth)
	}
	isTruth := func(got map[string]float64) bool { return maps.Equal(got, truth) }
	for name, base := range map[string]string{"scraped": scraping.URL, "written": written.URL} {
		eventually(t, time.Minute, name, isTruth, func() (map[string]float64, error) {
			return query(t.Context(), base, "cli_commands_total")
		})
		eventually(t, time.Second, name+", from the first value on", isTruth, func() (map[string]float64, error) {
			return query(t.Context(), base, "max_over_time(cli_commands_total[1h]) - min_over_time(cli_commands_total[1h])")
		})
		eventually(t, time.Second, name+", resets of a counter", func(resets map[string]float64) bool {
			for _, n := range resets {
				if n != 0 {
					return false
				}
			}
			return len(resets) == len(truth)
		}, func() (map[string]float64, error) {
			return query(t.Context(), base, "resets(cli_commands_total[1h])")
		})
	}
	eventually(t, time.Minute, "Graphite", isTruth, func() (map[string]float64, error) { return rendered(t, graphite.URL) })
	if status := collector.interrupt(); status != 0 {
		t.Errorf("exit status %d", status)
	}
}

// rendered asks Graphite for the last values.
func rendered(t *testing.T, base string) (map[string]float64, error) {
	text, err := fetch(t.Context(), base+"/render?format=json&from=-2min&target="+url.QueryEscape(`seriesByTag("name=cli_commands_total")`))
	if err != nil {
		return nil, err
	}
	var answer []struct {
		Tags       map[string]string
		Datapoints [][2]*float64
	}
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		return nil, err
	}
	found := map[string]float64{}
	for _, one := range answer {
		for i := len(one.Datapoints) - 1; i >= 0; i-- {
			if value := one.Datapoints[i][0]; value != nil {
				command, err := url.QueryUnescape(one.Tags["command"])
				if err != nil {
					return nil, err
				}
				found[command+" "+one.Tags["exit_code"]] += *value
				break
			}
		}
	}
	return found, nil
}

package collector_test

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

var soak = flag.Duration("soak", 3*time.Second, "how long TestHonestAndHostileSendersAtOnce sends")

// soakMemory is what the collector may have resident, in bytes.
const soakMemory = 200 << 20

// TestHonestAndHostileSendersAtOnce has both send to one collector, as from
// networks of their own: 127.a.b.1 is an address of this machine for all a and b.
// In the end no honest report was refused, their totals are exact, and the
// collector is no larger than it may be. The commands of the CLI are listed.
//
//	go test -run TestHonestAndHostile -soak 10m -timeout 30m ./collector
func TestHonestAndHostileSendersAtOnce(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { soakStore(t, "sqlite:"+filepath.Join(t.TempDir(), "telemetry.db")) })
	t.Run("postgres", func(t *testing.T) { soakStore(t, peertest.Database(t)) })
}

func soakStore(t *testing.T, address string) {
	list := filepath.Join(t.TempDir(), "commands.txt")
	if err := os.WriteFile(list, []byte("pace\npace get\npace get data-policy\npace list\npace apply\npace version\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := newProcess(t, "--store", address, "--commands", list)
	if _, err := net.DialTimeout("tcp", "127.200.1.1:1", time.Second); err != nil && strings.Contains(err.Error(), "unreachable") {
		peertest.Missing(t, "127.a.b.1 as addresses of this machine")
	}
	end := time.Now().Add(*soak)
	var sending sync.WaitGroup
	var honest, hostile, taken atomic.Int64
	truth := map[string]float64{}
	var mu sync.Mutex
	for worker := range 8 { // honest installs, each of which reports a few times
		sending.Go(func() {
			random := rand.New(rand.NewPCG(8, uint64(worker)))
			client := from(fmt.Sprintf("127.10.%d.1", worker))
			for n := 0; time.Now().Before(end); n++ {
				one := &install{id: uuid.New(), counters: map[string]int{}}
				for range 1 + random.IntN(4) {
					one.run(random)
					body := one.report("v1.0.0")
					for range 1 + random.IntN(2) {
						if status, text := client.post(p.address, string(body)); status != 200 {
							t.Errorf("an honest report: %d %s", status, text)
							return
						}
						honest.Add(1)
					}
				}
				mu.Lock()
				for name, count := range one.counters {
					truth[name] += float64(count)
				}
				mu.Unlock()
				time.Sleep(200 * time.Millisecond) // one network may send 50 a second
			}
		})
	}
	for attacker := range 5 { // one each: invented versions, many codes, names that there are not, large reports, nonsense and zeros
		sending.Go(func() {
			random := rand.New(rand.NewPCG(9, uint64(attacker)))
			clients := []hostileClient{}
			for n := range 10 {
				clients = append(clients, from(fmt.Sprintf("127.%d.%d.1", 100+attacker, n)))
			}
			for n := 0; time.Now().Before(end); n++ {
				status, _ := clients[n%len(clients)].post(p.address, hostileBody(attacker, random))
				hostile.Add(1)
				if status == 200 {
					taken.Add(1)
				}
			}
		})
	}
	sending.Go(func() { // connections that send nothing
		var held []net.Conn
		for time.Now().Before(end) {
			if connection, err := net.Dial("tcp", p.address); err == nil {
				held = append(held, connection)
			}
			if len(held) > 200 {
				held[0].Close()
				held = held[1:]
			}
			time.Sleep(10 * time.Millisecond)
		}
		for _, connection := range held {
			connection.Close()
		}
	})
	sending.Wait()
	got := map[string]float64{}
	for name, value := range p.seriesOf("v1.0.0", "linux") {
		got[name] = value
	}
	if !maps.Equal(got, truth) {
		t.Errorf("honest totals\n%v, the truth\n%v", got, truth)
	}
	memory := residentPeak(t, p.cmd.Process.Pid)
	t.Logf("%v: %d honest reports, all taken; %d hostile ones, of which %d were; %d MB at most", *soak, honest.Load(), hostile.Load(), taken.Load(), memory>>20)
	if memory > soakMemory {
		t.Errorf("%d MB resident", memory>>20)
	}
	if status := p.interrupt(); status != 0 {
		t.Errorf("exit status %d", status)
	}
}

// hostileBody is a report with the honest one's app, under names of its own: the
// version v1.0.0 on linux is what the honest totals are told by.
func hostileBody(attacker int, random *rand.Rand) string {
	id := uuid.New()
	switch attacker {
	case 0: // every report another version
		return fmt.Sprintf(`{"metric_points":{"pace get":{"0":{"cumulative_count":%d}}},"cli_version":"v%d.%d.6","operating_system":"linux","id":"%s"}`, 1+random.IntN(9), random.IntN(1000), random.IntN(1000), id)
	case 1: // every code of every command
		var codes []string
		for code := range 256 {
			codes = append(codes, fmt.Sprintf(`"%d":{"cumulative_count":999999}`, code))
		}
		point := strings.Join(codes, ",")
		return fmt.Sprintf(`{"metric_points":{"pace get":{%s},"pace list":{%[1]s},"pace apply":{%[1]s},"pace version":{%[1]s}},"cli_version":"v6","operating_system":"windows","id":"%s"}`, point, id)
	case 2: // names that there are not
		return fmt.Sprintf(`{"metric_points":{"pace get %x":{"1":{"cumulative_count":999999}}},"cli_version":"v6","operating_system":"darwin","id":"%s"}`, random.Int64(), id)
	case 3: // more counters than are committed
		return large(2_000)
	}
	return []string{
		fmt.Sprintf(`{"metric_points":{"pace get":{"0":{"cumulative_count":0}}},"cli_version":"v1.0.0","operating_system":"linux","id":"%s"}`, id),
		`{"metric_points":`, strings.Repeat("x", 70_000), `{"metric_points":{"p\u0430ce get":{"0":{"cumulative_count":1}}},"cli_version":"v1","operating_system":"linux","id":"` + id.String() + `"}`,
	}[random.IntN(4)]
}

// A hostileClient sends from an address of this machine.
type hostileClient struct{ *http.Client }

func from(address string) hostileClient {
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	return hostileClient{&http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{DialContext: dialer.DialContext, MaxIdleConnsPerHost: 2}}}
}

func (c hostileClient) post(address, body string) (int, string) {
	answer, err := c.Post("http://"+address+"/telemetry", "application/json", strings.NewReader(body))
	if err != nil {
		return 0, err.Error()
	}
	defer answer.Body.Close()
	text := make([]byte, 200)
	n, _ := answer.Body.Read(text)
	return answer.StatusCode, string(text[:n])
}

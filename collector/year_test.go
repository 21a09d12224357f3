package collector_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/collector"
	"github.com/telemetrygen/telemetrygen/collector/population"
	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// TestAYear lets a year of installs report to a collector, which is killed twice:
// reports are lost, repeated and late, four releases come out, one of which breaks
// a command. In the end every figure of the API, and of the pages, is the truth.
// TELEMETRYGEN_YEAR_INSTALLS=10000 is the whole of it; 400 are enough for every day.
//
// The collector is a process of its own, and a real one but for its clock: the days
// are those of a file's time of modification.
func TestAYear(t *testing.T) {
	peertest.Long(t, "a year of a collector")
	t.Parallel() // it waits for the disk: each day's reports come after those of the day before
	installs := 400
	if text := os.Getenv("TELEMETRYGEN_YEAR_INSTALLS"); text != "" {
		var err error
		if installs, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	for name, url := range map[string]func(*testing.T) string{
		"SQLite":     func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "year.db") },
		"PostgreSQL": func(t *testing.T) string { return peertest.Database(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			aYear(t, installs, url(t))
		})
	}
}

func aYear(t *testing.T, installs int, url string) {
	until := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	p := population.New(population.Year(1, installs, until))
	clock := filepath.Join(t.TempDir(), "clock")
	if err := os.WriteFile(clock, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	noon := func() time.Time { return p.Start.AddDate(0, 0, p.Day()).Add(12 * time.Hour) }
	set := func() {
		if err := os.Chtimes(clock, noon(), noon()); err != nil {
			t.Fatal(err)
		}
	}
	set()
	c := &yearProcess{t: t, address: peertest.FreeAddress(t), private: peertest.FreeAddress(t), store: url, clock: clock}
	c.start()
	t.Cleanup(func() { c.kill() })
	begin := time.Now()
	reports := 0
	for !p.Done() {
		set()
		for n, r := range p.Releases {
			if r.Day == p.Day() {
				c.register(r.Version, population.Listed(n))
			}
		}
		kill := p.Day() == p.Days/3 || p.Day() == 2*p.Days/3
		today := p.Next()
		c.deliver(today, kill)
		for _, r := range today {
			p.Accepted(r)
		}
		reports += len(today)
	}
	t.Logf("%d installs, %d reports, two kills: %v", installs, reports, time.Since(begin).Round(time.Second))
	begin = time.Now()
	get := func(address string) ([]byte, error) {
		text, err := fetch(t.Context(), "http://"+c.private+"/"+address)
		return []byte(text), err
	}
	wrong := p.Check(func(question string) ([]byte, error) { return get("api/v1/" + question) })
	wrong = append(wrong, p.CheckPages(get)...)
	for i, one := range wrong {
		if i < 30 {
			t.Error(one)
		}
	}
	t.Logf("%d figures differ; asked in %v", len(wrong), time.Since(begin).Round(time.Second))
}

// A yearProcess is this test's program as a collector with another clock.
type yearProcess struct {
	t                *testing.T
	address, private string
	store, clock     string
	cmd              *exec.Cmd
	output           lockedBuffer
}

func (c *yearProcess) start() {
	c.t.Helper()
	c.cmd = exec.Command(os.Args[0])
	c.cmd.Env = append(os.Environ(), "TELEMETRY_TEST_YEAR="+c.clock, "TELEMETRY_TEST_STORE="+c.store, "TELEMETRY_TEST_LISTEN="+c.address, "TELEMETRY_TEST_PRIVATE="+c.private)
	c.cmd.Stdout, c.cmd.Stderr = &c.output, &c.output
	peertest.DieWithTest(c.cmd)
	if err := c.cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if _, err := fetch(c.t.Context(), "http://"+c.private+"/readyz"); err == nil {
			return
		} else if time.Now().After(deadline) {
			c.t.Fatalf("the collector does not serve: %v\n%s", err, &c.output)
		}
	}
}

func (c *yearProcess) kill() {
	c.cmd.Process.Kill()
	c.cmd.Wait()
}

// deliver sends a day's reports: those of an install in their order, those of
// others at the same time, each until it is acknowledged. It may kill the collector
// in the middle.
func (c *yearProcess) deliver(reports []population.Report, kill bool) {
	const senders = 16
	var all sync.WaitGroup
	for sender := range uint32(senders) {
		all.Go(func() {
			for _, r := range reports {
				if r.Network%senders != sender {
					continue
				}
				for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
					ok, err := deliver(c.address, r.Body, r.Network)
					if err != nil || !ok && time.Now().After(deadline) {
						c.t.Errorf("a report is not taken: %v, %v", ok, err)
						return
					}
					if ok {
						break
					}
				}
			}
		})
	}
	if kill {
		c.kill()
		c.start()
	}
	all.Wait()
	if c.t.Failed() {
		c.t.Fatalf("%s", &c.output)
	}
}

// register registers a release as a workflow does.
func (c *yearProcess) register(version string, commands []wire.Command) {
	c.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, data := range map[string][]byte{"commands": wire.FormatCommands(commands), "exitcodes": wire.FormatExitCodes(population.ExitCodes)} {
		part, err := form.CreateFormFile(name, name+".txt")
		if err != nil {
			c.t.Fatal(err)
		}
		part.Write(data)
	}
	form.Close()
	request, err := http.NewRequest("PUT", "http://"+c.private+"/api/v1/apps/"+population.App+"/releases/"+version, &body)
	if err != nil {
		c.t.Fatal(err)
	}
	request.Header.Set("Content-Type", form.FormDataContentType())
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusNoContent {
		c.t.Fatalf("%s is not registered: %s", version, answer.Status)
	}
}

// serveAYear is that process.
func serveAYear(clock string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	s, err := store.Open(ctx, os.Getenv("TELEMETRY_TEST_STORE"), nil)
	if err != nil {
		return err
	}
	defer s.Close()
	public, err := net.Listen("tcp", os.Getenv("TELEMETRY_TEST_LISTEN"))
	if err != nil {
		return err
	}
	private, err := net.Listen("tcp", os.Getenv("TELEMETRY_TEST_PRIVATE"))
	if err != nil {
		return err
	}
	server := collector.New(collector.Config{Store: s, Interval: time.Hour, Retention: 400 * 24 * time.Hour, Limits: store.DefaultLimits(),
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Log: slog.Default()})
	server.SetClock(func() time.Time {
		file, err := os.Stat(clock)
		if err != nil {
			panic(fmt.Sprint("the clock is gone: ", err))
		}
		return file.ModTime()
	})
	return server.Run(ctx, public, private)
}

// Package peertest starts the real programs that the collector talks to
// (Prometheus, VictoriaMetrics, Pushgateway, PostgreSQL, carbon with
// graphite-web, the OpenTelemetry Collector) for tests: on loopback, on free ports, with their data in a
// temporary folder, ended when the test ends. Most tests need no PostgreSQL of their
// own: Database gives each a database in one that the package's tests share.
package peertest

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// readyWithin is the longest a program may take until it answers. Generous,
// because the tests of all packages share the machine.
const readyWithin = 60 * time.Second

// A Peer is one running program. It keeps its address and its data over Kill
// and Start, as a server that crashed and came back.
type Peer struct {
	URL string // base of its HTTP interface, without a final slash; empty where it has none

	t       testing.TB
	name    string
	log     string           // file with its output
	command func() *exec.Cmd // makes the command to start
	ready   func() error     // nil once it serves
	quit    syscall.Signal   // how it is ended when the test ends
	mu      sync.Mutex       // guards what follows
	running *exec.Cmd        // nil while it is down
	gone    chan struct{}    // closed when running has been waited for
}

// Need skips the test when a program is missing on this machine, or fails it
// when TELEMETRYGEN_TEST_REQUIRE=all says that nothing may be skipped. It
// returns the path of each program. Under -short it always skips: short tests
// need nothing but Go.
func Need(t testing.TB, programs ...string) []string {
	t.Helper()
	Long(t, "runs "+strings.Join(programs, ", "))
	paths := make([]string, len(programs))
	for i, program := range programs {
		path, err := exec.LookPath(program)
		if err != nil {
			Missing(t, program)
		}
		paths[i] = path
	}
	return paths
}

// Long leaves a test out of `make check`: it skips it under -short. The reason
// says what takes the time.
func Long(t testing.TB, reason string) {
	t.Helper()
	if testing.Short() {
		t.Skipf("-short: %s", reason)
	}
}

// Missing ends the test because what it needs is not on this machine.
func Missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("TELEMETRYGEN_TEST_REQUIRE") == "all" {
		t.Fatalf("%s is missing and TELEMETRYGEN_TEST_REQUIRE=all", what)
	}
	t.Skipf("SKIPPED, NOT TESTED HERE: needs %s", what)
}

// launch starts p for the first time and has it ended with the test.
func launch(p *Peer, dir string) *Peer {
	p.t.Helper()
	p.log = filepath.Join(dir, p.name+".log")
	if p.quit == 0 {
		p.quit = syscall.SIGKILL
	}
	p.t.Cleanup(func() { p.end(p.quit) })
	p.Start()
	return p
}

// Start starts the program again after Kill and returns once it answers.
func (p *Peer) Start() {
	p.t.Helper()
	deadline := time.Now().Add(readyWithin)
	for {
		err := p.start(deadline)
		if err == nil {
			return
		}
		// A server that was killed may leave children behind for a moment that
		// hold its port or its shared memory, so a start that fails is repeated.
		if time.Now().After(deadline) {
			output, _ := os.ReadFile(p.log)
			p.t.Fatalf("%s does not start: %v\n%s", p.name, err, tail(output))
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func (p *Peer) start(deadline time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running != nil {
		return nil
	}
	output, err := os.OpenFile(p.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer output.Close()
	command := p.command()
	command.Stdout, command.Stderr = output, output
	DieWithTest(command)
	if err := command.Start(); err != nil {
		return err
	}
	gone := make(chan struct{})
	go func() {
		command.Wait()
		close(gone)
	}()
	for {
		err := p.ready()
		if err == nil {
			p.running, p.gone = command, gone
			return nil
		}
		select {
		case <-gone:
			return fmt.Errorf("it ended: %v (%w)", command.ProcessState, err)
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			command.Process.Kill()
			<-gone
			return err
		}
	}
}

// Kill ends the program with SIGKILL and returns once it is gone. Its data and
// its address stay for Start.
func (p *Peer) Kill() { p.end(syscall.SIGKILL) }

// PID is the process id of the running program, for measuring its CPU time; 0
// while it is down.
func (p *Peer) PID() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running == nil {
		return 0
	}
	return p.running.Process.Pid
}

func (p *Peer) end(signal syscall.Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running == nil {
		return
	}
	p.running.Process.Signal(signal)
	select {
	case <-p.gone:
	case <-time.After(10 * time.Second):
		p.running.Process.Kill()
		<-p.gone
	}
	p.running = nil
}

// FreeAddress returns a loopback address nobody listens on, and no other test gets
// until this one ends. It stays below the range the kernel takes source ports from,
// so that no outgoing connection occupies it while the program is down.
func FreeAddress(t testing.TB) string {
	t.Helper()
	for range 100 {
		port := 15000 + rand.IntN(15000)
		// A packet socket beside it says to other tests, of other processes too, that it is taken.
		taken, err := net.ListenPacket("udp", fmt.Sprintf("127.77.0.1:%d", port))
		if errors.Is(err, syscall.EADDRINUSE) {
			continue
		}
		if err == nil { // elsewhere than on Linux there may be no such address
			t.Cleanup(func() { taken.Close() })
		}
		address := fmt.Sprintf("127.0.0.1:%d", port)
		listener, err := net.Listen("tcp", address)
		if err == nil {
			listener.Close()
			return address
		}
	}
	t.Fatal("no free port on loopback")
	return ""
}

// answers returns a readiness check: url answers 200.
func answers(url string) func() error {
	client := &http.Client{Timeout: 2 * time.Second}
	return func() error {
		response, err := client.Get(url)
		if err != nil {
			return err
		}
		response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return fmt.Errorf("GET %s: %s", url, response.Status)
		}
		return nil
	}
}

// listens returns a readiness check: somebody accepts connections at address.
func listens(address string) func() error {
	return func() error {
		connection, err := net.DialTimeout("tcp", address, time.Second)
		if err != nil {
			return err
		}
		return connection.Close()
	}
}

func tail(output []byte) []byte {
	const lines = 20
	at := len(output)
	for range lines {
		if at = bytes.LastIndexByte(output[:at], '\n'); at < 0 {
			return output
		}
	}
	return output[at+1:]
}

// Program starts a program of a test's own, under a name for its messages. Ready
// returns nil once it serves.
func Program(t testing.TB, name string, ready func() error, command func() *exec.Cmd) *Peer {
	t.Helper()
	return launch(&Peer{t: t, name: name, ready: ready, command: command}, t.TempDir())
}

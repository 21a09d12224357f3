package sink

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// plaintextServer hands each connection to serve, until the test ends.
func plaintextServer(t *testing.T, serve func(*net.TCPConn)) *Carbon {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go serve(connection.(*net.TCPConn))
		}
	}()
	c, err := NewCarbon(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCarbonNoticesAPeerThatDidNotReadEverything(t *testing.T) {
	for what, serve := range map[string]func(*net.TCPConn){
		"resets at once":          func(c *net.TCPConn) { c.SetLinger(0); c.Close() },
		"ends before anything":    func(c *net.TCPConn) { c.Close() },
		"resets after one line":   func(c *net.TCPConn) { bufio.NewReader(c).ReadString('\n'); c.SetLinger(0); c.Close() },
		"ends after half of it":   func(c *net.TCPConn) { io.CopyN(io.Discard, c, 3<<20); c.Close() },
		"is killed with the rest": func(c *net.TCPConn) { c.Read(make([]byte, 10)); c.Close() },
	} {
		t.Run(strings.ReplaceAll(what, " ", "_"), func(t *testing.T) {
			c := plaintextServer(t, serve)
			samples := series(5000) // 6 MB, more than a connection holds
			for i := range samples {
				samples[i].Labels[0].Value = strings.Repeat("x", 1200)
			}
			err := c.Send(context.Background(), samples)
			var refused *Refused
			if err == nil || errors.As(err, &refused) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestCarbonBelievesAPeerThatNeverEnds(t *testing.T) {
	lines := make(chan string, 10)
	c := plaintextServer(t, func(c *net.TCPConn) {
		reader := bufio.NewReader(c)
		for {
			line, err := reader.ReadString('\n')
			if err != nil {
				return // without a Close
			}
			lines <- line
		}
	})
	c.end = 100 * time.Millisecond
	if err := c.Send(context.Background(), []Sample{sample("x_total", 1e15, "command", "pace get", "version", "v1.0.0+dirty")}); err != nil {
		t.Fatal(err)
	}
	if got, want := <-lines, "x_total;command=pace+get;version=v1.0.0%2Bdirty 1000000000000000 "; !strings.HasPrefix(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCarbonStopsWithItsContext(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	c := plaintextServer(t, func(c *net.TCPConn) { <-release })
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	if err := c.Send(ctx, series(1)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
}

// Carbon hangs up at a line of 16,384 bytes, and the lines after it are lost.
func TestCarbonRefusesALineThatCarbonWouldHangUpAt(t *testing.T) {
	graphite := peertest.Graphite(t)
	c, err := NewCarbon(graphite.Address)
	if err != nil {
		t.Fatal(err)
	}
	samples := series(100)
	samples[50].Labels[0].Value = strings.Repeat("x", 17000)
	err = c.Send(context.Background(), samples)
	if refused, ok := err.(*Refused); !ok || refused.Samples != 1 {
		t.Fatalf("error %v", err)
	}
	until(t, func() string {
		if got := len(fromGraphite(t, graphite.URL, "cli_commands_total")); got != 99 {
			return "not all the others arrived"
		}
		return ""
	})
}

func TestCarbonWantsAnAddress(t *testing.T) {
	for _, address := range []string{"", "localhost", "http://localhost:2003/x:y"} {
		if _, err := NewCarbon(address); err == nil {
			t.Errorf("%q is taken", address)
		}
	}
}

package collector

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// crowdedServer has room for a hundred guests. Its proxy is 127.30.1.1.
func crowdedServer(t *testing.T, start func(*httptest.Server)) (*Server, *httptest.Server) {
	t.Helper()
	s := New(Config{Log: slog.New(slog.DiscardHandler), TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.30.1.1/32")}})
	s.crowd.most = 100 * guestBytes
	server := httptest.NewUnstartedServer(s.Public())
	server.Config.ConnContext, server.Config.ConnState = s.connected, s.disconnected
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	start(server)
	t.Cleanup(server.Close)
	return s, server
}

// from dials as an address of this machine.
func from(t *testing.T, address string) func(ctx context.Context, network, to string) (net.Conn, error) {
	return func(ctx context.Context, network, to string) (net.Conn, error) {
		connection, err := (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}).DialContext(ctx, network, to)
		if err != nil && strings.Contains(err.Error(), "assign requested address") {
			peertest.Missing(t, "127.a.b.c as addresses of this machine: "+err.Error())
		}
		return connection, err
	}
}

func aReport() string {
	return fmt.Sprintf(`{"metric_points":{"pace get":{"0":{"cumulative_count":1}}},"cli_version":"v1","operating_system":"linux","id":"%s"}`, uuid.New())
}

// post reports as one address and returns the status, or 0 and why there is none.
func post(t *testing.T, url, address, forwarded string) (int, error) {
	client := http.Client{Transport: &http.Transport{DialContext: from(t, address), DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	request, err := http.NewRequestWithContext(t.Context(), "POST", url+"/telemetry", strings.NewReader(aReport()))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Forwarded-For", forwarded)
	answer, err := client.Do(request)
	if err != nil {
		return 0, err
	}
	answer.Body.Close()
	return answer.StatusCode, nil
}

// held is what is counted.
func (s *Server) held() (bytes, guests, connections int) {
	s.crowd.mu.Lock()
	defer s.crowd.mu.Unlock()
	s.connections.Range(func(any, any) bool { connections++; return true })
	return s.crowd.bytes, len(s.crowd.there), connections
}

// empty waits until nothing is counted any more.
func (s *Server) empty(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		bytes, guests, connections := s.held()
		if bytes == 0 && guests == 0 && connections == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d bytes of %d guests and %d connections are counted when all have ended", bytes, guests, connections)
		}
	}
}

// TestRequestsOfOneNetworkThatDoNotEnd: twenty networks bring more unfinished bodies than
// there is room for. Those give way, and what others report is taken.
func TestRequestsOfOneNetworkThatDoNotEnd(t *testing.T) {
	unfinished := "POST /telemetry HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 60000\r\nX-Forwarded-For: %s\r\n\r\n" + strings.Repeat(" ", 10_000)
	for name, test := range map[string]struct {
		start           func(*httptest.Server)
		proxied, secure bool
	}{
		"direct":         {start: (*httptest.Server).Start},
		"behind a proxy": {start: (*httptest.Server).Start, proxied: true},
		"under TLS":      {start: (*httptest.Server).StartTLS, secure: true},
	} {
		t.Run(name, func(t *testing.T) {
			s, server := crowdedServer(t, test.start)
			by := func(network string) (address, forwarded string) { // of one of its connections
				if test.proxied {
					return "127.30.1.1", network
				}
				return network, "unknown"
			}
			var ended atomic.Int32
			ctx, cancel := context.WithCancel(t.Context())
			for i := range 200 {
				address, forwarded := by(fmt.Sprintf("127.40.%d.1", i%20))
				connection, err := from(t, address)(ctx, "tcp", server.Listener.Addr().String())
				if err != nil {
					t.Fatal(err)
				}
				context.AfterFunc(ctx, func() { connection.Close() })
				if test.secure {
					connection = tls.Client(connection, &tls.Config{InsecureSkipVerify: true})
				}
				go func() {
					fmt.Fprintf(connection, unfinished, forwarded)
					text, _ := io.ReadAll(connection)
					if len(text) == 0 || strings.HasPrefix(string(text), "HTTP/1.1 429 ") {
						ended.Add(1)
					}
				}()
			}
			for i := 0; ended.Load() < 100; i++ { // while there is no room
				address, forwarded := by(fmt.Sprintf("127.50.%d.1", i%200))
				if status, err := post(t, server.URL, address, forwarded); status != 200 {
					t.Fatalf("report %d, when %d requests had been ended: %d, %v", i, ended.Load(), status, err)
				}
			}
			if bytes, _, _ := s.held(); bytes > s.crowd.most {
				t.Errorf("%d bytes are held, %d may be", bytes, s.crowd.most)
			}
			cancel()
			s.empty(t)
		})
	}
}

// TestConnectionsOfOneNetwork: it may open so many at once, and more are closed. Others are
// served meanwhile, and a proxy may open any number.
func TestConnectionsOfOneNetwork(t *testing.T) {
	var later atomic.Int64 // seconds
	start := time.Now()
	s, server := crowdedServer(t, func(*httptest.Server) {})
	s.now = func() time.Time { return start.Add(time.Duration(later.Load()) * time.Second) }
	s.crowd.most = 1_000 * guestBytes
	server.Start()
	network := 0
	served := func(address string) bool {
		connection, err := from(t, address)(t.Context(), "tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { connection.Close() })
		network++ // of what a proxy brings
		fmt.Fprintf(connection, "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 198.18.%d.7\r\n\r\n", network%250)
		text := make([]byte, 15)
		n, _ := io.ReadFull(connection, text)
		return string(text[:n]) == "HTTP/1.1 200 OK"
	}
	for n := range 4 * requestsPerSite {
		if !served(fmt.Sprintf("127.20.1.%d", 1+n%5)) {
			t.Fatalf("connection %d is not served", n)
		}
	}
	if served("127.20.1.7") {
		t.Error("one more connection is served")
	}
	for range 4*requestsPerSite + 10 {
		if !served("127.30.1.1") {
			t.Fatal("a connection of a proxy is not served")
		}
	}
	if !served("127.20.2.1") {
		t.Error("a connection from elsewhere is not served")
	}
	later.Add(1)
	if !served("127.20.1.9") {
		t.Error("a connection is not served a second later")
	}
}

// TestNothingIsAnsweredBehindTheLimit: of requests that were sent all at once, those of the burst
// are answered, the next gets 429, and the connection ends.
func TestNothingIsAnsweredBehindTheLimit(t *testing.T) {
	start := time.Now()
	s, server := crowdedServer(t, func(*httptest.Server) {})
	s.now = func() time.Time { return start }
	server.Start()
	connection, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	connection.SetDeadline(time.Now().Add(time.Minute))
	// The server reads all of them at once. What it left unread would have the kernel reset the
	// connection, and answers would be lost.
	io.WriteString(connection, strings.Repeat("GET /x HTTP/1.1\r\nHost: x\r\n\r\n", 2*requestsPerSite+10))
	text, err := io.ReadAll(connection)
	if n := strings.Count(string(text), "HTTP/1.1 404 "); n != 2*requestsPerSite {
		t.Errorf("%d requests were answered, want the burst of %d", n, 2*requestsPerSite)
	}
	if n := strings.Count(string(text), "HTTP/1.1 429 "); n != 1 {
		t.Errorf("%d answers say that there were too many, want the last: %v", n, err)
	}
}

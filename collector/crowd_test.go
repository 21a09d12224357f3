package collector

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/intake"
	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// TestRequestsOfOneNetworkThatDoNotEnd: where many are under way, it may
// have so many, however slowly they come. Others are answered.
func TestRequestsOfOneNetworkThatDoNotEnd(t *testing.T) {
	now, mu := time.Now(), sync.Mutex{}
	s := New(Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("192.0.2.1/32")}})
	s.now = func() time.Time { // a minute passes with every request
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(time.Minute)
		return now
	}
	inside, end := make(chan bool), make(chan bool)
	handler := s.limited(s.requests, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case inside <- true:
			<-end
		case <-r.Context().Done():
		}
	}))
	ask := func(from string, length int) int {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		answer, request := httptest.NewRecorder(), httptest.NewRequest("POST", "/telemetry", strings.NewReader(strings.Repeat(" ", length)))
		request.Header.Set("X-Forwarded-For", from)
		handler.ServeHTTP(answer, request.WithContext(ctx))
		return answer.Code
	}
	var asking sync.WaitGroup
	under := 0
	let := func(from string, length int) {
		asking.Go(func() {
			if status := ask(from, length); status != 200 {
				t.Errorf("a request of %s: %d", from, status)
			}
		})
		<-inside
		under++
	}
	for range 150 { // there are few others
		let("203.0.113.7", 100)
	}
	for n := range 1_850 {
		let(fmt.Sprintf("198.18.%d.1", n%19), 100)
	}
	if status := ask("203.0.113.8", 100); status != 429 {
		t.Errorf("one more of a network with 150: %d", status)
	}
	for range 12 { // each counts as 8
		let("192.0.2.7", 60_000)
	}
	if status := ask("192.0.2.8", 60_000); status != 429 {
		t.Errorf("a large one more of a network with 12 of them: %d", status)
	}
	for n := range 1_000 {
		let(fmt.Sprintf("2001:db8:%x::1", n), 100)
	}
	if status := ask("2001:db8:ffff::1", 100); status != 429 {
		t.Errorf("one more of a /32 with 1,000: %d", status)
	}
	let("198.51.100.7", 60_000)
	for range under {
		end <- true
	}
	asking.Wait()
	if c := s.requests.underWay; len(c.there) != 0 || c.all != 0 {
		t.Errorf("%d requests of %d networks are counted after all have ended", c.all, len(c.there))
	}
}

// TestConnectionsOfOneNetwork: it may hold so many, and more are closed at once.
// Others are served meanwhile, and a proxy may hold any number.
func TestConnectionsOfOneNetwork(t *testing.T) {
	dial := func(address, from string) net.Conn {
		connection, err := (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}).Dial("tcp", address)
		if err != nil {
			peertest.Missing(t, "127.a.b.1 as addresses of this machine: "+err.Error())
		}
		t.Cleanup(func() { connection.Close() })
		return connection
	}
	s := New(Config{Log: slog.New(slog.DiscardHandler), TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.30.1.1/32")}})
	server := httptest.NewUnstartedServer(s.Public())
	server.Config.ConnState = s.connected
	server.Start()
	t.Cleanup(server.Close)
	address := server.Listener.Addr().String()
	answered := func(connection net.Conn) bool {
		connection.SetDeadline(time.Now().Add(time.Minute))
		io.WriteString(connection, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
		text := make([]byte, 15)
		n, _ := io.ReadFull(connection, text)
		return string(text[:n]) == "HTTP/1.1 200 OK"
	}
	var held []net.Conn
	for n := range (crowded - 1) * connectionsPerSite {
		dial(address, fmt.Sprintf("127.40.%d.1", n%10)) // each network may have twice as many as if there were more
	}
	for n := range connectionsPerSite {
		held = append(held, dial(address, fmt.Sprintf("127.20.1.%d", 1+n%5)))
		if !answered(held[n]) {
			t.Fatalf("connection %d is not served", n)
		}
	}
	if answered(dial(address, "127.20.1.7")) {
		t.Error("one more connection is served")
	}
	for range connectionsPerSite + 10 {
		if !answered(dial(address, "127.30.1.1")) {
			t.Fatal("a connection of a proxy is not served")
		}
	}
	if !answered(dial(address, "127.20.2.1")) {
		t.Error("a connection from elsewhere is not served")
	}
	held[0].Close()
	for deadline := time.Now().Add(time.Minute); !answered(dial(address, "127.20.1.9")); {
		if time.Now().After(deadline) {
			t.Fatal("a connection is not served after another has ended")
		}
	}
	if network := intake.NetworkOfConnection(held[1].LocalAddr(), nil); s.connections.there[network.Site] > connectionsPerSite+1 {
		t.Errorf("%d connections are counted", s.connections.there[network.Site])
	}
}

package main

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// TestNoHTTP2 offers it, asks for nothing else, and speaks it unasked: a report in
// HTTP/1.1 is taken, and frames are not read.
func TestNoHTTP2(t *testing.T) {
	cert, key := peertest.SelfSigned(t, t.TempDir(), 1)
	collector := started(t, nil, "--tls-cert", cert, "--tls-key", key)
	dial := func(protocols ...string) (*tls.Conn, error) {
		connection, err := tls.Dial("tcp", strings.TrimPrefix(collector.public, "https://"), &tls.Config{InsecureSkipVerify: true, NextProtos: protocols})
		if err == nil {
			t.Cleanup(func() { connection.Close() })
			connection.SetDeadline(time.Now().Add(time.Minute))
		}
		return connection, err
	}
	if connection, err := dial("h2"); err == nil {
		t.Errorf("it speaks %q", connection.ConnectionState().NegotiatedProtocol)
	}
	connection, err := dial("h2", "http/1.1")
	if err != nil {
		t.Fatal(err)
	}
	if spoken := connection.ConnectionState().NegotiatedProtocol; spoken != "http/1.1" {
		t.Errorf("it speaks %q", spoken)
	}
	if connection, err = dial(); err != nil {
		t.Fatal(err)
	}
	const ping = "\x00\x00\x08\x06\x00\x00\x00\x00\x00........"
	io.WriteString(connection, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"+strings.Repeat(ping, 1_000))
	if text, _ := io.ReadAll(connection); !strings.HasPrefix(string(text), "HTTP/1.1 400 ") {
		t.Errorf("%q", text[:min(len(text), 100)])
	}
}

// TestWhatIsAnsweredIsLimited sends requests of each kind that needs no report and no token,
// all at once and without an end. The connection is ended, when some were answered.
func TestWhatIsAnsweredIsLimited(t *testing.T) {
	collector := started(t, []string{"TELEMETRY_PRIVATE_TOKEN=0123456789abcdef"})
	const most, seconds = 200, 100 // those of /healthz: at once, and in each second
	for _, line := range []string{"GET /healthz", "HEAD /healthz", "OPTIONS *", "OPTIONS /telemetry", "GET /", "TRACE /", "CONNECT x:1",
		"private GET /healthz", "private GET /readyz", "private GET /metrics", "private GET //metrics", "private OPTIONS *"} {
		line, private := strings.CutPrefix(line, "private ")
		side := collector.public
		if private {
			side = collector.private
		}
		connection, err := net.Dial("tcp", strings.TrimPrefix(side, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		connection.SetDeadline(start.Add(20 * time.Second))
		go func() {
			requests := strings.Repeat(line+" HTTP/1.1\r\nHost: x\r\n\r\n", 100)
			for _, err := io.WriteString(connection, requests); err == nil; _, err = io.WriteString(connection, requests) {
			}
		}()
		answers := 0
		for buffer := make([]byte, 64<<10); err == nil && answers <= 100*most; {
			var n int
			n, err = connection.Read(buffer)
			answers += strings.Count(string(buffer[:n]), "HTTP/1.1 ")
		}
		took := time.Since(start)
		connection.Close()
		if float64(answers) > most+1+seconds*took.Seconds() {
			t.Errorf("%s%s: %d answers in %v", side, line, answers, took)
		}
	}
}

// TestStrangersAreNotToldWhy: what watches the process has no token, and needs no more than that
// reports cannot be kept. Why may be the name of a file, or of a user of the database.
func TestStrangersAreNotToldWhy(t *testing.T) {
	t.Parallel()
	const token = "0123456789abcdef"
	postgres := peertest.Postgres(t)
	collector := started(t, []string{"TELEMETRY_PRIVATE_TOKEN=" + token}, "--store", postgres.DSN)
	readyz := func(header string) (status int, text string) {
		request, err := http.NewRequestWithContext(t.Context(), "GET", collector.private+"/readyz", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", header)
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, _ := io.ReadAll(answer.Body)
		return answer.StatusCode, string(body)
	}
	if status, text := readyz(""); status != 200 {
		t.Errorf("%d %s", status, text)
	}
	postgres.Kill()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) { // its sessions end soon
		if status, _ := readyz(""); status != 200 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("it is ready without a database")
		}
	}
	for _, header := range []string{"", "Bearer " + token + "x"} {
		if status, text := readyz(header); status != 503 || text != "reports cannot be kept: the log says why\n" {
			t.Errorf("a stranger: %d %s", status, text)
		}
	}
	collector.says("user=telemetry")
	if status, text := readyz("Bearer " + token); status != 503 || !strings.Contains(text, "user=telemetry") {
		t.Errorf("with the token: %d %s", status, text)
	}
}

// TestATrustedProxyIsNotEverybody: then no limit of a network holds, and the log says so.
func TestATrustedProxyIsNotEverybody(t *testing.T) {
	for _, everybody := range []string{"0.0.0.0/0", "10.0.0.0/8,::/0"} {
		started(t, nil, "--trusted-proxies", everybody).says("everybody is a trusted proxy")
	}
}

// TestStrangersDoNotHoldUpTheEnd: bodies that do not end are sent away, one that begins while
// the collector ends is not read any more, and the collector ends well.
func TestStrangersDoNotHoldUpTheEnd(t *testing.T) {
	collector := started(t, nil)
	var begun []net.Conn
	begin := func(text string) {
		connection, err := net.Dial("tcp", strings.TrimPrefix(collector.public, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		connection.SetDeadline(time.Now().Add(time.Minute))
		io.WriteString(connection, text)
		begun = append(begun, connection)
	}
	const head = "POST /telemetry HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n"
	const bodies = 8 // more of this length would be over the limit of the network
	for range bodies {
		begin(head + "\r\n{")
	}
	begin(head)
	if got := post(t, collector.public, report); got != "200 OK" {
		t.Error(got)
	}
	var first []byte
	var read sync.WaitGroup
	read.Go(func() {
		first, _ = io.ReadAll(begun[0])
		io.WriteString(begun[bodies], "\r\n{") // bodies end now, and this one only begins
	})
	start := time.Now()
	status, log := collector.stop()
	if took := time.Since(start); status != 0 || took > 8*time.Second {
		t.Errorf("exit status %d after %v\n%s", status, took, log)
	}
	read.Wait()
	for i, connection := range begun {
		text := first
		if i > 0 {
			text, _ = io.ReadAll(connection)
		}
		late := i == bodies && len(text) == 0
		if sentAway := strings.HasPrefix(string(text), "HTTP/1.1 429 ") && strings.Contains(string(text), "not finished"); !sentAway && !late {
			t.Errorf("body %d: %q", i, text)
		}
		connection.Close()
	}
}

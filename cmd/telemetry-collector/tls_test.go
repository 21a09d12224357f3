package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// handshake opens a connection and returns the serial of the certificate.
func handshake(t *testing.T, base string) (*tls.Conn, int64) {
	t.Helper()
	// Self-signed: what is asked is which certificate it is.
	connection, err := tls.Dial("tcp", strings.TrimPrefix(base, "https://"), &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	return connection, connection.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
}

// stillAnswers sends a request over a connection that is open.
func stillAnswers(t *testing.T, connection *tls.Conn) {
	t.Helper()
	if _, err := fmt.Fprint(connection, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != 200 {
		t.Error(answer.Status)
	}
}

// eventually waits for a condition that another process brings about.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not in 30 s: %s", what)
		}
	}
}

func TestARenewedCertificateIsServedAndOldConnectionsLiveOn(t *testing.T) {
	peertest.Long(t, "waits until the files are looked at again")
	t.Parallel()
	dir := t.TempDir()
	cert, key := peertest.SelfSigned(t, dir, 1)
	collector := started(t, nil, "--tls-cert", cert, "--tls-key", key)
	if !strings.HasPrefix(collector.public, "https://") || !strings.HasPrefix(collector.private, "http://") {
		t.Fatalf("served at %s and %s", collector.public, collector.private)
	}
	old, serial := handshake(t, collector.public)
	if serial != 1 {
		t.Fatalf("certificate %d, want 1", serial)
	}
	stillAnswers(t, old)

	peertest.SelfSigned(t, dir, 2)
	collector.process.Signal(syscall.SIGHUP)
	collector.says("the certificate was read again")
	if _, serial := handshake(t, collector.public); serial != 2 {
		t.Errorf("certificate %d after SIGHUP, want 2", serial)
	}
	stillAnswers(t, old)

	// What cannot be read must not take the service down.
	if err := os.WriteFile(key, []byte("half a k"), 0o600); err != nil {
		t.Fatal(err)
	}
	collector.process.Signal(syscall.SIGHUP)
	collector.says("the certificate stays as it was")
	if _, serial := handshake(t, collector.public); serial != 2 {
		t.Errorf("certificate %d with a broken key, want 2", serial)
	}

	peertest.SelfSigned(t, dir, 3) // and no signal
	eventually(t, "certificate 3 by the change alone", func() bool { _, serial := handshake(t, collector.public); return serial == 3 })
	stillAnswers(t, old)
	if status, log := collector.stop(); status != 0 {
		t.Errorf("exit status %d, and it said:\n%s", status, log)
	}
}

func TestSIGHUPReadsTheCommandsAgainAndJSONLinesParse(t *testing.T) {
	list := filepath.Join(t.TempDir(), "commands.txt")
	write := func(text string) {
		if err := os.WriteFile(list, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("other get\n")
	collector := started(t, nil, "--commands", list, "--log-format", "json")
	if answer := post(t, collector.public, report); !strings.HasPrefix(answer, "400 ") {
		t.Fatalf("an app that is not listed: %s", answer)
	}
	write("pace get data-policy\n")
	collector.process.Signal(syscall.SIGHUP)
	collector.says("the commands were read again")
	if answer := post(t, collector.public, report); answer != "200 OK" {
		t.Errorf("after SIGHUP: %s", answer)
	}
	status, log := collector.stop()
	if status != 0 {
		t.Errorf("exit status %d", status)
	}
	seen := map[string]bool{}
	for line := range bytes.Lines([]byte(log)) {
		var entry struct{ Time, Level, Msg string }
		if err := json.Unmarshal(line, &entry); err != nil || entry.Time == "" || entry.Level == "" {
			t.Errorf("%v in %s", err, line)
		}
		seen[entry.Msg] = true
	}
	if !seen["serving"] || !seen["a report was refused"] || !seen["the commands were read again"] {
		t.Errorf("it said:\n%s", log)
	}
}

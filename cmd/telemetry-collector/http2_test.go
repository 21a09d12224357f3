package main

import (
	"bytes"
	"crypto/tls"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// TestRapidResets opens streams and resets each at once (CVE-2023-44487), on several
// connections: the collector ends them, and a report elsewhere is taken meanwhile.
func TestRapidResets(t *testing.T) {
	cert, key := peertest.SelfSigned(t, t.TempDir(), 1)
	collector := started(t, nil, "--tls-cert", cert, "--tls-key", key, "--trusted-proxies", "127.0.0.1")
	address := strings.TrimPrefix(collector.public, "https://")
	const connections, streams = 4, 100_000
	ended := make(chan int, connections)
	for range connections {
		go func() {
			opened := 0
			defer func() { ended <- opened }()
			connection, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}})
			if err != nil {
				return
			}
			defer connection.Close()
			connection.SetDeadline(time.Now().Add(30 * time.Second))
			go io.Copy(io.Discard, connection)
			io.WriteString(connection, http2.ClientPreface)
			framer := http2.NewFramer(connection, nil)
			framer.WriteSettings()
			var block bytes.Buffer
			encoder := hpack.NewEncoder(&block)
			for ; opened < streams; opened++ {
				block.Reset()
				for name, value := range map[string]string{":method": "POST", ":scheme": "https", ":authority": "localhost", ":path": "/telemetry", "content-type": "application/json"} {
					encoder.WriteField(hpack.HeaderField{Name: name, Value: value})
				}
				id := uint32(2*opened + 1)
				if framer.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: block.Bytes(), EndHeaders: true}) != nil || framer.WriteRSTStream(id, http2.ErrCodeCancel) != nil {
					return
				}
			}
		}()
	}
	client := http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	request, err := http.NewRequestWithContext(t.Context(), "POST", collector.public+"/telemetry", strings.NewReader(report))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Forwarded-For", "203.0.113.7")
	start := time.Now()
	answer, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != 200 {
		t.Errorf("a report meanwhile: %s", answer.Status)
	}
	t.Log("a report meanwhile took", time.Since(start))
	for range connections {
		if opened := <-ended; opened == 0 || opened == streams {
			t.Errorf("%d of %d streams were opened on a connection, want it ended before that", opened, streams)
		} else {
			t.Log(opened, "streams")
		}
	}
	if status, _ := collector.stop(); status != 0 {
		t.Errorf("exit status %d", status)
	}
}

// TestFramesAreSmall: memory for a frame is taken when it is announced, so one that is large
// ends the connection.
func TestFramesAreSmall(t *testing.T) {
	cert, key := peertest.SelfSigned(t, t.TempDir(), 1)
	collector := started(t, nil, "--tls-cert", cert, "--tls-key", key)
	connection, err := tls.Dial("tcp", strings.TrimPrefix(collector.public, "https://"), &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}})
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	connection.SetDeadline(time.Now().Add(time.Minute))
	io.WriteString(connection, http2.ClientPreface)
	framer := http2.NewFramer(connection, connection)
	framer.WriteSettings()
	connection.Write([]byte{0x0f, 0xff, 0xff, 0x77, 0, 0, 0, 0, 0}) // the head of one of 1 MB, of a type that nobody knows
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			t.Fatal("it was not refused:", err)
		}
		if end, ok := frame.(*http2.GoAwayFrame); ok && end.ErrCode == http2.ErrCodeFrameSize {
			return
		}
	}
}

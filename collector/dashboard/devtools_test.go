package dashboard_test

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// A browser is a Chromium without a window that is spoken to over the two pipes
// of the DevTools protocol: JSON messages that end with a zero byte.
type browser struct {
	t       *testing.T
	send    *os.File
	pipe    *os.File // of receive
	receive *bufio.Reader
	session string
	last    int
	events  []message
}

type message struct {
	ID        int             `json:"id,omitempty"`
	SessionID string          `json:"sessionId,omitempty"`
	Method    string          `json:"method,omitempty"`
	Params    any             `json:"params,omitempty"`
	Result    json.RawMessage `json:"result,omitempty"`
	Error     *struct {
		Message string `json:"message"`
	} `json:"error,omitempty"`
}

// An object is one of JSON.
type object = map[string]any

// openBrowser starts Chromium with an empty profile and one empty page. It ends with the test.
func openBrowser(t *testing.T) *browser {
	t.Helper()
	peertest.Long(t, "runs Chromium")
	var program string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		peertest.Missing(t, "chromium")
	}
	theirIn, send, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	receive, theirOut, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	profile, err := os.MkdirTemp("", "dashboard-browser-") //nolint:usetesting // the browser still writes when it is told to end
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "--headless", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--disable-quic",
		"--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--disable-dev-shm-usage", "--hide-scrollbars", "--user-data-dir="+profile, "about:blank")
	cmd.ExtraFiles = []*os.File{theirIn, theirOut} // descriptors 3 and 4, as the protocol wants
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	theirIn.Close()
	theirOut.Close()
	t.Cleanup(func() {
		send.Close() // Chromium ends with its pipe
		kill := time.AfterFunc(10*time.Second, func() { cmd.Process.Kill() })
		cmd.Wait()
		kill.Stop()
		receive.Close()
		os.RemoveAll(profile)
	})
	b := &browser{t: t, send: send, pipe: receive, receive: bufio.NewReader(receive)}
	var target struct{ TargetID string }
	b.call("Target.createTarget", object{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	b.call("Target.attachToTarget", object{"targetId": target.TargetID, "flatten": true}, &attached)
	b.session = attached.SessionID
	b.call("Page.enable", nil, nil)
	b.call("Log.enable", nil, nil)
	b.call("Network.enable", nil, nil)
	return b
}

// call calls a method and waits for what it answers. Events that come before are kept.
func (b *browser) call(method string, params any, result any) {
	b.t.Helper()
	b.last++
	line, err := json.Marshal(message{ID: b.last, SessionID: b.session, Method: method, Params: params})
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := b.send.Write(append(line, 0)); err != nil {
		b.t.Fatalf("%s: %v", method, err)
	}
	for {
		m := b.next(method)
		if m.ID != b.last {
			continue
		}
		if m.Error != nil {
			b.t.Fatalf("%s: %s", method, m.Error.Message)
		}
		if result != nil {
			if err := json.Unmarshal(m.Result, result); err != nil {
				b.t.Fatalf("%s: %v", method, err)
			}
		}
		return
	}
}

// next reads one message. An event is kept, too.
func (b *browser) next(waitingFor string) message {
	b.t.Helper()
	if err := b.pipe.SetReadDeadline(time.Now().Add(2 * time.Minute)); err != nil {
		b.t.Fatal(err)
	}
	line, err := b.receive.ReadBytes(0)
	if err != nil {
		b.t.Fatalf("waiting for %s: %v", waitingFor, err)
	}
	var m message
	if err := json.Unmarshal(line[:len(line)-1], &m); err != nil {
		b.t.Fatal(err)
	}
	if m.ID == 0 {
		b.events = append(b.events, m)
	}
	return m
}

// window gives the page the width of a phone or a desktop, in pixels, and a colour scheme.
func (b *browser) window(width int, scheme string) {
	b.t.Helper()
	b.call("Emulation.setDeviceMetricsOverride", object{"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600}, nil)
	b.call("Emulation.setEmulatedMedia", object{"features": []object{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
}

// open loads address and waits until it is there.
func (b *browser) open(address string) {
	b.t.Helper()
	b.events = nil
	b.call("Page.navigate", object{"url": address}, nil)
	for len(b.eventsOf("Page.loadEventFired")) == 0 {
		b.next("Page.loadEventFired")
	}
}

// eventsOf lists the parameters of the events of a kind since the page was opened.
func (b *browser) eventsOf(method string) []any {
	var out []any
	for _, m := range b.events {
		if m.Method == method {
			out = append(out, m.Params)
		}
	}
	return out
}

// evaluate gives what a JavaScript expression is in the page, as the debugger
// sees it: the page's own policy against scripts does not apply to it.
func (b *browser) evaluate(expression string, result any) {
	b.t.Helper()
	var r struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct{ Text string }
	}
	b.call("Runtime.evaluate", object{"expression": expression, "returnByValue": true, "awaitPromise": true}, &r)
	if r.ExceptionDetails != nil {
		b.t.Fatalf("%s: %s", expression, r.ExceptionDetails.Text)
	}
	if err := json.Unmarshal(r.Result.Value, result); err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
}

// screenshot gives the whole page as a PNG.
func (b *browser) screenshot() []byte {
	b.t.Helper()
	var shot struct{ Data string }
	b.call("Page.captureScreenshot", object{"captureBeyondViewport": true, "format": "png"}, &shot)
	png, err := base64.StdEncoding.DecodeString(shot.Data)
	if err != nil {
		b.t.Fatal(err)
	}
	return png
}

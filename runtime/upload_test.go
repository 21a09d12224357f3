//go:build !notelemetry && linux

package telemetry

import (
	"bufio"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// sending is a home whose user said on, with uploads to url.
func sending(t testing.TB, url string, env ...string) *home {
	return newHome(t, append([]string{"PACE_TELEMETRY=on", "PACE_TELEMETRY_ENDPOINT=" + url}, env...)...)
}

// uploaders are the processes of the tests' CLI that are alive in this home.
func (h *home) uploaders() (pids []int) {
	processes, _ := os.ReadDir("/proc") // filepath.Glob would read the folder of each
	for _, process := range processes {
		pid, err := strconv.Atoi(process.Name())
		if err != nil {
			continue
		}
		data, _ := os.ReadFile("/proc/" + process.Name() + "/environ")
		if text := "\x00" + string(data); strings.Contains(text, "\x00HOME="+h.dir+"\x00") && strings.Contains(text, "\x00PACE_TELEMETRY_UPLOAD_CHILD=1\x00") {
			pids = append(pids, pid)
		}
	}
	return pids
}

// wait until cond holds.
func eventually(t testing.TB, what string, limit time.Duration, cond func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); !cond(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not after %s", what, limit)
		}
	}
}

// The body is the report; the payload is in neither argv nor the environment;
// the second run within the interval sends nothing.
func TestUpload(t *testing.T) {
	t.Parallel()
	type seen struct{ cmdline, environ, cwd, stdin string }
	process, ready := make(chan seen, 1), make(chan struct{})
	var h *home
	server := newCollector(t, func(w http.ResponseWriter, r *http.Request) {
		<-ready
		var s seen
		for _, pid := range h.uploaders() {
			dir := "/proc/" + strconv.Itoa(pid)
			cmdline, _ := os.ReadFile(dir + "/cmdline")
			environ, _ := os.ReadFile(dir + "/environ")
			s = seen{cmdline: string(cmdline), environ: string(environ)}
			s.cwd, _ = os.Readlink(dir + "/cwd")
			s.stdin, _ = os.Readlink(dir + "/fd/0")
		}
		process <- s
		_, _ = w.Write([]byte("OK\n"))
	})
	h = sending(t, server.URL+"/telemetry")
	close(ready)
	h.run("get", "data-policy", "secret")
	server.wait(t, 1)
	h.run("get", "data-policy")
	got := server.bodies()
	id := h.report().ID
	want := `{"metric_points":{"pace get data-policy":{"0":{"cumulative_count":1}}},"cli_version":"v1.16.0","operating_system":"linux","id":"` + id + `"}`
	if len(got) != 1 || got[0] != (received{"POST", "application/json", want}) {
		t.Errorf("received %+v, want %s", got, want)
	}
	if s := <-process; s.cmdline != "pace\x00" || s.cwd != "/" || s.stdin != "/dev/null" || strings.Contains(s.environ, "policy") || strings.Contains(s.environ, id) {
		t.Errorf("the uploader: %+v", s)
	}
	stamp, err := strconv.ParseInt(h.read(timestampFile), 10, 64)
	if age := time.Now().Unix() - stamp; err != nil || age < 0 || age > 60 {
		t.Errorf("stamp %q", h.read(timestampFile))
	}
	eventually(t, "the uploader ends", 10*time.Second, func() bool { return len(h.uploaders()) == 0 })
}

// What somebody else wrote into the report stays there and is not sent.
func TestOnlyWhatTheAuthorReviewedIsSent(t *testing.T) {
	t.Parallel()
	server := newCollector(t, nil)
	h := sending(t, server.URL)
	h.write(timestampFile, strconv.FormatInt(time.Now().Unix(), 10))
	h.run("required")
	edited := strings.Replace(h.read(reportFile), "metric_points:\n", `metric_points:
    pace hunter2:
        0:
            cumulative_count: 7
    pace hunter2 (unlisted):
        0:
            cumulative_count: 7
    pace run:
        300:
            cumulative_count: 7
    pace get (unlisted):
        0:
            cumulative_count: 7
`, 1)
	edited = strings.Replace(edited, "operating_system: linux", "operating_system: hunter2", 1)
	edited = strings.Replace(edited, "cli_version: v1.16.0", "cli_version: hunter2 of noon", 1)
	h.write(reportFile, edited)
	h.write(timestampFile, "0")
	h.run("required")
	server.wait(t, 1)
	want := `{"metric_points":{"pace get (unlisted)":{"0":{"cumulative_count":7}},"pace required":{"1":{"cumulative_count":2}}},` +
		`"cli_version":"v1.16.0","operating_system":"linux","id":"` + h.report().ID + `"}`
	if got := server.bodies()[0].body; got != want {
		t.Errorf("sent %s\nwant %s", got, want)
	}
	h.want("pace get (unlisted) 0 7", "pace hunter2 (unlisted) 0 7", "pace hunter2 0 7", "pace required 1 2", "pace run 300 7")
}

// Whatever the server does, the command is its twin, there was one attempt, and
// the next one waits for the next interval.
func TestServersThatMisbehave(t *testing.T) {
	long(t)
	t.Parallel()
	elsewhere := newCollector(t, nil)
	silent, err := net.Listen("tcp", "127.0.0.1:0") // accepts, never answers
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	release := make(chan struct{})
	defer close(release)
	servers := map[string]string{"refused": "http://" + closed.Addr().String(), "silent": "http://" + silent.Addr().String(),
		"broken TLS": "https://" + silent.Addr().String(), "no URL": "::no url::", "no host": "http:///x", "another scheme": "file:///etc/passwd"}
	for name, answer := range map[string]http.HandlerFunc{
		"500":        func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(500) },
		"429":        func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Retry-After", "1"); w.WriteHeader(429) },
		"redirected": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, 307) },
		"slow":       func(w http.ResponseWriter, r *http.Request) { <-release },
		"not OK":     func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte(strings.Repeat("x", 1<<20))) },
	} {
		servers[name] = newCollector(t, answer).URL
	}
	for name, url := range servers {
		t.Run(name, func(t *testing.T) {
			h := sending(t, url)
			for i := 0; i < 3; i++ {
				sameForUser(t, h.run("end", "three"), h.runProgram(built.twin, "end", "three"))
			}
			h.want("pace end three 3 3")
			if n := len(h.uploaders()); n > 1 {
				t.Errorf("%d uploaders at once", n)
			}
			for _, pid := range h.uploaders() { // hanging ones need not be waited for: TestDeadline does
				p, _ := os.FindProcess(pid)
				_ = p.Kill()
			}
		})
	}
	if n := len(elsewhere.bodies()); n > 0 {
		t.Errorf("the report followed a redirect %d times", n)
	}
}

// A server that never answers does not keep the uploader alive.
func TestUploaderDeadline(t *testing.T) {
	long(t)
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	h := sending(t, "http://"+silent.Addr().String())
	begin := time.Now()
	h.run("get", "data-policy")
	var pids []int
	eventually(t, "the uploader starts", 10*time.Second, func() bool { pids = h.uploaders(); return len(pids) == 1 })
	eventually(t, "the uploader gives up", uploadDeadline+5*time.Second, func() bool {
		environ, _ := os.ReadFile("/proc/" + strconv.Itoa(pids[0]) + "/environ") // empty once it has ended, reaped or not
		return len(environ) == 0 && len(h.uploaders()) == 0
	})
	if took := time.Since(begin); took < time.Second {
		t.Errorf("the server had only %s to answer", took)
	}
}

// Nothing is left open: whoever reads from a pipe that the command was given
// gets its end when the command ends, not when the uploader does.
func TestUploaderHoldsNoPipe(t *testing.T) {
	t.Parallel()
	stop := make(chan struct{})
	server := newCollector(t, func(w http.ResponseWriter, r *http.Request) { <-stop })
	h := sending(t, server.URL)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := h.command(built.cli, "get", "data-policy")
	cmd.Stdout = w
	cmd.ExtraFiles = []*os.File{w}
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	_ = r.SetReadDeadline(time.Now().Add(10 * time.Second))
	for err = nil; err == nil; {
		_, err = r.Read(make([]byte, 100))
	}
	if err.Error() != "EOF" {
		t.Errorf("the pipe did not end: %v", err)
	}
	server.waiting(t)
	close(stop)
}

// waiting waits until a request has come in, answered or not.
func (c *collector) waiting(t testing.TB) {
	eventually(t, "a request comes in", 10*time.Second, func() bool { return len(c.bodies()) > 0 })
}

// A command that runs for long uploads while it runs, leaves no zombie, and a
// user who says off in the meantime is obeyed.
func TestLongRunningCommandUploads(t *testing.T) {
	long(t)
	t.Parallel()
	server := newCollector(t, nil)
	h := newHome(t, "PACE_TELEMETRY_ENDPOINT="+server.URL, "PACE_TELEMETRY_UPLOAD_INTERVAL_SECONDS=1")
	h.run("telemetry", "on")
	h.run("required")
	server.wait(t, 1)
	cmd := h.command(built.cli, "run", "wait")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	server.wait(t, 3)
	h.run("telemetry", "off")
	eventually(t, "no child, no zombie", 10*time.Second, func() bool {
		children, _ := os.ReadFile("/proc/" + strconv.Itoa(cmd.Process.Pid) + "/task/" + strconv.Itoa(cmd.Process.Pid) + "/children")
		return len(h.uploaders()) == 0 && len(strings.TrimSpace(string(children))) == 0
	})
	sent := len(server.bodies())
	stdin.Close()
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	h.want("pace required 1 1") // off: the long run itself is not counted any more
	if now := len(server.bodies()); now != sent {
		t.Errorf("%d reports after off", now-sent)
	}
}

// A run that uploads on its way is counted once, when it ends.
func TestLongRunningCommandIsCountedAtItsEnd(t *testing.T) {
	long(t)
	t.Parallel()
	server := newCollector(t, nil)
	h := sending(t, server.URL, "PACE_TELEMETRY_UPLOAD_INTERVAL_SECONDS=2")
	h.run("required")
	server.wait(t, 1)
	cmd := h.command(built.cli, "run", "wait")
	stdin, err := cmd.StdinPipe()
	must(t, err)
	must(t, cmd.Start())
	server.wait(t, 2) // a report while it runs
	stdin.Close()
	must(t, cmd.Wait())
	h.want("pace required 1 1", "pace run wait 0 1")
}

// The proxy of the environment is used; loopback is exempt by its rules, so the
// endpoint has a name that only the proxy needs to know.
func TestProxy(t *testing.T) {
	t.Parallel()
	proxy := newCollector(t, nil)
	h := sending(t, "http://telemetry.invalid/x", "HTTP_PROXY="+proxy.URL)
	h.run("get", "data-policy")
	proxy.wait(t, 1)
}

// A user who says off while the uploader is connecting is obeyed: the command
// returns when nothing can be sent any more.
func TestOffWhileTheUploaderConnects(t *testing.T) {
	t.Parallel()
	for _, off := range []bool{false, true} {
		t.Run(strconv.FormatBool(off), func(t *testing.T) {
			server := httptest.NewUnstartedServer(nil)
			got := make(chan string, 1)
			server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				got <- string(body)
				_, _ = w.Write([]byte("OK"))
			})
			server.StartTLS()
			defer server.Close()
			certificate := filepath.Join(t.TempDir(), "ca.pem")
			text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
			if err := os.WriteFile(certificate, text, 0o600); err != nil {
				t.Fatal(err)
			}
			proxy, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer proxy.Close()
			h := newHome(t, "PACE_TELEMETRY_ENDPOINT=https://example.com/x", // the name in the certificate
				"HTTPS_PROXY=http://"+proxy.Addr().String(), "SSL_CERT_FILE="+certificate)
			h.run("telemetry", "on")
			h.run("get", "data-policy")
			client, err := proxy.Accept()
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			if _, err := http.ReadRequest(bufio.NewReader(client)); err != nil { // CONNECT
				t.Fatal(err)
			}
			if off {
				h.run("telemetry", "off")
			}
			upstream, err := net.Dial("tcp", server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer upstream.Close()
			_, _ = client.Write([]byte("HTTP/1.1 200 OK\r\n\r\n"))
			go func() { _, _ = io.Copy(upstream, client); upstream.Close() }()
			go func() { _, _ = io.Copy(client, upstream) }()
			eventually(t, "the uploader ends", 10*time.Second, func() bool { return len(h.uploaders()) == 0 })
			body := ""
			select {
			case body = <-got:
			default:
			}
			if sent := strings.Contains(body, "data-policy"); sent == off {
				t.Errorf("off %v, received %q", off, body)
			}
		})
	}
}

// A CLI whose init gives it a command where the user gave none does not run that command in its uploader.
func TestUploaderOfACLIThatSetsItsArguments(t *testing.T) {
	t.Parallel()
	server := newCollector(t, nil)
	h := newHome(t, "SHAPE=arguments that an init sets", "PACE_TELEMETRY=on", "PACE_TELEMETRY_ENDPOINT="+server.URL)
	if got := h.runProgram(shapes(t)); got != (outcome{stdout: "got\n"}) {
		t.Errorf("%+v", got)
	}
	eventually(t, "the uploader ends", 10*time.Second, func() bool { return len(h.uploaders()) == 0 })
	if h.want("pace get 0 1"); len(server.bodies()) != 1 {
		t.Errorf("sent %v", server.bodies())
	}
}

// The variable that marks the uploader does nothing to a command with arguments.
func TestUploaderVariableInAShell(t *testing.T) {
	t.Parallel()
	h := newHome(t, "PACE_TELEMETRY_UPLOAD_CHILD=1")
	sameForUser(t, h.run("end", "three"), h.runProgram(built.twin, "end", "three"))
}

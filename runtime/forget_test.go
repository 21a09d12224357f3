//go:build !notelemetry

package telemetry

import (
	"net"
	"net/http"
	"strings"
	"testing"
)

// forget asks the server to erase the install, says what it answered, and then does what off does.
func TestForget(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	must(t, closed.Close())
	for name, c := range map[string]struct {
		status int // of the server's answer, 0: nobody listens
		code   int
		says   string
	}{
		"erased":       {204, 0, "The server answered 204 No Content: it keeps nothing under this id.\n"},
		"not a server": {200, 1, "the server answered 200 OK\n"}, // a portal that answers everything
		"nothing kept": {404, 0, "The server answered 404 Not Found: it keeps nothing under this id.\n"},
		"refused":      {429, 1, "the server answered 429 Too Many Requests\n"},
		"broken":       {500, 1, "the server answered 500 Internal Server Error\n"},
		"redirected":   {307, 1, "the server answered 307 Temporary Redirect\n"},
		"not there":    {0, 1, "refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked, id string
			server := newCollector(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodDelete {
					asked = r.URL.Path
					w.Header().Set("Location", "/elsewhere")
					w.WriteHeader(c.status)
				}
			})
			h := newHome(t, "PACE_TELEMETRY_ENDPOINT="+server.URL+"/telemetry")
			h.run("telemetry", "on")
			h.run("required")
			server.wait(t, 1)
			id = h.report().ID
			if c.status == 0 {
				h.env = append(h.env, "PACE_TELEMETRY_ENDPOINT=http://"+closed.Addr().String()+"/telemetry")
			}
			got := h.run("telemetry", "forget")
			if got.code != c.code || !strings.Contains(got.stdout+got.stderr, c.says) || !strings.Contains(got.stdout, "Telemetry is off.") {
				t.Errorf("%+v", got)
			}
			if c.status != 0 && asked != "/telemetry/"+id {
				t.Errorf("asked for %q, the id was %q", asked, id)
			}
			if again := "curl -X DELETE "; (c.code != 0) != strings.Contains(got.stderr, again) {
				t.Errorf("how to ask again: %q", got.stderr)
			}
			if h.report().ID != "" || strings.Contains(h.read(reportFile)+h.read(baselineFile), id) {
				t.Errorf("the id is still there:\n%s", h.read(reportFile))
			}
			sent := len(server.bodies())
			h.run("required")
			if h.want("pace required 1 1"); len(server.bodies()) != sent {
				t.Error("a report after forget")
			}
		})
	}
	h := newHome(t, "PACE_TELEMETRY=on")
	if got := h.run("telemetry", "forget"); got.code != 1 || !strings.Contains(got.stdout, "There is no id") || !strings.Contains(got.stderr, "telemetry stays on because of PACE_TELEMETRY") {
		t.Errorf("where the environment says on: %+v", got)
	}
	h = newHome(t)
	h.write(reportFile, "{{{") // with an id, perhaps
	if got := h.run("telemetry", "forget"); got.code != 1 || !strings.Contains(got.stderr, "may still be on the server") || !strings.Contains(got.stdout, "Telemetry is off.") {
		t.Errorf("with a report that cannot be read: %+v", got)
	}
	if got := h.run("telemetry", "forget"); got.code != 0 || !strings.Contains(got.stdout, "There is no id") {
		t.Errorf("without an id: %+v", got)
	}
	if got := h.run("telemetry", "status"); !strings.Contains(got.stdout, "telemetry: off\n") {
		t.Errorf("after forget without an id: %+v", got)
	}
}

// Under a coding agent runs are counted as always and nothing is sent. The next run outside sends all of it.
func TestCodingAgent(t *testing.T) {
	t.Parallel()
	server := newCollector(t, nil)
	h := newHome(t, "PACE_TELEMETRY=on", "PACE_TELEMETRY_ENDPOINT="+server.URL, "PACE_TELEMETRY_UPLOAD_INTERVAL_SECONDS=0")
	names := strings.Fields(agentVariables)
	for _, name := range names {
		under := *h
		under.env = append([]string{name + "=1"}, h.env...)
		under.run("required")
	}
	if h.read(timestampFile) != "" || len(server.bodies()) > 0 {
		t.Fatalf("an upload was tried under an agent: %v", server.bodies())
	}
	h.run("end", "three")
	server.wait(t, 1)
	if body := server.bodies()[0].body; !strings.Contains(body, `"pace required":{"1":{"cumulative_count":14}}`) || len(names) != 14 {
		t.Errorf("sent %s after %d runs under agents", body, len(names))
	}
}

//go:build !notelemetry && linux

package telemetry

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// What decides, and what follows: nothing kept, kept, or kept with an id and sent.
func TestConsent(t *testing.T) {
	for _, c := range []struct {
		env, file string
		level     string
	}{
		{"", "", "local"}, // before the notice
		{"", "on 1700000000\n", "on"},
		{"", "noticed 1700000000\n", "on"},
		{"", "local 1700000000\n", "local"},
		{"", "off 1700000000\n", "off"},
		{"", "\n", "off"},
		{"", "garbage\x00", "off"},
		{"PACE_TELEMETRY=on", "", "on"},
		{"PACE_TELEMETRY=ON", "off 1\n", "on"},
		{"PACE_TELEMETRY=1", "", "on"},
		{"PACE_TELEMETRY=yes", "", "on"},
		{"PACE_TELEMETRY=local", "on 1\n", "local"},
		{"PACE_TELEMETRY=off", "on 1\n", "off"},
		{"PACE_TELEMETRY=0", "on 1\n", "off"},
		{"PACE_TELEMETRY=no", "", "off"},
		{"PACE_TELEMETRY=false", "", "off"},
		{"PACE_TELEMETRY=onn", "on 1\n", "off"},
		{"DO_NOT_TRACK=1 PACE_TELEMETRY=on", "on 1\n", "off"},
		{"DO_NOT_TRACK=yes", "", "off"},
		{"DO_NOT_TRACK=0 PACE_TELEMETRY=on", "", "on"},
		{"DO_NOT_TRACK=false PACE_TELEMETRY=on", "", "on"},
		{"CI=true PACE_TELEMETRY=on", "", "local"},
		{"CI=false PACE_TELEMETRY=on", "", "on"},
		{"TF_BUILD=True", "on 1\n", "local"},
		{"PACE_TELEMETRY=on PACE_TELEMETRY_UPLOAD_INTERVAL_SECONDS=-1", "", "never"},
		{"PACE_TELEMETRY=on PACE_TELEMETRY_UPLOAD_INTERVAL_SECONDS=x", "", "never"},
		{"PACE_TELEMETRY=on PACE_TELEMETRY_ENDPOINT=", "", "never"},
	} {
		t.Run(fmt.Sprintf("%s %q", c.env, c.file), func(t *testing.T) {
			t.Parallel()
			server := newCollector(t, nil)
			h := newHome(t, append([]string{"PACE_TELEMETRY_ENDPOINT=" + server.URL}, strings.Fields(c.env)...)...)
			if c.file != "" {
				h.write(consentFile, c.file)
			}
			h.run("get", "data-policy")
			h.run("end", "kill")
			h.run("get", "data-policy")
			switch c.level {
			case "off":
				if h.read(reportFile) != "" || h.read(lockName) != "" {
					t.Errorf("counted:\n%s", h.read(reportFile))
				}
				if c.file == "" {
					h.nothingKept()
				}
			default:
				h.want("pace end kill -1 1", "pace get data-policy 0 2")
				if hasID := h.report().ID != ""; hasID != (c.level == "on") {
					t.Errorf("an id: %v", hasID)
				}
			}
			if c.level == "on" {
				server.wait(t, 1)
			} else if h.read(timestampFile) != "" || len(h.uploaders()) > 0 || len(server.bodies()) > 0 {
				t.Error("an upload was tried")
			}
		})
	}
}

// An administrator's file lowers everything and raises nothing.
func TestAdministrator(t *testing.T) {
	needRoot(t)
	if _, err := os.Stat(adminFile()); err == nil {
		t.Fatalf("%s exists on this machine", adminFile())
	}
	if err := os.MkdirAll(filepath.Dir(adminFile()), 0o755); err != nil {
		t.Fatal(err)
	}
	defer os.Remove(filepath.Dir(adminFile()))
	defer os.Remove(adminFile())
	for _, c := range []struct{ text, env, counts, id string }{
		{"off\n", "PACE_TELEMETRY=on", "", ""},
		{"", "PACE_TELEMETRY=on", "", ""}, // made with touch: surely meant
		{"local\n", "PACE_TELEMETRY=on", "pace required 1 1", "no"},
		{"on\n", "PACE_TELEMETRY=local", "pace required 1 1", "no"},
		{"on\n", "PACE_TELEMETRY=off", "", ""},
	} {
		if err := os.WriteFile(adminFile(), []byte(c.text), 0o644); err != nil {
			t.Fatal(err)
		}
		h := newHome(t, c.env, "PACE_TELEMETRY_ENDPOINT=http://127.0.0.1:9/")
		h.run("required")
		if h.counts() != c.counts || h.report().ID != "" {
			t.Errorf("%q, %s: counted %q, id %q", c.text, c.env, h.counts(), h.report().ID)
		}
		if text := newHome(t, "PACE_TELEMETRY_ENDPOINT=http://127.0.0.1:9/").onTerminal("required"); strings.Contains(text, "are sent") != (c.text == "on\n") {
			t.Errorf("%q, and the notice is\n%s", c.text, text)
		}
		if status := h.run("telemetry", "status"); c.env == "PACE_TELEMETRY=on" && !strings.Contains(status.stdout, adminFile()) {
			t.Errorf("status does not name the file:\n%s", status.stdout)
		}
	}
}

// What was counted before the consent is never sent, nor what is counted while
// only local is allowed; the file itself stays complete.
func TestCountsFromBeforeConsentStay(t *testing.T) {
	t.Parallel()
	server := newCollector(t, nil)
	h := newHome(t, "PACE_TELEMETRY_ENDPOINT="+server.URL, "PACE_TELEMETRY_UPLOAD_INTERVAL_SECONDS=0")
	local := *h
	local.env = append([]string{"PACE_TELEMETRY=local"}, h.env...)
	h.run("get", "data-policy")
	h.run("end", "kill")
	h.run("telemetry", "on")
	h.run("get", "data-policy")
	server.wait(t, 1)
	local.run("get", "data-policy")
	local.run("end", "kill")
	local.run("required")
	h.run("get", "data-policy")
	server.wait(t, 2)
	h.want("pace end kill -1 2", "pace get data-policy 0 4", "pace required 1 1")
	last := server.bodies()[1].body
	want := `{"metric_points":{"pace get data-policy":{"0":{"cumulative_count":2}}},"cli_version":"v1.16.0","operating_system":"linux","id":"` + h.report().ID + `"}`
	if last != want {
		t.Errorf("sent %s\nwant %s", last, want)
	}
	if shown := h.run("telemetry", "show"); shown.stdout != want {
		t.Errorf("show prints %s\nwant %s", shown.stdout, want)
	}
}

// A report with an id but no baseline is from before this package, or its baseline was deleted. What it has counted is kept,
// and never sent: nobody knows what its user was told.
func TestCountsOfAnotherWriterStay(t *testing.T) {
	t.Parallel()
	server := newCollector(t, nil)
	h := newHome(t, "PACE_TELEMETRY_ENDPOINT="+server.URL, "PACE_TELEMETRY_UPLOAD_INTERVAL_SECONDS=0")
	const id = "36be4c46-4e1b-431d-b9db-1b315f537a85"
	h.write(reportFile, "metric_points:\n    pace get:\n        0:\n            cumulative_count: 12\n    pace required:\n        1:\n            cumulative_count: 3\ncli_version: v1\noperating_system: linux\nid: "+id+"\n")
	h.run("telemetry", "on")
	if got := h.run("telemetry", "show"); got.stdout != "" || got.code != 0 {
		t.Errorf("before a run, show prints %+v", got)
	}
	h.run("required")
	server.wait(t, 1)
	h.want("pace get 0 12", "pace required 1 4")
	want := `{"metric_points":{"pace required":{"1":{"cumulative_count":1}}},"cli_version":"v1.16.0","operating_system":"linux","id":"` + h.report().ID + `"}`
	if got := server.bodies()[0].body; got != want || h.report().ID == id {
		t.Errorf("sent %s\nwant %s", got, want)
	}
}

// A baseline that a power cut left empty says nothing, as one that is missing: what was counted before consent is not sent.
func TestEmptyBaseline(t *testing.T) {
	t.Parallel()
	server := newCollector(t, nil)
	h := newHome(t, "PACE_TELEMETRY_ENDPOINT="+server.URL)
	h.run("end", "three")
	h.run("telemetry", "on")
	h.write(timestampFile, strconv.FormatInt(time.Now().Unix(), 10))
	h.run("required")
	h.write(baselineFile, "")
	if got := h.run("telemetry", "show"); got.stdout != "" || got.code != 0 {
		t.Errorf("show prints %+v", got)
	}
	h.write(timestampFile, "0")
	h.run("end", "error") // for which the report is written anew
	server.wait(t, 1)
	if got := server.bodies()[0].body; !strings.HasPrefix(got, `{"metric_points":{"pace end error":{"1":{"cumulative_count":1}}},`) {
		t.Errorf("sent %s", got)
	}
	h.want("pace end error 1 1", "pace end three 3 1", "pace required 1 1")
}

// A run that must not be sent is counted in place, too, in the report and in the
// baseline, also where the report has an id: under local after on, or in CI.
func TestUnsentRunsAreCountedInPlace(t *testing.T) {
	t.Parallel()
	h := newHome(t, "PACE_TELEMETRY_ENDPOINT=http://127.0.0.1:9/telemetry")
	h.run("telemetry", "on")
	h.run("get", "data-policy")
	id := h.report().ID
	for _, unsent := range []string{"CI=true", "PACE_TELEMETRY=local"} {
		there := *h
		there.env = append([]string{unsent}, h.env...)
		there.run("get", "data-policy")
		files := func() (all []os.FileInfo) {
			for _, name := range []string{reportFile, baselineFile} {
				info, err := os.Stat(h.file(name))
				must(t, err)
				all = append(all, info)
			}
			return all
		}
		before := files()
		there.run("get", "data-policy")
		for i, info := range files() {
			if !os.SameFile(before[i], info) || before[i].ModTime() == info.ModTime() {
				t.Errorf("%s: %s was replaced, or nothing was counted", unsent, info.Name())
			}
		}
		h.run("get", "data-policy")
	}
	h.want("pace get data-policy 0 7")
	want := `{"metric_points":{"pace get data-policy":{"0":{"cumulative_count":3}}},"cli_version":"v1.16.0","operating_system":"linux","id":"` + id + `"}`
	if got := h.run("telemetry", "show"); got.stdout != want {
		t.Errorf("show prints %s\nwant %s", got.stdout, want)
	}
}

// The command that the user stops it with.
func TestTelemetryCommand(t *testing.T) {
	t.Parallel()
	server := newCollector(t, nil)
	h := newHome(t, "PACE_TELEMETRY_ENDPOINT="+server.URL)
	for _, args := range []string{"telemetry", "telemetry help", "telemetry status", "telemetry show", "telemetry reset"} {
		if got := h.run(strings.Fields(args)...); got.code != 0 {
			t.Errorf("%s: %+v", args, got)
		}
		h.nothingKept()
	}
	h.run("telemetry", "on")
	h.run("required")
	server.wait(t, 1)
	first := h.report().ID
	if got := h.run("telemetry", "status"); !strings.Contains(got.stdout, "telemetry: on\n") || !strings.Contains(got.stdout, h.file(consentFile)) {
		t.Errorf("status: %+v", got)
	}
	h.run("telemetry", "off")
	if text := h.read(reportFile) + h.read(baselineFile); strings.Contains(text, first) || h.report().ID != "" || first == "" {
		t.Errorf("the id %q survives off:\n%s", first, text)
	}
	h.run("required")
	h.want("pace required 1 1")
	h.run("telemetry", "on")
	h.run("required")
	if id := h.report().ID; id == "" || id == first {
		t.Errorf("the id after off and on: %q, was %q", id, first)
	}
	h.run("telemetry", "reset")
	if h.read(reportFile) != "" || h.read(baselineFile) != "" {
		t.Error("reset keeps counts")
	}
	for _, args := range []string{"telemetry nope", "telemetry on off", "telemetry status --nope"} {
		if got := h.run(strings.Fields(args)...); got.code != 1 {
			t.Errorf("%s: %+v", args, got)
		}
	}
	if got := h.run("telemetry off"); got.code != 1 || h.run("telemetry", "status").stdout == "" || strings.Contains(h.read(consentFile), "off") { // one argument
		t.Errorf("%+v", got)
	}
	h.run("required")
	h.want("pace 1 1", "pace required 1 1")
	if help := h.run("--help"); strings.Contains(help.stdout, "telemetry") {
		t.Errorf("help speaks of telemetry:\n%s", help.stdout)
	}
	if got := newHome(t, "PACE_TELEMETRY=off").run("telemetry", "on"); got.code != 1 {
		t.Errorf("on, against the environment: %+v", got)
	}
}

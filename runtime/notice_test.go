//go:build !notelemetry && linux

package telemetry

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// The notice: on a terminal, once, and nothing is sent before it was shown.
func TestNotice(t *testing.T) {
	t.Parallel()
	server := newCollector(t, nil)
	h := newHome(t, "PACE_TELEMETRY_ENDPOINT="+server.URL)
	for _, args := range []string{"get", "--help", "--version", "__complete get"} {
		if text := h.onTerminal(args); strings.Contains(text, "counts") {
			t.Errorf("%s shows the notice", args)
		}
	}
	h.nothingKept()
	h.run("required") // no terminal
	for _, args := range []string{"end fatal", "end panic"} {
		if text := h.onTerminal(args); !strings.Contains(text, strings.Fields(args)[1]) || strings.Contains(text, "counts") {
			t.Errorf("%s: the notice comes before the error:\n%s", args, text)
		}
	}
	if text := h.onTerminal("required"); !strings.Contains(text, "telemetry off") || !strings.Contains(text, server.URL) {
		t.Errorf("no notice:\n%s", text)
	}
	if h.report().ID != "" || h.read(timestampFile) != "" || len(h.uploaders()) > 0 {
		t.Error("the run that showed the notice tried to send")
	}
	if text := h.onTerminal("required"); strings.Contains(text, "telemetry off") {
		t.Errorf("the notice came again:\n%s", text)
	}
	server.wait(t, 1)
	if body := server.bodies()[0].body; !strings.Contains(body, `{"pace required":{"1":{"cumulative_count":1}}}`) {
		t.Errorf("sent %s", body)
	}
	ci := newHome(t, "CI=1", "PACE_TELEMETRY_ENDPOINT="+server.URL)
	if text := ci.onTerminal("required"); strings.Contains(text, "telemetry off") {
		t.Error("a notice in CI")
	}
}

// A CLI that starts itself shows the notice in the child. The run that started it began before the notice, so it does not
// send yet, and neither run is ever sent.
func TestNoticeOfAChild(t *testing.T) {
	t.Parallel()
	server := newCollector(t, nil)
	h := newHome(t, "PACE_TELEMETRY_ENDPOINT="+server.URL)
	parent := "run child " + built.cli + " required"
	if text := h.onTerminal(parent); strings.Count(text, "telemetry off") != 1 {
		t.Errorf("no notice, or two:\n%s", text)
	}
	h.want("pace required 1 1", "pace run child 1 1")
	if h.report().ID != "" || h.read(timestampFile) != "" || len(h.uploaders()) > 0 {
		t.Error("the run that began before the notice tried to send")
	}
	h.onTerminal(parent)
	server.wait(t, 1)
	if body := server.bodies()[0].body; !strings.Contains(body, `"pace required":{"1":{"cumulative_count":1}}`) {
		t.Errorf("sent %s", body)
	}
}

// A notice that cannot be remembered, as on a full disk, is not shown: it would come again with every run.
func TestNoticeThatCannotBeRemembered(t *testing.T) {
	t.Parallel()
	h := newHome(t, "PACE_TELEMETRY_ENDPOINT=http://127.0.0.1:9/")
	blocked := h.file(consentFile + ".tmp")
	must(t, os.MkdirAll(filepath.Join(blocked, "x"), 0o700))
	for i := 0; i < 2; i++ {
		if text := h.onTerminal("required"); strings.Contains(text, "telemetry off") {
			t.Errorf("a notice:\n%s", text)
		}
	}
	must(t, os.RemoveAll(blocked))
	if text := h.onTerminal("required"); !strings.Contains(text, "telemetry off") {
		t.Errorf("no notice:\n%s", text)
	}
	h.want("pace required 1 3")
}

// The notice of a plugin names what the user typed: the CLI that started it, or its own file.
func TestNoticeOfAPlugin(t *testing.T) {
	t.Parallel()
	cli := shapes(t)
	for _, c := range []struct{ shape, args, says string }{
		{"a plugin", "pace get", "Stop it: docker pace telemetry off,"},
		{"a plugin that also runs by its own name", "get", "Stop it: pace telemetry off,"},
	} {
		h := newHome(t, "SHAPE="+c.shape)
		if text := h.programOnTerminal(cli, c.args); !strings.Contains(text, c.says) {
			t.Errorf("%s: no %q in\n%s", c.shape, c.says, text)
		}
		if got := h.runProgram(cli, "telemetry", "off"); got.code != 0 {
			t.Errorf("%s: %+v", c.shape, got)
		}
	}
}

// onTerminal runs the CLI with a pseudo terminal as stderr and returns what it shows.
func (h *home) onTerminal(args string) string { return h.programOnTerminal(built.cli, args) }

func (h *home) programOnTerminal(program, args string) string {
	h.t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	need(h.t, err == nil, "a pseudo terminal")
	defer master.Close()
	var number, unlock int32
	for request, at := range map[uintptr]*int32{syscall.TIOCGPTN: &number, syscall.TIOCSPTLCK: &unlock} {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, master.Fd(), request, uintptr(unsafe.Pointer(at))); errno != 0 {
			h.t.Fatal(errno)
		}
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		h.t.Fatal(err)
	}
	cmd := h.command(program, strings.Fields(args)...)
	cmd.Stderr = slave
	err = cmd.Run()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		h.t.Fatal(err)
	}
	slave.Close()
	var shown bytes.Buffer
	_ = master.SetReadDeadline(time.Now().Add(5 * time.Second))
	_, _ = io.Copy(&shown, master) // ends with EIO when nobody has the terminal open
	return shown.String()
}

//go:build !notelemetry

package telemetry

import (
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// claimUpload reports whether an upload is due, and if so writes the time of the attempt. So only one process starts an
// uploader, and a failed upload is not repeated before the next interval. The caller holds the folder lock.
func (c consent) claimUpload() bool {
	word, _ := readWord(c.dir.path(timestampFile))
	last, _ := strconv.ParseInt(word, 10, 64) // or 1970
	now := time.Now().Unix()
	// last is later than now if the clock was set back.
	return (last > now || now-last >= int64(c.interval/time.Second)) && !c.agent && c.dir.replace(timestampFile, []byte(strconv.FormatInt(now, 10))) == nil
}

// flushLater makes a long-running command upload from time to time.
func flushLater() { time.AfterFunc(process.consent.interval+time.Second, flush) }

// flush counts what dead processes left, and starts an uploader if one is due.
func flush() {
	process.Lock()
	defer process.Unlock()
	defer shield()
	defer flushLater()
	if c := process.consent.decide(); c.sends() && !process.lock.lost() {
		_ = process.lock.settle(process.mine, c, 0)
	}
}

// uploaderEnv marks the process that uploads. That process takes no arguments: it reads what to send from the file.
const uploaderEnv = variable + "_UPLOAD_CHILD"

// startUploader starts this program again, detached: without a terminal, without output, and in the root folder (of the
// system's drive), so that it keeps no other in use.
func startUploader() {
	null, err := openFile(os.DevNull, os.O_RDWR)
	if err != nil {
		return
	}
	defer null.Close()
	env := append([]string{uploaderEnv + "=1"}, process.env...) // of two, the first one counts
	attr := &os.ProcAttr{Dir: folder(filepath.VolumeName(os.Getenv("SystemRoot"))).path(""), Env: env, Files: []*os.File{null, null, null}, Sys: detached()}
	if child, err := os.StartProcess(self(), process.args[:1], attr); err == nil {
		go child.Wait() // no zombie stays if this process goes on
	}
}

// uploadDeadline is when the uploader ends, whatever it waits for.
const uploadDeadline = 30 * time.Second

// upload sends the report once. It ignores the answers: counts are cumulative, so the next report makes up for one that
// was lost.
func upload() {
	defer shield()
	closeInherited()
	d := findFolder()
	go func() {
		for end := time.Now().Add(uploadDeadline); time.Now().Before(end) && consentIn(d).sends(); {
			time.Sleep(20 * time.Millisecond)
		}
		os.Exit(1) // also while it connects or sends: `telemetry off` waits for that
	}()
	if l, err := d.lockFile(); err != nil || l.lock(theUploader, uploadDeadline) != nil {
		return
	}
	bodies, _ := d.nextBodies()
	for c := consentIn(d); len(bodies) > 0 && c.sends(); bodies = bodies[1:] {
		_, _ = ask(http.MethodPost, c.endpoint, bodies[0], uploadDeadline)
	}
}

// nextBodies returns the bodies of the next upload, nil if there is nothing to send.
func (d folder) nextBodies() (bodies []string, err error) {
	err = d.change(false, func(*lockFile) error {
		now, unreadable := d.read(reportFile)
		if baseline, unknown := d.read(baselineFile); unreadable == nil && unknown == nil {
			bodies = now.bodies(baseline.MetricPoints)
		}
		return nil
	})
	return bodies, err
}

// ask makes a request. It does not read the answer's body, nor close it: the process ends soon. It follows no redirects: data
// goes only to the host that the user was told about.
func ask(method, url, body string, timeout time.Duration) (*http.Response, error) {
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	return (&http.Client{Timeout: timeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(request)
}

//go:build !notelemetry

package telemetry

import (
	"bytes"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"time"
)

// claimUpload reports whether an upload is due, and if so stamps the attempt: only the one process that wrote the stamp
// starts an uploader, and a failure is not repeated before the next interval.
func (c consent) claimUpload() bool {
	if !c.sends() {
		return false
	}
	word, _ := readWord(c.dir.path(timestampFile))
	last, _ := strconv.ParseInt(word, 10, 64) // or 1970
	now := time.Now().Unix()
	if last <= now && now-last < int64(c.interval/time.Second) || anySet(agentVariables) {
		return false
	}
	return c.dir.replace(timestampFile, []byte(strconv.FormatInt(now, 10))) == nil
}

// armFlush uploads from time to time while a command runs. It waits for garbage
// to be collected first, which comes after 2 minutes at the latest: most commands
// have ended by then. A timer from the begin would hide from the Go runtime that
// all goroutines are asleep: a program that ends with its error would hang.
func armFlush(c consent) {
	arm := func(*folder) { time.AfterFunc(c.interval+time.Second, func() { flush(c) }) }
	if c.sends() && c.interval < 2*time.Minute {
		arm(nil)
	} else if c.sends() {
		runtime.SetFinalizer(new(folder), arm)
	}
}

// flush counts what dead processes left, and waits for the uploader if an upload is due: it leaves no zombie.
func flush(c consent) {
	defer shield()
	defer armFlush(c)
	due := func() (due bool) {
		process.Lock()
		defer process.Unlock()
		if c := consentIn(c.dir); c.sends() {
			due, _ = process.lock.settle(process.mine, c, 0)
		}
		return due
	}
	if !due() {
		return
	}
	if child := spawnUploader(); child != nil {
		_, _ = child.Wait()
	}
}

// uploaderEnv marks the process that uploads. It takes no arguments: what is to
// be sent is read from the file.
const uploaderEnv = variable + "_UPLOAD_CHILD"

// spawnUploader starts this program again, detached: no terminal, no output, in
// nobody's folder. It is nil if that was not possible.
func spawnUploader() (child *os.Process) {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err == nil {
		defer null.Close()
		child, _ = os.StartProcess(self(), []string{os.Args[0]}, &os.ProcAttr{
			Dir:   rootDir,
			Env:   append([]string{uploaderEnv + "=1"}, os.Environ()...), // the first one counts
			Files: []*os.File{null, null, null},
			Sys:   detached(),
		})
	}
	return child
}

// uploadDeadline ends the uploader, whatever it is waiting for.
const uploadDeadline = 30 * time.Second

// upload sends the report once. What is answered does not matter, and nobody learns of it: the attempt was stamped
// before, and counts are cumulative, so the next report makes up for one that was lost.
func upload() {
	defer shield()
	closeInherited()
	d := findFolder()
	go func() {
		for end := time.Now().Add(uploadDeadline); time.Now().Before(end) && consentIn(d).sends(); {
			time.Sleep(20 * time.Millisecond)
		}
		os.Exit(1) // also while it connects or sends: the user who says off waits for it
	}()
	l, err := d.lockFile()
	if err != nil || l.lock(theUploader, uploadDeadline) != nil {
		return
	}
	body, err := d.nextBody()
	if c := consentIn(d); err == nil && body != nil && c.sends() {
		_, _ = ask(http.MethodPost, c.endpoint, body, uploadDeadline)
	}
}

// nextBody is the body of the next upload, nil if there is nothing to send.
func (d folder) nextBody() (body []byte, err error) {
	err = d.change(false, func(*lockFile) error {
		now, err := d.read(reportFile)
		baseline, broken := d.read(baselineFile)
		if err == nil && broken == nil {
			body, err = now.body(baseline.MetricPoints)
		}
		return err
	})
	return body, err
}

// ask makes a request and returns the answer without its body. It follows no redirects: what is sent is for the host
// that the user was told.
func ask(method, url string, body []byte, timeout time.Duration) (*http.Response, error) {
	request, err := http.NewRequest(method, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	client := http.Client{Timeout: timeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(request)
	if err == nil {
		err = answer.Body.Close()
	}
	return answer, err
}

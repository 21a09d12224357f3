//go:build !notelemetry

package telemetry

import (
	"os"
	"strconv"
	"time"
)

// claimUpload reports whether an upload is due, and if so stamps the attempt:
// only the one process that wrote the stamp starts an uploader, and a failure
// is not repeated before the next interval.
func (l *ledger) claimUpload(interval time.Duration) bool {
	now := time.Now()
	if word, err := readWord(l.path(timestampFile)); err == nil {
		last, err := strconv.ParseInt(word, 10, 64)
		if age := now.Unix() - last; err == nil && age >= 0 && age < int64(interval/time.Second) {
			return false
		}
	}
	return l.replace(timestampFile, []byte(strconv.FormatInt(now.Unix(), 10))) == nil
}

// armFlush starts an uploader from time to time while a command runs.
func armFlush(d folder, c consent) {
	if !c.sends() {
		return
	}
	pause := c.interval
	if pause < time.Second {
		pause = time.Second
	}
	time.AfterFunc(pause, func() {
		defer shield()
		defer armFlush(d, c)
		if flush(d) {
			if child, err := spawnUploader(); err == nil {
				_, _ = child.Wait() // no zombie
			}
		}
	})
}

// flush counts what dead processes left and reports whether an upload is due.
func flush(d folder) bool {
	process.Lock()
	defer process.Unlock()
	if c := decide(d); c.sends() {
		if l, ok := d.open(0, true); ok {
			defer l.close()
			return l.settle(nil) == nil && l.claimUpload(c.interval)
		}
	}
	return false
}

// uploaderEnv marks the process that uploads. It takes no arguments: what is to
// be sent is read from the file.
const uploaderEnv = variable + "_UPLOAD_CHILD"

func isUploader() bool {
	return len(os.Args) == 1 && os.Getenv(uploaderEnv) == "1"
}

// spawnUploader starts this program again, detached: no terminal, no output, in
// nobody's folder.
func spawnUploader() (*os.Process, error) {
	path, err := self()
	if err != nil {
		return nil, err
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	return os.StartProcess(path, []string{os.Args[0]}, &os.ProcAttr{
		Dir:   rootDir,
		Env:   append([]string{uploaderEnv + "=1"}, os.Environ()...), // the first one counts
		Files: []*os.File{null, null, null},
		Sys:   detached(),
	})
}

//go:build !notelemetry

package telemetry

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// lockPatience is the longest a command waits for another process. A run that
// gets no lock leaves its result in its marker, for the next one to count.
const lockPatience = 250 * time.Millisecond

// lock takes the lock of the folder. Closing the file gives it back.
func (d folder) lock(patience time.Duration) (*os.File, bool) {
	f, err := openFile(d.path(lockFile), os.O_RDWR|os.O_CREATE)
	if err != nil {
		return nil, false
	}
	pause := 100 * time.Microsecond
	for {
		locked, err := tryLock(f)
		if locked {
			return f, true
		}
		if err != nil || patience <= 0 {
			f.Close()
			return nil, false
		}
		time.Sleep(pause)
		patience -= pause
		if pause *= 2; pause > 4*time.Millisecond {
			pause = 4 * time.Millisecond
		}
	}
}

// settle counts the run of this process and those that dead processes left. It
// reports whether an upload is due and now this process's to start.
func (d folder) settle(own run, c consent) (due bool) {
	if f, ok := d.lock(lockPatience); ok {
		if d.settleAll(f, &own, c) != nil && process.marker != nil {
			process.marker.leave(own.code)
		}
		due = c.sends() && d.claimUpload(c.interval)
		f.Close()
	} else if process.counted == nil {
		if process.marker == nil {
			process.marker = d.mark(own)
		}
		process.marker.release(own.code)
		process.marker, process.counted = nil, &own
	}
	// Whoever gave up waiting left a marker and then tries once more. Either he gets the
	// lock, or his marker was there before this process gave the lock back.
	if d.abandoned() {
		if f, ok := d.lock(0); ok {
			_ = d.settleAll(f, nil, c)
			f.Close()
		}
	}
	return due
}

// settleAll counts everything that waits, and own if it is not nil. The caller
// holds the lock f. After an error nothing more may be counted by this process:
// the intent in the lock file has to be finished first.
func (d folder) settleAll(f *os.File, own *run, c consent) error {
	if err := d.finishIntent(f, c); err != nil {
		return err
	}
	for _, name := range d.markers() {
		if process.marker != nil && name == process.marker.name {
			continue
		}
		if m, r := d.adopt(name); m != nil {
			if err := d.count(f, m, r, c); err != nil {
				m.f.Close()
				return err
			}
		}
	}
	if own == nil {
		return nil
	}
	if process.counted == nil {
		err := d.count(f, process.marker, *own, c)
		if err == nil {
			process.marker, process.counted = nil, own
		}
		return err
	}
	if was := *process.counted; was.code != own.code {
		move := func(p points) { p.add(was.path, was.code, -1); p.add(own.path, own.code, 1) }
		if err := d.rewrite(c.sends(), own.unsent, func(points) error { return nil }, move); err != nil {
			return err
		}
		process.counted = own
	}
	return nil
}

// count adds r to the report and removes its marker. A process that is killed
// in between must not be counted twice: the intent, written to the lock file
// first, lets the next holder of the lock tell what was done.
func (d folder) count(f *os.File, m *marker, r run, c consent) error {
	err := d.bump(r, c.sends(), func(before uint64) error {
		if m == nil {
			return nil
		}
		_, err := f.WriteAt([]byte(fmt.Sprintf("%s %d %s", m.name, before, r.line())), 0)
		return err
	})
	if err == nil {
		m.remove()
	}
	return err
}

// finishIntent completes what the last holder of the lock was doing. Usually
// its last step, the removal of the marker, is done: then nothing is left to do.
func (d folder) finishIntent(f *os.File, c consent) error {
	var buffer [4096]byte
	n, _ := f.ReadAt(buffer[:], 0)
	line := string(buffer[:n])
	line = line[:strings.IndexByte(line, '\n')+1] // behind it is the rest of an older, longer one
	words := strings.SplitN(line, " ", 3)
	if len(words) < 3 {
		return nil
	}
	path := d.markerPath(words[0])
	if _, err := os.Lstat(path); os.IsNotExist(err) {
		return nil
	}
	before, err := strconv.ParseUint(words[1], 10, 63)
	r, complete := parseRun(words[2])
	if err != nil || !complete {
		return nil
	}
	now, err := d.readReport(reportFile)
	if err == nil && now.MetricPoints.count(r.path, r.code) == before {
		err = d.bump(r, c.sends(), func(uint64) error { return nil })
	}
	if err != nil && err != errBroken {
		return err
	}
	if own := process.marker; own != nil && own.name == words[0] {
		own.remove()
		process.marker, process.counted = nil, &r
		return nil
	}
	return os.Remove(path)
}

// markers lists the names of the markers.
func (d folder) markers() []string {
	f, err := openFile(d.path(markerDir), os.O_RDONLY)
	if err != nil {
		return nil
	}
	defer f.Close()
	names, _ := f.Readdirnames(-1)
	return names
}

// abandoned reports whether there are markers of processes that got no lock.
func (d folder) abandoned() bool {
	for _, name := range d.markers() {
		if strings.HasPrefix(name, endedPrefix) {
			return true
		}
	}
	return false
}

//go:build !notelemetry

package telemetry

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"os"
	"strconv"
	"strings"
	"time"
)

// lockPatience is the longest a command waits for another process. A run that
// gets no lock leaves its result in its marker, for the next one to count.
const lockPatience = 250 * time.Millisecond

// ledger is the report while this process holds the lock of the folder.
//
// The lock file holds the last holder's record: the marker of the run it was
// counting, the count before, the checksum of the report after, and the run.
// It is written before the report is changed, so the next holder can tell what
// a killed one had done, and whether somebody else edited the report.
type ledger struct {
	folder
	lock  *os.File
	sends bool
	erase bool   // the id goes: the user said off
	sum   string // of the report as the last holder left it
}

// open takes the lock, waiting no longer than patience.
func (d folder) open(patience time.Duration, sends bool) (*ledger, bool) {
	f, err := openFile(d.path(lockFile), os.O_RDWR|os.O_CREATE)
	if err != nil {
		return nil, false
	}
	for pause := 100 * time.Microsecond; ; patience -= pause {
		locked, err := tryLock(f)
		if locked {
			return &ledger{folder: d, lock: f, sends: sends}, true
		}
		if err != nil || patience <= 0 {
			f.Close()
			return nil, false
		}
		if time.Sleep(pause); pause < 3*time.Millisecond {
			pause *= 2
		}
	}
}

// close gives the lock back.
func (l *ledger) close() { l.lock.Close() }

// settle counts the run of this process and those that dead processes left. It
// reports whether an upload is due and now this process's to start.
func (d folder) settle(own run, c consent) (due bool) {
	if l, ok := d.open(lockPatience, c.sends()); ok {
		if l.settle(&own) != nil && process.marker != nil {
			process.marker.leave(own.code)
		}
		due = l.sends && l.claimUpload(c.interval)
		l.close()
	} else if process.counted == nil {
		if process.marker == nil {
			process.marker = d.mark(own)
		}
		process.marker.release(own.code)
		process.marker, process.counted = nil, &own
	}
	// Whoever gave up waiting left a marker and then tries once more. Either he gets the
	// lock, or his marker was there before the holder, who looks again, gave it back.
	for tries := 0; tries < 5 && d.abandoned(); tries++ {
		l, ok := d.open(lockPatience/10, c.sends()) // an uploader reads, and does not look again
		if !ok {
			break
		}
		_ = l.settle(nil)
		l.close()
	}
	return due
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

// settle counts everything that waits, and own if it is not nil. After an error
// this process may count nothing more: the record has to be finished first.
func (l *ledger) settle(own *run) error {
	if err := l.finish(); err != nil {
		return err
	}
	for _, name := range l.markers() {
		if process.marker != nil && name == process.marker.name {
			continue
		}
		if m, r := l.adopt(name); m != nil {
			if err := l.count(m, r); err != nil {
				m.f.Close()
				return err
			}
		}
	}
	switch was := process.counted; {
	case own == nil || was != nil && was.code == own.code:
		return nil
	case was == nil:
		if err := l.count(process.marker, *own); err != nil {
			return err
		}
	default: // counted by Exiting, and then the process did not end that way
		err := l.rewrite(own.unsent, func(p points) { p.add(was.path, was.code, -1); p.add(own.path, own.code, 1) }, nil)
		if err != nil {
			return err
		}
	}
	process.marker, process.counted = nil, own
	return nil
}

// count adds r to the report and removes its marker, if there is one. A report
// that is just as the last holder left it gets its digits overwritten in place;
// others go through yaml.v3, a temporary file and a rename.
func (l *ledger) count(m *marker, r run) error {
	if done, err := l.countInPlace(m, r); !done && err == nil {
		err = l.rewrite(r.unsent, func(p points) { p.add(r.path, r.code, 1) }, func(now points, data []byte) error {
			return l.record(m, now.count(r.path, r.code), r, data)
		})
		if err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	m.remove()
	return nil
}

// countInPlace reports false if it changed nothing.
func (l *ledger) countInPlace(m *marker, r run) (bool, error) {
	const pageSize = 4096 // the smallest there is: inside one, a write is not torn when the process is killed
	f, err := openFile(l.path(reportFile), os.O_RDWR)
	if err != nil {
		return false, nil
	}
	defer f.Close()
	data, err := readAll(f)
	if err != nil || l.sum != l.checksum(data) || r.unsent && bytes.Contains(data, []byte("\nid: ")) {
		return false, nil // edited by somebody else, or the baseline changes too
	}
	at, size := locate(data, r)
	before, err := strconv.ParseUint(string(data[at:at+size]), 10, 63)
	after := strconv.FormatUint(before+1, 10)
	if err != nil || len(after) != size || at/pageSize != (at+size-1)/pageSize {
		return false, nil
	}
	copy(data[at:], after)
	if err := l.record(m, before, r, data); err != nil {
		return true, err
	}
	_, err = f.WriteAt([]byte(after), int64(at))
	return true, err
}

// record announces that r is about to be counted, which makes the report data.
func (l *ledger) record(m *marker, before uint64, r run, data []byte) error {
	name := "-"
	if m != nil {
		name = m.name
	}
	l.sum = l.checksum(data)
	_, err := l.lock.WriteAt([]byte(fmt.Sprintf("%s %d %s %s", name, before, l.sum, r.line())), 0)
	return err
}

// checksum covers the report and what makes a rewrite necessary although the
// report is unchanged: another version, or an id that is wanted or no longer is.
func (l *ledger) checksum(data []byte) string {
	sum := crc32.Update(crc32.ChecksumIEEE(data), crc32.IEEETable, []byte(cliVersion()+strconv.FormatBool(l.sends)))
	return strconv.FormatUint(uint64(sum), 16)
}

// finish completes what the last holder of the lock was doing. Usually its last
// step, the removal of the marker, is done, and nothing is left to do.
func (l *ledger) finish() error {
	var buffer [4096]byte
	n, _ := l.lock.ReadAt(buffer[:], 0)
	line := string(buffer[:n])
	line = line[:strings.IndexByte(line, '\n')+1] // behind it is the rest of an older, longer one
	words := strings.SplitN(line, " ", 4)
	if len(words) < 4 {
		return nil
	}
	l.sum = words[2]
	path := l.markerPath(words[0])
	if _, err := os.Lstat(path); os.IsNotExist(err) {
		return nil
	}
	before, err := strconv.ParseUint(words[1], 10, 63)
	r, complete := parseRun(words[3])
	if err != nil || !complete {
		return nil
	}
	now, err := l.read(reportFile)
	if err == nil && now.MetricPoints.count(r.path, r.code) == before {
		err = l.rewrite(r.unsent, func(p points) { p.add(r.path, r.code, 1) }, nil)
	}
	if err != nil && err != errBroken {
		return err
	}
	if own := process.marker; own != nil && own.name == words[0] {
		process.counted, process.marker = &r, nil
		own.remove()
	}
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return err
	}
	return nil
}

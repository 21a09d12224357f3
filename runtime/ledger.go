//go:build !notelemetry

package telemetry

import (
	"bytes"
	"io"
	"os"
	"strconv"
	"time"
)

// lockPatience is the longest a command waits for another process. A run that
// gets no lock leaves its result in its slot, for the next one to count.
const lockPatience = 250 * time.Millisecond

// ledger is the report while this process holds the lock of the folder.
type ledger struct {
	slots
	leftAs string // what block 0 says
	sends  bool
	hasID  bool // the report has an id, as far as is known; else whether it should have one
	erase  bool // the id goes: the user said off
}

// open takes the lock, waiting no longer than patience.
func (d folder) open(patience time.Duration, sends bool) (*ledger, bool) {
	s, ok := d.slots()
	for pause := 100 * time.Microsecond; ok; patience -= pause {
		locked, err := tryLock(s.f, 1<<30, 1)
		if locked {
			return &ledger{slots: s, sends: sends, hasID: sends}, true
		}
		if err != nil || patience <= 0 {
			break
		}
		if time.Sleep(pause); pause < 3*time.Millisecond {
			pause *= 2
		}
	}
	return nil, false
}

// close gives the lock back.
func (l *ledger) close() { l.unlock(0, 1) }

// settle counts the run of this process and those that dead processes left. It
// reports whether an upload is due and now this process's to start.
func (d folder) settle(own run, c consent) (due bool) {
	if l, ok := d.open(lockPatience, c.sends()); ok {
		if l.settle(&own) != nil && process.slot.n > 0 { // for the next holder
			process.slot.run, process.slot.before = own, notCounted
			_ = l.put(process.slot)
		}
		due = l.sends && l.claimUpload(c.interval)
		l.close()
	} else if s, ok := d.slots(); ok && process.counted == nil {
		if process.slot.n == 0 {
			process.slot = s.enter(own)
		}
		if process.slot.n > 0 {
			process.slot.run = own
			_ = s.put(process.slot)
			s.unlock(process.slot.n, 1)
			process.slot, process.counted = slot{}, &own
		}
	}
	// Whoever gave up waiting left his result in his slot and then tries once more. Either he
	// gets the lock, or the slot was there before the holder, who looks again, gave it back.
	for tries := 0; tries < 5 && d.abandoned(); tries++ {
		l, ok := d.open(lockPatience/10, c.sends()) // an uploader reads, and does not look again
		if !ok {
			break
		}
		err := l.settle(nil)
		l.close()
		if err != nil {
			break
		}
	}
	return due
}

// abandoned reports whether there are results of processes that got no lock.
func (d folder) abandoned() bool {
	s, ok := d.slots()
	if !ok {
		return false
	}
	blocks, _ := s.blocks()
	for n := 1; n*blockSize < len(blocks); n++ {
		if one, ok := parseSlot(n, block(blocks, n)); ok && one.code != noExitSeen && n != process.slot.n {
			return true
		}
	}
	return false
}

// settle counts everything that waits, and own if it is not nil.
func (l *ledger) settle(own *run) error {
	blocks, err := l.blocks()
	if err != nil {
		return err
	}
	l.leftAs = string(blocks[:bytes.IndexByte(block(blocks, 0), '\n')+1])
	for _, one := range l.dead(blocks) {
		if err := l.count(&one); err != nil {
			l.slots.unlock(one.n, 1)
			return err
		}
		l.clear(one.n)
	}
	l.cut(blocks)
	if own == nil || process.counted != nil && process.counted.code == own.code {
		return nil
	}
	if n := process.slot.n; n > 0 {
		if now, ok := parseSlot(n, block(blocks, n)); !ok || now.nonce != process.slot.nonce {
			// Taken for dead, where a lock can get lost (NFS): counted without an exit.
			process.slot, process.counted = slot{}, &run{path: process.slot.path, code: noExitSeen}
		}
	}
	if was := process.counted; was != nil { // counted by Exiting, and then the process did not end that way
		err := l.rewrite(own.unsent, func(p points) { p.add(was.path, was.code, -1); p.add(own.path, own.code, 1) }, nil)
		if err == nil {
			process.counted = own
		}
		return err
	}
	process.slot.run, process.slot.before = *own, notCounted
	if err := l.count(&process.slot); err != nil {
		return err
	}
	l.clear(process.slot.n)
	process.slot, process.counted = slot{}, own
	return nil
}

// count adds the run of a slot to the report. A report that is just as the last
// holder left it gets its digits overwritten in place; others go through yaml.v3,
// a temporary file and a rename. Before the report is changed the slot, if it has
// a block, says what the count is, so the next holder can tell what a killed one
// had done.
func (l *ledger) count(one *slot) error {
	if one.before != notCounted {
		now, err := l.read(reportFile)
		if err != nil && err != errBroken {
			return err
		}
		if err == nil && now.MetricPoints.count(one.path, one.code) != uint64(one.before) {
			return nil // he had done it
		}
	} else if done, err := l.countInPlace(one); done || err != nil {
		return err
	}
	return l.rewrite(one.unsent, func(p points) { p.add(one.path, one.code, 1) }, func(now points) error {
		return l.announce(one, now.count(one.path, one.code))
	})
}

// announce says in the slot that its run is about to be counted.
func (l *ledger) announce(one *slot, before uint64) error {
	if one.before = int64(before); one.n == 0 {
		return nil
	}
	return l.put(*one)
}

// countInPlace reports false if it changed nothing.
func (l *ledger) countInPlace(one *slot) (bool, error) {
	const pageSize = 4096 // the smallest there is: inside one, a write is not torn when the process is killed
	f, err := openFile(l.path(reportFile), os.O_RDWR)
	if err != nil {
		return false, nil
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || l.left(info) != l.leftAs || one.unsent && l.hasID {
		return false, nil // edited by somebody else, or more than the count changes
	}
	digits, at := locate(io.NewSectionReader(f, 0, info.Size()), one.run)
	before, err := strconv.ParseUint(digits, 10, 63)
	after := strconv.FormatUint(before+1, 10)
	if err != nil || len(after) != len(digits) || at/pageSize != (at+int64(len(digits))-1)/pageSize {
		return false, nil
	}
	if err := l.announce(one, before); err != nil {
		return true, err
	}
	if _, err = f.WriteAt([]byte(after), at); err == nil {
		l.leave(f.Stat())
	}
	return true, err
}

// left is what block 0 says of a report that was left as it is: which file that
// is, and what makes a rewrite necessary although nobody has changed it, which is
// another version, or an id that is wanted or no longer is.
func (l *ledger) left(info os.FileInfo) string {
	return stamp(info) + " " + strconv.FormatBool(l.hasID) + " " + versionMark() + "\n"
}

// leave notes in block 0 how this process leaves the report.
func (l *ledger) leave(info os.FileInfo, err error) {
	if err != nil {
		return
	}
	if l.leftAs = l.left(info); len(l.leftAs) <= blockSize {
		_, _ = l.f.WriteAt([]byte(l.leftAs), 0)
	}
}

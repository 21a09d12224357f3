//go:build !notelemetry

package telemetry

import (
	"errors"
	"os"
	"strconv"
	"time"
)

// lockPatience is the longest a command waits for another process. A run that
// gets no lock leaves its result in its slot, for the next one to count.
const lockPatience = 250 * time.Millisecond

var errNotInPlace = errors.New("the count is not where it can be overwritten")

// ledger is the report while this process holds the lock of the folder.
type ledger struct {
	slots
	left  []string // how it may be, if nobody else changed it
	sends bool
	hasID bool // the report has an id, as far as is known
	erase bool // the id goes: the user said off
}

// open takes the lock, waiting no longer than patience.
func (d folder) open(patience time.Duration, sends bool) (*ledger, bool) {
	s, ok := d.slots()
	for pause := 100 * time.Microsecond; ok; patience -= pause {
		locked, err := s.file.tryLock(1<<30+theFolder, 1)
		if locked {
			return &ledger{slots: s, sends: sends}, true
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
func (l *ledger) close() { l.unlock(theFolder, 1) }

// settle counts the run of this process, which has a slot or was counted under
// another code, and those that dead processes left. It reports whether an upload
// is due and now this process's to start.
func (d folder) settle(own run, c consent) (due bool) {
	if l, ok := d.open(lockPatience, c.sends()); ok {
		_ = l.settle(&own)
		due = l.sends && l.claimUpload(c.interval)
		l.close()
	}
	if mine := process.slot; mine != nil { // for the next holder
		mine.run = own
		_ = process.slots.put(*mine)
		process.slots.unlock(mine.n, 1)
		process.slot, process.counted = nil, &own
	}
	// Whoever gave up waiting left his result in his slot and then tries once more. Either he
	// gets the lock, or the slot was there before the holder, who looks again, gave it back.
	for tries := 0; tries < 5 && process.slots.abandoned(); tries++ {
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
func (s slots) abandoned() bool {
	all, _ := s.all()
	for _, one := range all {
		if one.path != "" && one.code != noExitSeen {
			return true
		}
	}
	return false
}

// settle counts everything that waits, and own if it is not nil.
func (l *ledger) settle(own *run) error {
	all, err := l.all()
	if err != nil {
		return err
	}
	for _, one := range all {
		l.left = append(l.left, one.left)
	}
	for _, one := range l.ended(all, own) {
		mine := process.slot != nil && process.slot.n == one.n
		if err := l.count(&one); err != nil {
			if !mine {
				l.unlock(one.n, 1)
			}
			return err
		}
		if l.free(one); mine {
			process.slot, process.counted = nil, own
		}
	}
	l.cut(all)
	if own == nil {
		return nil
	}
	if mine := process.slot; mine != nil { // taken for dead, where a lock can get lost (NFS): counted without an exit
		process.slot, process.counted = nil, &run{path: mine.path, code: noExitSeen}
	}
	if was := process.counted; was.code != own.code { // counted by Exiting, and then the process did not end that way
		if err := l.rewrite(&slot{run: *own, before: notCounted}, was); err != nil {
			return err
		}
		process.counted = own
	}
	return nil
}

// count adds the run of a slot to the report. A report that is just as one of us
// left it gets its digits overwritten in place; others go through yaml.v3, a
// temporary file and a rename. Before the report is changed the slot says what
// the count is, so the next holder can tell what a killed one had done.
func (l *ledger) count(one *slot) error {
	err := l.countInPlace(one)
	if err == errNotInPlace {
		err = l.rewrite(one, nil)
	}
	return err
}

// announce says in the slot that its run is about to be counted.
func (l *ledger) announce(one *slot, before uint64) error {
	one.before = int64(before)
	return l.put(*one)
}

// countInPlace fails with errNotInPlace if it changed nothing of the report.
func (l *ledger) countInPlace(one *slot) error {
	f, err := openFile(l.path(reportFile), os.O_RDWR)
	if err != nil {
		return errNotInPlace
	}
	defer f.Close()
	if one.before != notCounted || !l.isAsLeft(f.stamp()) {
		return errNotInPlace // half counted, or edited by somebody else
	}
	err = f.raise(one.run, func(before uint64) error {
		if one.unsent && l.hasID {
			baseline, err := openFile(l.path(baselineFile), os.O_RDWR)
			if err != nil {
				return errNotInPlace
			}
			defer baseline.Close()
			if err := baseline.raise(one.run, func(uint64) error { return nil }); err != nil {
				return err
			}
		}
		return l.announce(one, before)
	})
	if err == nil {
		l.leave(f.stamp(), one)
	}
	return err
}

// raise adds a run in a file by overwriting the digits of its count, before which
// it calls before with them. It fails with errNotInPlace where they cannot be.
func (f file) raise(r run, before func(count uint64) error) error {
	digits, at := f.locate(r)
	count, err := strconv.ParseUint(digits, 10, 63)
	after := strconv.FormatUint(count+1, 10)
	if err != nil || len(after) != len(digits) || at/pageSize != (at+int64(len(digits))-1)/pageSize {
		return errNotInPlace
	}
	if err = before(count); err == nil {
		_, err = f.WriteAt([]byte(after), at)
	}
	return err
}

// isAsLeft reports whether a stamp is that of a report that one of us left, and
// that needs no other change than the count.
func (l *ledger) isAsLeft(stamp string) bool {
	for _, l.hasID = range []bool{true, l.sends} {
		for _, left := range l.left {
			if left == l.state(stamp) {
				return true
			}
		}
	}
	return false
}

// leave notes, for the block to be freed, how this process leaves the report.
func (l *ledger) leave(stamp string, one *slot) {
	one.left = l.state(stamp)
	l.left = []string{one.left}
}

// state tells which file the report is, and what makes a rewrite necessary although
// nobody has changed it: another version, or an id that is wanted or no longer is.
func (l *ledger) state(stamp string) string {
	return stamp + strconv.FormatBool(l.hasID) + " " + versionMark()
}

//go:build !notelemetry

package telemetry

import (
	"errors"
	"os"
	"strconv"
	"time"
)

// lockPatience is the longest a command waits for another process. A run that
// gets no lock has its result in its slot, for the next holder to count.
const lockPatience = 250 * time.Millisecond

var (
	errNotInPlace = errors.New("the count is not where it can be overwritten")
	errBusy       = errors.New("locked by another process")
)

// ledger is the report while this process holds the lock of the folder.
type ledger struct {
	slots
	left  map[string]bool // how it may be, if nobody else changed it
	sends bool
	hasID bool   // the report has an id, as far as is known
	mark  string // versionMark
}

// locked does something under the lock of the folder, for which it waits no
// longer than patience, and then looks for the results of those who waited no
// longer either. An uploader does not: it knows no version.
func (d folder) locked(patience time.Duration, c consent, do func(*ledger) error) error {
	s, err := d.slots()
	if err == nil {
		err = s.lock(theFolder, patience)
	}
	for tries := 0; err == nil; tries++ {
		err = do(&ledger{slots: s, left: map[string]bool{}, sends: c.sends()})
		s.unlock(theFolder, 1)
		if err != nil || !process.started || tries == 5 || !s.abandoned() || s.lock(theFolder, lockPatience/10) != nil {
			break
		}
		do = (*ledger).settle
	}
	return err
}

// lock takes a lock, or fails with errBusy.
func (s slots) lock(n int, patience time.Duration) error {
	for pause := 100 * time.Microsecond; ; patience -= pause {
		err := s.tryLock(n, 1)
		if err != errBusy || patience <= 0 {
			return err
		}
		if time.Sleep(pause); pause < 3*time.Millisecond {
			pause *= 2
		}
	}
}

// settle counts all runs that ended, and starts an uploader if an upload is due.
func (d folder) settle(patience time.Duration, c consent) (uploader *os.Process, err error) {
	due := false
	err = d.locked(patience, c, func(l *ledger) error {
		err := l.settle()
		due = err == nil && l.sends && l.claimUpload(c.interval)
		return err
	})
	if due {
		uploader = spawnUploader()
	}
	return uploader, err
}

// settle counts all runs that ended, whoever's they are, those first that
// somebody died over counting.
func (l *ledger) settle() error {
	all, err := l.all()
	for _, one := range all {
		l.left[one.left] = true
	}
	l.mark = versionMark()
	for _, one := range all {
		if err != nil || one.path == "" {
			continue
		}
		if l.ended(&one) {
			if err = l.count(&one); err == nil {
				_ = l.free(one)
			}
		}
		if mine := process.slot; mine == nil || mine.n != one.n {
			l.unlock(one.n, 1)
		}
	}
	l.cut(all)
	return err
}

// count adds a run to the report. A report that is just as one of us left it gets
// its digits overwritten in place; others go through yaml.v3, a temporary file
// and a rename. Before the report is changed the slot says what the count is, so
// the next holder can tell what a killed one had done.
func (l *ledger) count(one *slot) error {
	err := errNotInPlace
	if one.before == none && one.was == none && l.isAsLeft() { // else half counted, to be moved, or edited by somebody
		err = l.raise(reportFile, one.run, func(count int64) (err error) {
			if one.unsent && l.hasID {
				err = l.raise(baselineFile, one.run, func(int64) error { return nil })
			}
			if one.before = count; err == nil {
				err = l.put(*one)
			}
			return err
		})
	}
	if err == errNotInPlace {
		err = l.rewrite(one)
	}
	if one.left = l.state(); l.hasID {
		one.left += "id"
	}
	l.left = map[string]bool{one.left: true}
	return err
}

// raise adds a run in a file by overwriting the digits of its count, before which
// it calls before with them. It fails with errNotInPlace where they cannot be.
func (d folder) raise(name string, r run, before func(count int64) error) error {
	f, err := openFile(d.path(name), os.O_RDWR)
	if err != nil {
		return errNotInPlace
	}
	defer f.Close()
	digits, at := f.locate(r)
	count, err := strconv.ParseInt(digits, 10, 63)
	after := strconv.FormatInt(count+1, 10)
	if err != nil || len(after) != len(digits) || at/pageSize != (at+int64(len(digits))-1)/pageSize {
		return errNotInPlace
	}
	if err = before(count); err == nil {
		_, err = f.WriteAt([]byte(after), at)
	}
	return err
}

// isAsLeft reports whether the report is as one of us left it, and needs no other
// change than the count.
func (l *ledger) isAsLeft() bool {
	state := l.state()
	l.hasID = l.left[state+"id"]
	return l.hasID || !l.sends && l.left[state]
}

// state tells which file the report is, and what makes a rewrite necessary although
// nobody has changed it: another version, or an id that is wanted.
func (l *ledger) state() string { return stampOf(l.path(reportFile)) + l.mark + " " }

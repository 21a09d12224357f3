//go:build !notelemetry

package telemetry

import (
	"bytes"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
)

// run is one run of a command that is or will be counted.
type run struct {
	path   string
	code   int  // 0 to 255, or noExitSeen
	unsent bool // happened while nothing could be sent, so it never will be
}

// slots is the lock file, an array of blocks. A block is free or says that a run
// began, or ended and waits to be counted. For each block there is a lock of the
// kernel's, and one more for the folder. A run holds the lock of its block until
// its process ends, however that ends: a run without an exit whose block is not
// locked belongs to a dead process, whatever happened to pids meanwhile.
type slots struct {
	folder
	file
}

const (
	blockSize = 512 // divides every page: inside one, a write is not torn when the process is killed
	slotLimit = 4096
	slotsKept = 8 // more are cut off when they are free

	// The numbers of the locks that are none of a block's.
	theFolder   = -1 // while the report is changed
	theUploader = -2 // while somebody may send
)

// slot is the content of a block. The first of its two lines is the run, empty
// in a free block.
type slot struct {
	run           // no path: the block is free
	n      int    // of the block
	nonce  string // when it was entered: tells a run from a later one in the same block
	was    int    // the code that it is counted under already, or none
	before int64  // the count before this run, once it is being counted, or none
	left   string // how this run, or the one before in this block, left the report
}

const none = -2

// put writes a slot into its block.
func (s slots) put(one slot) error {
	var block [blockSize]byte
	text := []string{
		strconv.Itoa(one.code), strconv.Itoa(one.was), strconv.FormatInt(one.before, 10),
		strconv.FormatBool(one.unsent), one.nonce, one.path + "\n" + one.left + "\n",
	}
	if copy(block[:], strings.Join(text, " ")) == blockSize {
		return io.ErrShortWrite
	}
	_, err := s.WriteAt(block[:], int64(one.n)*blockSize)
	return err
}

// free lets a block be taken for another run.
func (s slots) free(one slot) error {
	one.path, one.nonce = "", ""
	return s.put(one)
}

// parseSlot takes what is none of ours for a free block.
func parseSlot(n int, block []byte) slot {
	lines := strings.SplitN(string(bytes.TrimRight(block, "\x00")), "\n", 3)
	words := strings.SplitN(lines[0], " ", 6)
	if len(lines) < 3 || len(words) < 6 {
		return slot{n: n}
	}
	code, err := strconv.Atoi(words[0])
	was, errWas := strconv.Atoi(words[1])
	before, errBefore := strconv.ParseInt(words[2], 10, 64)
	if err != nil || errWas != nil || errBefore != nil {
		return slot{n: n}
	}
	return slot{run{words[5], code, words[3] == "true"}, n, words[4], was, before, lines[1]}
}

// slots opens the lock file, once for the life of the process: on some systems
// closing it anywhere in the process gives up all of the process' locks.
func (d folder) slots() (slots, error) {
	if process.slots.folder == d && d != "" {
		return process.slots, nil
	}
	f, err := openFile(d.path(lockFile), os.O_RDWR)
	if missing(err) && d.make() {
		f, err = openFile(d.path(lockFile), os.O_RDWR|os.O_CREATE)
	}
	if err != nil || !mayWrite(d.path(lockFile)) {
		return slots{}, os.ErrPermission
	}
	process.slots = slots{d, f}
	return process.slots, nil
}

// all returns the slots in the file, one that somebody died over counting first.
func (s slots) all() (all []slot, err error) {
	for size := len(buffer); size == len(buffer) && len(all) < slotLimit; {
		size, err = s.ReadAt(buffer[:], int64(len(all))*blockSize)
		if err != nil && err != io.EOF {
			return nil, err
		}
		for at := 0; at+blockSize <= size; at += blockSize {
			one := parseSlot(len(all), buffer[at:at+blockSize])
			if all = append(all, one); one.path != "" && one.before != none {
				all[0], all[one.n] = one, all[0]
			}
		}
	}
	return all, nil
}

// reread returns a slot as it is now.
func (s slots) reread(n int) slot {
	var block [blockSize]byte
	size, _ := s.ReadAt(block[:], int64(n)*blockSize)
	return parseSlot(n, block[:size])
}

// enter takes a free block for a run of this process that began, and that was
// counted under a code already, or under none. It is nil if there is no block.
func (d folder) enter(path string, counted int) *slot {
	s, err := d.slots()
	for tries := 0; err == nil && tries < 100; tries++ { // or somebody cuts the file
		for n := 0; n < slotLimit; n++ {
			if err := s.tryLock(n, 1); err == errBusy {
				continue
			} else if err != nil {
				return nil // there are file systems without locks
			}
			if was := s.reread(n); was.path == "" {
				nonce := strconv.FormatInt(time.Now().UnixNano(), 36)
				own := slot{run{path, noExitSeen, !process.consent.sends()}, n, nonce, counted, none, was.left}
				if s.put(own) != nil {
					return nil
				}
				return &own
			}
			s.unlock(n, 1)
		}
		time.Sleep(time.Millisecond)
	}
	return nil
}

// ended reports whether the run of a slot ended, or its process did; nobody else
// can take the block then.
func (s slots) ended(one *slot) bool {
	if mine := process.slot; mine != nil && mine.n == one.n && mine.nonce == one.nonce {
		one.run = mine.run // it is not written if there was no need to wait
	} else if one.code == noExitSeen && s.tryLock(one.n, 1) == nil {
		*one = s.reread(one.n)
		return one.path != ""
	}
	return one.code != noExitSeen
}

// abandoned reports whether there are results that wait to be counted.
func (s slots) abandoned() bool {
	all, _ := s.all()
	for _, one := range all {
		if one.path != "" && one.code != noExitSeen {
			return true
		}
	}
	return false
}

// cut takes free blocks off the end when there are many, unless somebody holds
// the lock of one: he may be about to write.
func (s slots) cut(all []slot) {
	if len(all) <= slotsKept || process.slot != nil && process.slot.n >= slotsKept || s.tryLock(slotsKept, slotLimit) != nil {
		return
	}
	defer s.unlock(slotsKept, slotLimit)
	all, err := s.all() // from here on nobody lengthens it
	for _, one := range all {
		if one.n >= slotsKept && one.path != "" {
			return
		}
	}
	if err == nil {
		_ = s.Truncate(slotsKept * blockSize)
	}
}

// Locks lie far behind the content: on Windows what is locked cannot be read.
func (s slots) tryLock(n, count int) error { return s.file.tryLock(1<<30+int64(n), int64(count)) }

func (s slots) unlock(n, count int) { s.file.unlock(1<<30+int64(n), int64(count)) }

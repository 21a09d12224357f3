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

// run is one run of a command that is or was counted.
type run struct {
	path   string
	code   int  // 0 to 255, or noExitSeen
	unsent bool // happened while nothing could be sent, so it never will be
}

// slots is the lock file, an array of blocks. A block is free or says that a run
// began, or ended without being counted. For each block there is a lock of the
// kernel's, and one more for the folder. A run holds the lock of its block until
// its process ends, however that ends: a block that is not free and not locked
// belongs to a dead process, whatever happened to pids meanwhile.
type slots struct {
	folder
	file
}

const (
	blockSize = 512 // divides every page: inside one, a write is not torn when the process is killed
	slotLimit = 4096
	slotsKept = 8  // more are cut off when they are free
	theFolder = -1 // as the number of a lock
)

// slot is the content of a block. The first of its two lines is the run, empty
// in a free block.
type slot struct {
	run           // no path: the block is free
	n      int    // of the block
	nonce  string // when it was entered: tells a run from a later one in the same block
	before int64  // the count before this run, once it is being counted; else notCounted
	left   string // how this run, or the one before in this block, left the report
}

const notCounted = -1

// put writes a slot into its block.
func (s slots) put(one slot) error {
	flag := "s"
	if one.unsent {
		flag = "u"
	}
	words := []string{strconv.Itoa(one.code), flag, strconv.FormatInt(one.before, 10), one.nonce, one.path}
	return s.write(one, strings.Join(words, " "))
}

// free makes a block free and lets go of it.
func (s slots) free(one slot) {
	_ = s.write(one, "")
	s.unlock(one.n, 1)
}

func (s slots) write(one slot, line string) error {
	var block [blockSize]byte
	if len(line)+len(one.left)+2 > blockSize {
		one.left = ""
	}
	if len(line)+2 > blockSize {
		return io.ErrShortWrite
	}
	copy(block[:], line+"\n"+one.left+"\n")
	_, err := s.WriteAt(block[:], int64(one.n)*blockSize)
	return err
}

// parseSlot takes what is none of ours for a free block.
func parseSlot(n int, block []byte) slot {
	one := slot{n: n}
	line := bytes.IndexByte(block, '\n') + 1
	left := bytes.IndexByte(block[line:], '\n')
	if line == 0 || left < 0 {
		return one
	}
	one.left = string(block[line : line+left])
	if words := strings.SplitN(string(block[:line-1]), " ", 5); len(words) == 5 {
		code, err := strconv.Atoi(words[0])
		before, errBefore := strconv.ParseInt(words[2], 10, 64)
		if err == nil && errBefore == nil {
			one.run = run{path: words[4], code: code, unsent: words[1] == "u"}
			one.nonce, one.before = words[3], before
		}
	}
	return one
}

// slots opens the lock file, once for the life of the process: on some systems
// closing it anywhere in the process gives up all of the process' locks.
func (d folder) slots() (slots, bool) {
	if process.slots.folder == d {
		return process.slots, true
	}
	f, err := openFile(d.path(lockFile), os.O_RDWR)
	if missing(err) && d.make() {
		f, err = openFile(d.path(lockFile), os.O_RDWR|os.O_CREATE)
	}
	if err != nil || !mayWrite(d.path(lockFile)) {
		return slots{}, false
	}
	process.slots = slots{d, f}
	return process.slots, true
}

// all returns the slots in the file.
func (s slots) all() (all []slot, err error) {
	for size := len(buffer); size == len(buffer) && len(all) < slotLimit; {
		size, err = s.ReadAt(buffer[:], int64(len(all))*blockSize)
		if err != nil && err != io.EOF {
			return nil, err
		}
		for at := 0; at+blockSize <= size; at += blockSize {
			all = append(all, parseSlot(len(all), buffer[at:at+blockSize]))
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

// enter takes a free block for a run of this process. It is nil if there is none.
func (d folder) enter(r run) *slot {
	s, ok := d.slots()
	for tries := 0; ok && tries < 100; tries++ {
		for n := 0; n < slotLimit; n++ {
			if !s.tryLock(n, 1) {
				continue
			}
			own := s.reread(n)
			free := own.path == ""
			own.run, own.nonce, own.before = r, strconv.FormatInt(time.Now().UnixNano(), 36), notCounted
			if free && s.put(own) == nil {
				return &own
			}
			if s.unlock(n, 1); free {
				return nil // it cannot be written
			}
		}
		time.Sleep(time.Millisecond) // somebody cuts the file
	}
	return nil
}

// ended locks and returns the slots to be counted, those first that somebody
// died over counting: those of dead processes, and of this one if it ends.
func (s slots) ended(all []slot, own *run) (found []slot) {
	for _, one := range all {
		switch mine := process.slot; {
		case one.path == "":
			continue
		case mine != nil && mine.n == one.n:
			if own == nil || one.nonce != mine.nonce {
				continue
			}
			one.run = *own
		case !s.tryLock(one.n, 1):
			continue
		default:
			if one = s.reread(one.n); one.path == "" {
				s.unlock(one.n, 1)
				continue
			}
		}
		if found = append(found, one); one.before != notCounted {
			found[0], found[len(found)-1] = one, found[0]
		}
	}
	return found
}

// cut takes free blocks off the end when there are many, unless somebody holds
// the lock of one: he may be about to write.
func (s slots) cut(all []slot) {
	if len(all) <= slotsKept || process.slot != nil && process.slot.n >= slotsKept || !s.tryLock(slotsKept, slotLimit) {
		return
	}
	defer s.unlock(slotsKept, slotLimit)
	all, err := s.all() // from here on nobody lengthens it
	for _, one := range all {
		if err != nil || one.n >= slotsKept && one.path != "" {
			return
		}
	}
	_ = s.Truncate(slotsKept * blockSize)
}

// Locks lie far behind the content: on Windows what is locked cannot be read.
func (s slots) tryLock(n, count int) bool {
	locked, _ := s.file.tryLock(1<<30+int64(n), int64(count))
	return locked
}

func (s slots) unlock(n, count int) { s.file.unlock(1<<30+int64(n), int64(count)) }

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

// slots is the lock file, an array of blocks: block 0 says how the last holder
// of the lock left the report, each other one is empty or says that a run began
// or ended without being counted. For each block there is a lock of the kernel's,
// that of block 0 being the lock of the folder. A run holds the lock of its block
// until its process ends, however that ends: a block that is not empty and not
// locked belongs to a dead process, whatever happened to pids meanwhile.
type slots struct {
	folder
	f    *os.File
	size int64 // bytes
}

const (
	blockSize = 512 // divides every page: inside one, a write is not torn when the process is killed
	slotLimit = 4096
	slotsKept = 8 // what the file holds from its first moment; more are cut off when they are empty
)

// slot is the content of a block.
type slot struct {
	run
	n      int    // of the block; 0 for no slot
	nonce  string // when it was entered: tells a run from a later one in the same block
	before int64  // the count before this run, once it is being counted; else notCounted
}

const notCounted = -1

// line is what the block holds: code, `s` or `u` for sent or unsent, before, nonce, path.
func (s slot) line() string {
	flag := " s "
	if s.unsent {
		flag = " u "
	}
	return strconv.Itoa(s.code) + flag + strconv.FormatInt(s.before, 10) + " " + s.nonce + " " + s.path + "\n"
}

// parseSlot reports false for a block that is none of ours, or was not finished:
// its process died before the command began.
func parseSlot(n int, block []byte) (slot, bool) {
	words := strings.SplitN(string(block[:bytes.IndexByte(block, '\n')+1]), " ", 5)
	if len(words) < 5 || n == 0 {
		return slot{}, false
	}
	code, err := strconv.Atoi(words[0])
	before, errBefore := strconv.ParseInt(words[2], 10, 64)
	r := run{path: strings.TrimSuffix(words[4], "\n"), code: code, unsent: words[1] == "u"}
	return slot{run: r, n: n, nonce: words[3], before: before}, err == nil && errBefore == nil
}

// slots opens the lock file, once for the life of the process: on some systems
// closing it anywhere in the process gives up all of the process' locks.
func (d folder) slots() (slots, bool) {
	s := &process.slots
	if s.f != nil {
		info, err := s.f.Stat()
		if err == nil {
			s.size = info.Size()
		}
		if s.folder == d && (err != nil || linked(info)) {
			return *s, true
		}
		s.f.Close()
		process.slots, process.slot = slots{}, slot{}
	}
	f, err := openFile(d.path(lockFile), os.O_RDWR|os.O_CREATE)
	if err != nil {
		return slots{}, false
	}
	*s = slots{folder: d, f: f}
	if info, err := f.Stat(); err == nil {
		s.size = info.Size()
	}
	if s.size < slotsKept*blockSize { // lengthened this way nothing that others wrote is lost
		_, _ = f.WriteAt([]byte{0}, slotsKept*blockSize-1)
	}
	return *s, true
}

// buffers are used again and again: the first touch of a page costs more than
// reading it. The caller holds the lock of process.
var buffers struct {
	blocks [slotsKept * blockSize]byte
	one    [blockSize]byte
}

// blocks returns all of them, valid until the next call.
func (s slots) blocks() ([]byte, error) {
	switch {
	case s.size <= slotsKept*blockSize:
		return s.fill(buffers.blocks[:], 0)
	case s.size <= slotLimit*blockSize:
		return s.fill(make([]byte, (s.size+blockSize-1)/blockSize*blockSize), 0)
	}
	return s.fill(make([]byte, slotLimit*blockSize), 0)
}

// reread returns a block as it is now, valid until the next call.
func (s slots) reread(n int) []byte {
	data, _ := s.fill(buffers.one[:], n)
	return data
}

// fill reads blocks from the n-th on; those behind the end of the file are empty.
func (s slots) fill(data []byte, n int) ([]byte, error) {
	size, err := s.f.ReadAt(data, int64(n)*blockSize)
	if err == io.EOF {
		err = nil
	}
	for i := range data[size:] {
		data[size+i] = 0
	}
	return data, err
}

// block is the n-th of all blocks; behind their end they are empty.
func block(blocks []byte, n int) []byte {
	if (n+1)*blockSize > len(blocks) {
		return []byte{0}
	}
	return blocks[n*blockSize : (n+1)*blockSize]
}

func isEmpty(block []byte) bool { return block[0] == 0 }

// enter takes an empty block for a run of this process. The slot has number 0
// if there is none.
func (s slots) enter(r run) slot {
	own := slot{run: r, nonce: strconv.FormatInt(time.Now().UnixNano(), 36), before: notCounted}
	for tries := 0; tries < 100 && len(own.line()) < blockSize; tries++ {
		for own.n = 1; own.n < slotLimit; own.n++ {
			if !s.tryLock(own.n, 1) {
				continue
			}
			empty := isEmpty(s.reread(own.n))
			if empty && s.put(own) == nil {
				return own
			}
			if s.unlock(own.n, 1); empty {
				return slot{} // it cannot be written
			}
		}
		time.Sleep(time.Millisecond) // somebody cuts the file
	}
	return slot{}
}

// put writes a slot into its block.
func (s slots) put(one slot) error {
	_, err := s.f.WriteAt([]byte(one.line()), int64(one.n)*blockSize)
	return err
}

// clear empties a block and lets go of it.
func (s slots) clear(n int) {
	if n > 0 {
		_, _ = s.f.WriteAt([]byte{0}, int64(n)*blockSize)
		s.unlock(n, 1)
	}
}

// dead locks and returns the slots of processes that are gone, those first that
// somebody died over counting. Whoever calls it clears them.
func (s slots) dead(blocks []byte) (found []slot) {
	for n := 1; n*blockSize < len(blocks); n++ {
		if isEmpty(block(blocks, n)) || n == process.slot.n || !s.tryLock(n, 1) {
			continue
		}
		now := s.reread(n)
		one, ok := parseSlot(n, now)
		switch {
		case !ok:
			s.clear(n)
		case one.before != notCounted:
			found = append([]slot{one}, found...)
		default:
			found = append(found, one)
		}
	}
	return found
}

// cut takes empty blocks off the end when there are many, unless somebody holds
// the lock of one: he may be about to write.
func (s slots) cut(blocks []byte) {
	if len(blocks) <= slotsKept*blockSize || process.slot.n >= slotsKept || !s.tryLock(slotsKept, slotLimit) {
		return
	}
	defer s.unlock(slotsKept, slotLimit)
	info, err := s.f.Stat() // from here on nobody lengthens it
	if err != nil {
		return
	}
	s.size = info.Size()
	now, err := s.blocks()
	for n := slotsKept; n*blockSize < len(now); n++ {
		if err != nil || !isEmpty(block(now, n)) {
			return
		}
	}
	_ = s.f.Truncate(slotsKept * blockSize)
}

// Locks lie far behind the content: on Windows what is locked cannot be read.
func (s slots) tryLock(n, count int) bool {
	locked, _ := tryLock(s.f, 1<<30+int64(n), int64(count))
	return locked
}

func (s slots) unlock(n, count int) { unlock(s.f, 1<<30+int64(n), int64(count)) }

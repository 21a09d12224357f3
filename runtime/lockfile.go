//go:build !notelemetry

package telemetry

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
)

// lockPatience is the longest a command waits for another process. A run that gets no lock leaves its result in its
// block, for the next holder to count.
const lockPatience = 250 * time.Millisecond

var errBusy = errors.New("locked by another process")

// lockFile is telemetry.lock, an array of blocks. The kernel has one lock for each block, and one for the whole
// folder. A run holds the lock of its block until its process ends, however that ends. So a run without an exit code
// whose block is not locked belongs to a dead process, whatever happened to pids meanwhile.
type lockFile struct {
	dir  folder
	file *os.File
}

const (
	blockLimit = 1024
	blocksKept = 8 // more are cut off when they are free

	// The numbers of the locks that no block has.
	theFolder   = -1 // while the report is changed
	theUploader = -2 // while somebody may send
)

// lockFile opens the lock file, once for the life of the process: on some systems, closing it gives up all locks that the
// process has on it.
func (d folder) lockFile() (*lockFile, error) {
	if process.lock != nil && process.lock.dir == d {
		return process.lock, nil
	}
	if !owned(string(d)) && !(d.make(2) && owned(string(d))) { // with ~/.config, but never a home folder
		return nil, os.ErrPermission // in a shared folder, another user may have put a link here
	}
	f, err := openFile(d.path(lockName), os.O_RDWR|os.O_CREATE)
	if err == nil {
		process.lock = &lockFile{d, f}
	}
	return process.lock, err
}

// lost reports whether file is no longer the lock file: the CLI removed it, or closed it and may have opened one of its
// own under the same number.
func (l *lockFile) lost() bool {
	mine, err := l.file.Stat()
	there, errThere := os.Stat(l.dir.path(lockName))
	return err != nil || errThere != nil || !os.SameFile(mine, there)
}

// lockOffset is where the range of a lock begins: far behind the content, because Windows lets nobody read locked bytes.
func lockOffset(n int) int64 { return 1<<30 + int64(n) }

// lock takes a lock, or fails with errBusy if that takes longer than patience.
func (l *lockFile) lock(n int, patience time.Duration) error {
	for ; ; patience -= time.Millisecond {
		err := setLock(l.file, exclusive, lockOffset(n), 1)
		if err != errBusy || patience <= 0 {
			return err
		}
		time.Sleep(time.Millisecond)
	}
}

func (l *lockFile) unlock(n int) { _ = setLock(l.file, unlocked, lockOffset(n), 1) }

func (l *lockFile) write(b block) error {
	var text [blockSize]byte
	if copy(text[:], b.text()) == blockSize {
		return io.ErrShortWrite
	}
	_, err := l.file.WriteAt(text[:], int64(b.n)*blockSize)
	return err
}

// free lets a block be taken for another run.
func (l *lockFile) free(b block) error {
	b.path, b.nonce = "", ""
	return l.write(b)
}

// buffer has room for all blocks. It is reused, because touching a new page costs more than reading a file. The caller
// holds the lock of process.
var buffer [blockLimit * blockSize]byte

// blocks returns the blocks from one number to before another, as far as the file goes. A block with a count that a killed
// process left half done comes first.
func (l *lockFile) blocks(from, to int) (all []block, err error) {
	size, err := l.file.ReadAt(buffer[:(to-from)*blockSize], int64(from)*blockSize)
	for i := 0; (i+1)*blockSize <= size; i++ {
		b := parseBlock(from+i, buffer[i*blockSize:(i+1)*blockSize])
		if all = append(all, b); b.path != "" && b.before != none {
			all[0], all[i] = b, all[0]
		}
	}
	if err == io.EOF {
		err = nil
	}
	return all, err
}

// read returns a block as it is now. It is free if the file is shorter.
func (l *lockFile) read(n int) (block, error) {
	all, err := l.blocks(n, n+1)
	return append(all, block{n: n})[0], err
}

// take takes a free block for a run of this process. was is the code under which the run is counted already, or none. take
// returns nil if it gets no block.
func (l *lockFile) take(path string, was int, unsent bool) *block {
	for tries, end := 0, time.Now().Add(3*lockPatience); ; tries++ {
		for n := 0; n < blockLimit; n++ {
			if err := l.lock(n, 0); err == errBusy {
				continue
			} else if err != nil {
				return nil // a file system without locks
			}
			if b, err := l.read(n); err == nil && b.path == "" {
				b = block{path, noExitSeen, unsent, n, strconv.FormatInt(time.Now().UnixNano(), 36), was, none, b.left}
				if l.write(b) != nil {
					return nil
				}
				return &b
			}
			l.unlock(n)
		}
		// All blocks are of living processes, or another process is cutting the file, or runs wait that nobody could count.
		// On a busy machine the time alone may be over after one look.
		if err := l.settle(nil, process.consent, 0); tries > 50 && time.Now().After(end) || err != nil && err != errBusy {
			return nil
		}
		time.Sleep(time.Millisecond)
	}
}

// cut removes free blocks from the end of the file, unless a process holds the lock of one and may be about to write there.
func (l *lockFile) cut() {
	if setLock(l.file, exclusive, lockOffset(blocksKept), blockLimit) == nil {
		if all, err := l.blocks(0, blockLimit); err == nil { // while the range is locked, no process adds a block
			for len(all) > blocksKept && all[len(all)-1].path == "" {
				all = all[:len(all)-1]
			}
			_ = l.file.Truncate(int64(len(all)) * blockSize)
		}
		_ = setLock(l.file, unlocked, lockOffset(blocksKept), blockLimit)
	}
}

// block is the content of one block of the lock file: free, or a run that began, or one that ended and waits to be
// counted. The first of its two lines is the run, empty in a free block.
type block struct {
	path   string // "": the block is free
	code   int    // 0 to 255, or noExitSeen
	unsent bool   // the run happened while nothing could be sent, so it never will be
	n      int    // the number of the block
	nonce  string // when the run was entered: tells it from a later one in the same block
	was    int    // the code that the run is counted under already, or none
	before int64  // what the count was before this run, once it is being counted, or none
	left   string // how this run, or the one before in this block, left the report
}

const none = -2

// blockSize divides every page: a write inside one page is not torn when the process is killed.
const blockSize = 512

// text is the block as it is written, without the zeros that fill it up.
func (b block) text() string {
	return fmt.Sprintf("%d %d %d %t %s %s\n%s\n", b.code, b.was, b.before, b.unsent, b.nonce, b.path, b.left)
}

// parseBlock reads a block. One that cannot be parsed counts as free.
func parseBlock(n int, text []byte) block {
	lines := strings.SplitN(strings.TrimRight(string(text), "\x00"), "\n", 3)
	words := strings.SplitN(lines[0], " ", 6)
	if len(lines) < 3 || len(words) < 6 {
		return block{n: n}
	}
	code, err := strconv.Atoi(words[0])
	was, errWas := strconv.Atoi(words[1])
	before, errBefore := strconv.ParseInt(words[2], 10, 64)
	if err != nil || errWas != nil || errBefore != nil {
		return block{n: n}
	}
	return block{words[5], code, words[3] == "true", n, words[4], was, before, lines[1]}
}

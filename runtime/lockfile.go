//go:build !notelemetry

package telemetry

import (
	"errors"
	"io"
	"os"
	"strconv"
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
	file file
}

const (
	blockLimit = 4096
	blocksKept = 8 // more are cut off when they are free

	// The numbers of the locks that no block has.
	theFolder   = -1 // while the report is changed
	theUploader = -2 // while somebody may send
)

// lockFile opens the lock file, once for the life of the process: on some systems closing it anywhere in the process
// gives up all of the process' locks.
func (d folder) lockFile() (*lockFile, error) {
	if process.lock != nil && process.lock.dir == d {
		return process.lock, nil
	}
	f, err := openFile(d.path(lockName), os.O_RDWR)
	if missing(err) && d.make() {
		f, err = openFile(d.path(lockName), os.O_RDWR|os.O_CREATE)
	}
	if err != nil || !mayWrite(d.path(lockName)) {
		return nil, os.ErrPermission
	}
	process.lock = &lockFile{d, f}
	return process.lock, nil
}

// lockOffset is where the range of a lock begins: far behind the content, for on Windows nobody can read what is locked.
func lockOffset(n int) int64 { return 1<<30 + int64(n) }

// lock takes a lock, or fails with errBusy if that takes longer than patience.
func (l *lockFile) lock(n int, patience time.Duration) error {
	for pause := 100 * time.Microsecond; ; patience -= pause {
		err := l.file.lock(lockOffset(n), 1)
		if err != errBusy || patience <= 0 {
			return err
		}
		if time.Sleep(pause); pause < 3*time.Millisecond {
			pause *= 2
		}
	}
}

func (l *lockFile) unlock(n int) { l.file.unlock(lockOffset(n), 1) }

func (l *lockFile) write(b block) error {
	var text [blockSize]byte // no allocation: the pages of the stack are in use
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

// read returns a block as it is now.
func (l *lockFile) read(n int) block {
	var text [blockSize]byte
	size, _ := l.file.ReadAt(text[:], int64(n)*blockSize)
	return parseBlock(n, text[:size])
}

// blocks returns all blocks, one with a count that a killed process left half done first.
func (l *lockFile) blocks() (all []block, err error) {
	size, err := l.file.ReadAt(buffer[:], 0)
	all = make([]block, 0, size/blockSize) // at once: each size that a list grows through costs a page
	for at := 0; at+blockSize <= size; at += blockSize {
		b := parseBlock(len(all), buffer[at:at+blockSize])
		if all = append(all, b); b.path != "" && b.before != none {
			all[0], all[b.n] = b, all[0]
		}
	}
	if err == io.EOF {
		err = nil
	}
	return all, err
}

// take takes a free block for a run of this process, which was counted under the code was already, or under none. It
// returns nil if no block can be had.
func (l *lockFile) take(path string, was int, unsent bool) *block {
	for tries := 0; tries < 250; tries++ { // or somebody cuts the file
		for n := 0; n < blockLimit; n++ {
			if err := l.lock(n, 0); err == errBusy {
				continue
			} else if err != nil {
				return nil // there are file systems without locks
			}
			if b := l.read(n); b.path == "" {
				b = block{path, noExitSeen, unsent, n, strconv.FormatInt(time.Now().UnixNano(), 36), was, none, b.left}
				if l.write(b) != nil {
					return nil
				}
				return &b
			}
			l.unlock(n)
		}
		time.Sleep(time.Millisecond)
	}
	return nil
}

// cut takes free blocks off the end, unless somebody holds the lock of one and so may be about to write there.
func (l *lockFile) cut() {
	if l.file.lock(lockOffset(blocksKept), blockLimit) == nil {
		all, err := l.blocks() // from here on nobody lengthens it
		for len(all) > blocksKept && all[len(all)-1].path == "" {
			all = all[:len(all)-1]
		}
		if err == nil {
			_ = l.file.Truncate(int64(len(all)) * blockSize)
		}
		l.file.unlock(lockOffset(blocksKept), blockLimit)
	}
}

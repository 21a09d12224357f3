//go:build !notelemetry

package telemetry

import (
	"bytes"
	"errors"
	"os"
	"strconv"
)

var errNotInPlace = errors.New("the count is not where it can be overwritten")

// raise adds a run in a file by overwriting the digits of its count, before which
// it calls before with them. It fails with errNotInPlace where they cannot be.
func (d folder) raise(name string, r *block, before func(count int64) error) error {
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

// pageSize is the smallest there is: inside one, a write is not torn when the
// process is killed.
const pageSize = 4096

// buffer holds all blocks. It is used again and again: the first touch of a page costs more than reading it. The caller
// holds the lock of process.
var buffer [blockLimit * blockSize]byte

// window holds all the codes that a path can have.
var window = buffer[:16<<10]

// locate finds the digits of a run's count, and where they are, in a report that
// yaml.v3 wrote. There are none if the run was never counted. It looks through
// buffer: page by page for the path, and where its codes go on, at all of them.
func (f file) locate(r *block) (digits string, at int64) {
	path := []byte("\n    " + r.path + ":")
	for size := pageSize; ; {
		n, _ := f.ReadAt(buffer[:size], at)
		begin := bytes.Index(buffer[:n], path)
		if begin >= 0 {
			digits, offset := digitsOf(buffer[begin:n], r.code)
			if digits != "" || n < size || size == len(window) {
				return digits, at + int64(begin+offset)
			}
			at, size = at+int64(begin), len(window)
		} else if at += int64(n - len(path)); n < size {
			return "", 0
		}
	}
}

// digitsOf finds the digits of a code's count in a text that begins with a path.
func digitsOf(text []byte, code int) (digits string, offset int) {
	key := []byte("\n        " + strconv.Itoa(code) + ":\n            cumulative_count: ")
	found := bytes.Index(text, key)
	if found < 0 || bytes.Count(text[1:found], []byte("\n")) != bytes.Count(text[1:found], []byte("\n        ")) {
		return "", 0 // below another path
	}
	offset = found + len(key)
	end := bytes.IndexByte(text[offset:], '\n')
	if end < 0 {
		return "", 0
	}
	return string(text[offset : offset+end]), offset
}

//go:build !notelemetry

package telemetry

import (
	"bytes"
	"errors"
	"os"
	"strconv"
)

var errNotInPlace = errors.New("the count is not where it can be overwritten")

// raise adds one to the count of a run by overwriting its digits in a file. It calls before with the old count first. It
// fails with errNotInPlace if the digits are not found or cannot be overwritten.
func (d folder) raise(name string, b *block, before func(count int64) error) error {
	f, err := openFile(d.path(name), os.O_RDWR)
	if err != nil {
		return errNotInPlace
	}
	defer f.Close()
	digits, at := locate(f, b)
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

// pageSize is the smallest page size of any system: a write within a page is not torn when the process is killed.
const pageSize = 4096

// buffer has room for all blocks. It is reused, because touching a new page costs more than reading a file. The caller
// holds the lock of process.
var buffer [blockLimit * blockSize]byte

// locate finds the digits of a run's count, and where they are, in a report that yaml.v3 wrote. There are none if the run
// was never counted. It looks for the path through a window that holds all the codes that a path can have, and then
// once more from the path on.
func locate(f *os.File, b *block) (digits string, at int64) {
	window, path := buffer[:16<<10], []byte("\n    "+b.path+":")
	for {
		n, _ := f.ReadAt(window, at)
		if begin := bytes.Index(window[:n], path); begin >= 0 {
			at += int64(begin)
			n, _ = f.ReadAt(window, at)
			digits, offset := digitsOf(window[:n], b.code)
			return digits, at + int64(offset)
		}
		if at += int64(n - len(path)); n < len(window) {
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
	if end := bytes.IndexByte(text[offset:], '\n'); end >= 0 {
		return string(text[offset : offset+end]), offset
	}
	return "", 0
}

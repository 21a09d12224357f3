//go:build !notelemetry

package telemetry

import (
	"bytes"
	"os"
	"strconv"
)

// raise adds one to the count of a run by overwriting its digits in a file. It calls before with the old count first. It
// fails with errBroken if the digits are not found or cannot be overwritten.
func (d folder) raise(name string, b *block, before func(count int64) error) error {
	f, err := openFile(d.path(name), os.O_RDWR)
	if err != nil {
		return errBroken
	}
	defer f.Close()
	var at, further int
	window, digits := buffer[:2*pageSize], "" // room for 180 codes of a path
	for n := len(window); digits == "" && n == len(window); at += further {
		n, _ = f.ReadAt(window, int64(at))
		if digits, further = digitsOf(window[:n], b); digits == "" && further == 0 {
			further = n - blockSize // no path is longer than a block
		}
	}
	count, err := strconv.ParseInt(digits, 10, 63)
	after := strconv.FormatInt(count+1, 10)
	if err != nil || len(after) != len(digits) || at/pageSize != (at+len(digits)-1)/pageSize {
		return errBroken
	}
	if err = before(count); err == nil {
		_, err = f.WriteAt([]byte(after), int64(at))
	}
	return err
}

// pageSize is the smallest page size of any system: a write within a page is not torn when the process is killed.
const pageSize = 4096

// digitsOf finds the digits of a run's count, and where they are, in a part of a report that yaml.v3 wrote. There are none
// if the run was never counted, or stands in another part: then at is where its path is, or 0.
func digitsOf(text []byte, b *block) (digits string, at int) {
	var before [3][]byte // each of the keys
	for i, key := range []string{"\n    " + b.path + ":\n", "        " + strconv.Itoa(b.code) + ":\n            cumulative_count: ", "\n"} {
		n := bytes.Index(text[at:], []byte(key))
		if n < 0 {
			return "", len(before[0])
		}
		before[i] = text[at : at+n]
		at += n + len(key)
	}
	if bytes.Count(before[1], []byte("\n")) != bytes.Count(before[1], []byte("        ")) {
		return "", len(before[0]) // the code is below another path
	}
	return string(before[2]), at - len("\n") - len(before[2])
}

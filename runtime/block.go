//go:build !notelemetry

package telemetry

import (
	"bytes"
	"strconv"
	"strings"
)

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
	return strings.Join([]string{
		strconv.Itoa(b.code), strconv.Itoa(b.was), strconv.FormatInt(b.before, 10),
		strconv.FormatBool(b.unsent), b.nonce, b.path + "\n" + b.left + "\n",
	}, " ")
}

// parseBlock reads a block. One that cannot be parsed counts as free.
func parseBlock(n int, text []byte) block {
	lines := strings.SplitN(string(bytes.TrimRight(text, "\x00")), "\n", 3)
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

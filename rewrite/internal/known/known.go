// Package known remembers a run that had nothing to change: a hash of all that
// decided so, and what it found. While the hash is the same, so is what is found. The
// go command is asked each time; what it says is part of the hash.
package known

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/cache"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
)

// A Run is what is known of runs with the same options.
type Run struct {
	name  string
	begin time.Time
	last  entry
	sum   func() []byte // of what the last one read, as it is now
}

type entry struct {
	Sum   string          // of all that decided
	Read  []string        // files, and folders whose Go files were read
	Found json.RawMessage // what was found
}

// Begin reads what the last run like this one left, and begins to read what that
// one had read.
func Begin(of ...string) *Run {
	r := &Run{name: cache.Name("known", of...), begin: time.Now()}
	if !cache.Load(r.name, cache.Keep, &r.last) {
		return r
	}
	r.sum = sync.OnceValue(func() []byte { return sum(r.last.Read, time.Time{}) })
	go r.sum()
	return r
}

// Found fills in what the last run found. It reports false where anything that decided
// differs: what the caller says, a file, or telemetrygen itself.
func (r *Run) Found(decides []byte, found any) bool {
	return r.sum != nil && r.last.Sum == hashed(decides, r.sum()) && json.Unmarshal(r.last.Found, found) == nil
}

// Remember keeps what a run found, by what decided it and the files, and folders with Go
// files, that it read. It keeps nothing where one of them was changed while it ran.
func (r *Run) Remember(decides []byte, read []string, found any) {
	files := sum(read, r.begin)
	if data, err := json.Marshal(found); err == nil && files != nil {
		cache.Store(r.name, entry{Sum: hashed(decides, files), Read: read, Found: data})
	}
}

func hashed(decides, files []byte) string {
	h := sha256.Sum256(append(bytes.Clone(decides), files...))
	return hex.EncodeToString(h[:])
}

// sum is a hash of the running program, of the files that were read, and of the Go files of
// the folders. What does not exist has one, too. It is nil where something was changed
// since a time that is not zero.
func sum(read []string, since time.Time) []byte {
	self, err := os.Executable()
	if err != nil {
		return nil
	}
	h := sha256.New()
	for _, name := range append([]string{self}, read...) {
		for _, file := range append(load.GoFiles(name), name) {
			info, err := os.Stat(file)
			if err == nil && !since.IsZero() && info.ModTime().After(since) {
				return nil
			}
			data, err := os.ReadFile(file)
			fmt.Fprintf(h, "%s %d %v\n", file, len(data), err)
			h.Write(data)
		}
	}
	return h.Sum(nil)
}

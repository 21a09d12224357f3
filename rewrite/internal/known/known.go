// Package known remembers a run that had nothing to change: what it found, and a hash of
// everything that this depends on. While the hash is the same, the next run finds the same.
// The go command is asked each time; its answer is part of the hash.
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

// A Run is what is remembered of runs with the same options.
type Run struct {
	name  string
	begin time.Time
	last  entry
	sum   func() []byte // the hash of what the last one read, as it is now
}

type entry struct {
	Sum   string          // hash of everything that Found depends on
	Read  []string        // files that were read, and folders whose Go files were
	Found json.RawMessage // what the run found
}

// Begin reads what the last run with the same options remembered, and starts to hash the
// files that it had read.
func Begin(of ...string) *Run {
	r := &Run{name: cache.Name("known", of...), begin: time.Now()}
	if !cache.Load(r.name, cache.Keep, &r.last) {
		return r
	}
	r.sum = sync.OnceValue(func() []byte { return sum(r.last.Read, time.Time{}) })
	go r.sum()
	return r
}

// Found fills in what the last run found. It reports false if anything that this depends on
// has changed: what the caller passes, a file, or telemetrygen itself.
func (r *Run) Found(decides []byte, found any) bool {
	return r.sum != nil && r.last.Sum == hashed(decides, r.sum()) && json.Unmarshal(r.last.Found, found) == nil
}

// Remember keeps what a run found, with what it depends on: what the caller passes, files,
// and folders with Go files. It keeps nothing if one of them was changed during the run.
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

// sum returns a hash of the running program, of files, and of the Go files of folders. They
// need not exist. It returns nil if one was changed after since, unless that is zero.
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

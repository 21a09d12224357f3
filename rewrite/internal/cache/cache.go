// Package cache keeps results of a run on this machine for the next one. It reports no
// errors: what cannot be read or written is computed again.
package cache

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// Keep is how long an entry is kept. After that the source has most likely changed.
const Keep = 30 * 24 * time.Hour

// Name returns the file of an entry: its kind, and a hash of what tells it from others of
// that kind. It is "" if there is no cache.
func Name(kind string, of ...string) string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	sum := sha256.Sum256([]byte(strings.Join(of, "\x00")))
	return filepath.Join(dir, "telemetrygen", kind+"-"+hex.EncodeToString(sum[:]))
}

// Load reads an entry that is not older than keep. It reports false if there is none.
func Load(name string, keep time.Duration, entry any) bool {
	info, err := os.Stat(name)
	if err != nil || !filepath.IsAbs(name) || time.Since(info.ModTime()) >= keep {
		return false
	}
	data, err := lockedfile.Read(name)
	return err == nil && json.Unmarshal(data, entry) == nil
}

// Store writes an entry as JSON, and removes those of its kind that are older than Keep. An
// entry that was only written in part is not valid JSON, so Load ignores it.
func Store(name string, entry any) {
	data, err := json.Marshal(entry)
	if err != nil || !filepath.IsAbs(name) || os.MkdirAll(filepath.Dir(name), 0o755) != nil {
		return // there is no cache
	}
	kind, _, _ := strings.Cut(filepath.Base(name), "-")
	all, _ := filepath.Glob(filepath.Join(filepath.Dir(name), kind+"-*"))
	for _, other := range all {
		if info, err := os.Stat(other); err == nil && time.Since(info.ModTime()) > Keep {
			os.Remove(other)
		}
	}
	_ = lockedfile.Write(name, bytes.NewReader(data), 0o644)
}

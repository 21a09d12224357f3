package gomod

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"

	"github.com/aymanbagabas/go-udiff"
	"golang.org/x/mod/modfile"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/transaction"
)

// Undo says what Add did, for Remove. It marshals to JSON.
type Undo struct {
	Added     []string   `json:"added,omitempty"`    // modules that go.mod did not require
	Direct    []string   `json:"direct,omitempty"`   // modules that go.mod had as // indirect
	GoMod     []revision `json:"go.mod,omitempty"`   // exact ways back, the newest first
	GoSum     []string   `json:"go.sum,omitempty"`   // added lines, without their hashes
	GoSumNew  bool       `json:"sumNew,omitempty"`   // there was no go.sum
	GoSumOpen bool       `json:"sumOpen,omitempty"`  // its last line had no newline
	Vendored  []string   `json:"vendored,omitempty"` // modules brought into vendor/
	Explicit  []string   `json:"explicit,omitempty"` // modules that became explicit in vendor/modules.txt
}

// Empty reports whether there is nothing to take back.
func (u Undo) Empty() bool {
	return len(u.Added)+len(u.Direct)+len(u.GoSum)+len(u.Vendored)+len(u.Explicit) == 0
}

// After is the record of two runs, u after an earlier one.
func (u Undo) After(earlier Undo) Undo {
	both := func(a, b []string) []string {
		return slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(a), b...))))
	}
	return Undo{
		Added: both(u.Added, earlier.Added), Direct: both(u.Direct, earlier.Direct),
		GoMod: append(slices.Clone(u.GoMod), earlier.GoMod...),
		GoSum: both(u.GoSum, earlier.GoSum), GoSumNew: u.GoSumNew || earlier.GoSumNew, GoSumOpen: u.GoSumOpen || earlier.GoSumOpen,
		Vendored: both(u.Vendored, earlier.Vendored), Explicit: both(u.Explicit, earlier.Explicit),
	}
}

// A revision leads from one content of go.mod, known by its hash, back to the
// one before it.
type revision struct {
	Is    string `json:"is"`
	Edits []edit `json:"edits"`
}

// An edit replaces the bytes from Start to End by Text.
type edit struct {
	Start int    `json:"at"`
	End   int    `json:"to"`
	Text  string `json:"was,omitempty"`
}

func fingerprint(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}

// inverse is the way from new back to old, by lines.
func inverse(new, old []byte) revision {
	r := revision{Is: fingerprint(new)}
	for _, e := range udiff.Lines(string(new), string(old)) {
		r.Edits = append(r.Edits, edit{Start: e.Start, End: e.End, Text: e.New})
	}
	return r
}

// replayed goes back as far as the revisions lead; ok says that the first one did.
func replayed(data []byte, revisions []revision) (old []byte, ok bool) {
	for _, r := range revisions {
		if r.Is != fingerprint(data) {
			break
		}
		var out []byte
		at := 0
		for _, e := range r.Edits {
			if e.Start < at || e.End < e.Start || e.End > len(data) {
				return nil, false
			}
			out = append(append(out, data[at:e.Start]...), e.Text...)
			at = e.End
		}
		data, ok = append(out, data[at:]...), true
	}
	return data, ok
}

// Remove returns the changes that take back what Add did. Where go.mod is what
// Add made of it, its old bytes come back; where the author or go mod tidy has
// edited it since, the requirements are taken out or made indirect again.
// Modules that the author's own code has come to import stay, and in an edited
// module so do the go.sum lines of other modules: the author's may need them, and
// go mod tidy knows.
func Remove(env Env, undo Undo, stillImported func(modulePath string) bool) ([]transaction.Change, error) {
	if undo.Empty() {
		return nil, nil
	}
	kept := func(path string) bool { return path != "github.com/spf13/cobra" && stillImported(path) }
	changes, exact, err := removeRequirements(env, undo, kept)
	if err != nil {
		return nil, err
	}
	sumChange, err := removeSums(env, undo, func(path string) bool {
		return kept(path) || !exact && !slices.Contains(undo.Added, path) && !slices.Contains(undo.Direct, path)
	})
	if err != nil {
		return nil, err
	}
	vendorChanges, err := removeVendor(env, undo, kept)
	if err != nil {
		return nil, err
	}
	return slices.Concat(changes, sumChange, vendorChanges), nil
}

// removeRequirements also reports whether go.mod was what Add made of it.
func removeRequirements(env Env, undo Undo, kept func(string) bool) (changes []transaction.Change, exact bool, err error) {
	name := filepath.Join(env.Dir, "go.mod")
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, false, err
	}
	all := slices.Concat(undo.Added, undo.Direct)
	if old, ok := replayed(data, undo.GoMod); ok && !slices.ContainsFunc(all, kept) {
		return []transaction.Change{{Name: name, Old: data, New: old}}, true, nil
	}
	out, err := rewritten(name, data, func(f *modfile.File) error {
		for _, path := range undo.Added {
			if requirement(f, path) == nil || kept(path) {
				continue
			}
			if err := f.DropRequire(path); err != nil {
				return err
			}
		}
		f.Cleanup() // what was dropped is still in its list
		for _, path := range undo.Direct {
			if requirement(f, path) == nil || kept(path) {
				continue
			}
			list := copied(f.Require)
			for _, r := range list {
				r.Indirect = r.Indirect || r.Mod.Path == path
			}
			f.SetRequireSeparateIndirect(list)
		}
		return nil
	})
	if err != nil || bytes.Equal(out, data) {
		return nil, false, err
	}
	return []transaction.Change{{Name: name, Old: data, New: out}}, false, nil
}

func removeSums(env Env, undo Undo, kept func(string) bool) ([]transaction.Change, error) {
	name := filepath.Join(env.Dir, "go.sum")
	data, err := os.ReadFile(name)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []byte
	for line := range bytes.Lines(data) {
		key := sumKey(string(line))
		path, _, _ := bytes.Cut(line, []byte(" "))
		if !slices.Contains(undo.GoSum, key) || kept(string(path)) {
			out = append(out, line...)
		}
	}
	if undo.GoSumOpen {
		out = bytes.TrimRight(out, "\r\n")
	}
	if bytes.Equal(out, data) {
		return nil, nil
	}
	change := transaction.Change{Name: name, Old: data, New: append([]byte{}, out...)}
	if undo.GoSumNew && len(out) == 0 {
		change.New = nil
	}
	return []transaction.Change{change}, nil
}

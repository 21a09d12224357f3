package gomod

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"golang.org/x/mod/modfile"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/splice"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/transaction"
)

// Undo records what Add did, for Remove. It marshals to JSON.
type Undo struct {
	Added    []string   `json:"added,omitempty"`    // modules that go.mod did not require
	Direct   []string   `json:"direct,omitempty"`   // modules that go.mod had as // indirect
	GoMod    []revision `json:"go.mod,omitempty"`   // earlier contents, the newest first
	GoSum    []string   `json:"go.sum,omitempty"`   // added lines, without their hashes
	GoSumNew bool       `json:"sumNew,omitempty"`   // there was no go.sum
	Vendored []string   `json:"vendored,omitempty"` // modules brought into vendor/
}

// Empty reports whether there is nothing to undo.
func (u Undo) Empty() bool {
	return len(u.Added)+len(u.Direct)+len(u.GoSum)+len(u.Vendored) == 0
}

// After returns the record of two runs, u after an earlier one.
func (u Undo) After(earlier Undo) Undo {
	both := func(a, b []string) []string {
		return slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(a), b...))))
	}
	return Undo{
		Added: both(u.Added, earlier.Added), Direct: both(u.Direct, earlier.Direct),
		GoMod: append(slices.Clone(u.GoMod), earlier.GoMod...),
		GoSum: both(u.GoSum, earlier.GoSum), GoSumNew: u.GoSumNew || earlier.GoSumNew,
		Vendored: both(u.Vendored, earlier.Vendored),
	}
}

// A revision has the edits that turn one content of go.mod, known by its hash, into the
// one before it.
type revision struct {
	Is    string          `json:"is"`
	Edits []splice.Splice `json:"edits"`
}

func fingerprint(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}

// inverse returns the revision that leads from new back to old, line by line.
func inverse(new, old []byte) revision {
	return revision{Is: fingerprint(new), Edits: splice.Of(udiff.Lines(string(new), string(old)))}
}

// replayed applies the revisions as far as their hashes match; ok says that the first one did.
func replayed(data []byte, revisions []revision) (old []byte, ok bool) {
	for _, r := range revisions {
		if r.Is != fingerprint(data) {
			break
		}
		data, ok = splice.Apply(data, r.Edits), true
	}
	return data, ok
}

// Remove returns the changes that undo what Add did. If go.mod is still what Add made of
// it, its old bytes come back. If the author or go mod tidy has edited it, the requirements
// are removed, or made indirect where a dependency needs the module by now. Modules that
// the author's own code imports by now stay. In an edited module the go.sum lines of other
// modules stay too: the author's code may need them, and go mod tidy removes the rest.
func Remove(dir string, undo Undo, stillImported, needed func(modulePath string) bool) ([]transaction.Change, error) {
	if undo.Empty() {
		return nil, nil
	}
	kept := func(path string) bool { return path != "github.com/spf13/cobra" && stillImported(path) }
	goMod, exact, err := removeRequirements(dir, undo, kept, needed)
	if err != nil {
		return nil, err
	}
	stays := func(path string) bool { return kept(path) || !exact && needed(path) }
	goSum, err := removeSums(dir, undo, func(path string) bool {
		return stays(path) || !exact && !slices.Contains(undo.Added, path) && !slices.Contains(undo.Direct, path)
	})
	if err != nil {
		return nil, err
	}
	vendor, err := removeVendor(dir, undo, stays)
	return slices.Concat(goMod, goSum, vendor), err
}

// removeRequirements also reports whether go.mod was what Add made of it.
func removeRequirements(dir string, undo Undo, kept, needed func(string) bool) (changes []transaction.Change, exact bool, err error) {
	name := filepath.Join(dir, "go.mod")
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, false, err
	}
	if old, ok := replayed(data, undo.GoMod); ok && !slices.ContainsFunc(slices.Concat(undo.Added, undo.Direct), kept) {
		return transaction.Replaced(name, data, old), true, nil
	}
	out, err := rewritten(name, data, func(list []*modfile.Require) []*modfile.Require {
		list = slices.DeleteFunc(list, func(r *modfile.Require) bool {
			return slices.Contains(undo.Added, r.Mod.Path) && !kept(r.Mod.Path) && !needed(r.Mod.Path)
		})
		for _, r := range list {
			ours := slices.Contains(undo.Added, r.Mod.Path) || slices.Contains(undo.Direct, r.Mod.Path)
			r.Indirect = r.Indirect || ours && !kept(r.Mod.Path)
		}
		return list
	})
	return transaction.Replaced(name, data, out), false, err
}

func removeSums(dir string, undo Undo, kept func(string) bool) ([]transaction.Change, error) {
	changes, err := edited(filepath.Join(dir, "go.sum"), func(text string) (string, error) {
		lines := slices.DeleteFunc(strings.Split(text, "\n"), func(line string) bool {
			path, _, _ := strings.Cut(line, " ")
			return slices.Contains(undo.GoSum, sumKey(line)) && !kept(path)
		})
		return strings.Join(lines, "\n"), nil
	})
	if undo.GoSumNew && len(changes) > 0 && len(changes[0].New) == 0 {
		changes[0].New = nil
	}
	return changes, err
}

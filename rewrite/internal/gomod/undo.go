package gomod

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/transaction"
)

func fingerprint(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}

// inverse is an edit script from new back to old, by lines: the common head
// and tail are kept, what is between is replaced.
func inverse(new, old []byte) []string {
	a, b := bytes.SplitAfter(new, []byte("\n")), bytes.SplitAfter(old, []byte("\n"))
	head := 0
	for head < len(a) && head < len(b) && bytes.Equal(a[head], b[head]) {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && bytes.Equal(a[len(a)-1-tail], b[len(b)-1-tail]) {
		tail++
	}
	script := []string{fmt.Sprintf("go.mod lines %d to %d were", head+1, len(a)-tail)}
	for _, line := range b[head : len(b)-tail] {
		script = append(script, "line "+strconv.Quote(string(line)))
	}
	return script
}

// Remove returns the changes that take back what Add did, from its undo text.
// Where go.mod is what Add made of it, its old bytes come back; where the
// author has edited it since, the requirements are taken out or made indirect
// again. Modules that the author's own code imports by now stay.
func Remove(env Env, undo string, stillImported func(modulePath string) bool) ([]transaction.Change, error) {
	if strings.TrimSpace(undo) == "" {
		return nil, nil
	}
	steps := strings.Split(strings.TrimRight(undo, "\n"), "\n")
	kept := map[string]bool{}
	for _, step := range steps {
		verb, path, _ := strings.Cut(step, " ")
		if (verb == "add" || verb == "direct") && path != "github.com/spf13/cobra" && stillImported(path) {
			kept[path] = true
		}
	}
	changes, err := removeRequirements(env, steps, kept)
	if err != nil {
		return nil, err
	}
	sumChange, err := removeSums(env, steps, kept)
	if err != nil {
		return nil, err
	}
	vendorChanges, err := removeVendor(env, steps, kept)
	if err != nil {
		return nil, err
	}
	return append(append(changes, sumChange...), vendorChanges...), nil
}

func removeRequirements(env Env, steps []string, kept map[string]bool) ([]transaction.Change, error) {
	name := filepath.Join(env.Dir, "go.mod")
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	if old, ok := replayed(data, steps); ok && len(kept) == 0 {
		return []transaction.Change{{Name: name, Old: data, New: old}}, nil
	}
	f, err := modfile.Parse(name, bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")), nil)
	if err != nil {
		return nil, err
	}
	for _, step := range steps {
		verb, path, _ := strings.Cut(step, " ")
		if kept[path] {
			continue
		}
		switch r := requirement(f, path); {
		case r == nil:
		case verb == "add":
			if err := f.DropRequire(path); err != nil {
				return nil, err
			}
		case verb == "direct":
			var list []*modfile.Require
			for _, other := range f.Require {
				copied := *other
				copied.Indirect = copied.Indirect || other.Mod.Path == path
				list = append(list, &copied)
			}
			f.SetRequireSeparateIndirect(list)
		}
	}
	f.Cleanup()
	out, err := f.Format()
	if err != nil {
		return nil, err
	}
	if bytes.Contains(data, []byte("\r\n")) {
		out = bytes.ReplaceAll(out, []byte("\n"), []byte("\r\n"))
	}
	if bytes.Equal(out, data) {
		return nil, nil
	}
	return []transaction.Change{{Name: name, Old: data, New: out}}, nil
}

// replayed runs the edit script backwards when the file is what Add made.
func replayed(data []byte, steps []string) ([]byte, bool) {
	from, to := 0, 0
	var lines []byte
	matches := false
	for _, step := range steps {
		if rest, ok := strings.CutPrefix(step, "go.mod is "); ok {
			matches = rest == fingerprint(data)
		}
		fmt.Sscanf(step, "go.mod lines %d to %d were", &from, &to)
		if quoted, ok := strings.CutPrefix(step, "line "); ok {
			line, err := strconv.Unquote(quoted)
			if err != nil {
				return nil, false
			}
			lines = append(lines, line...)
		}
	}
	all := bytes.SplitAfter(data, []byte("\n"))
	if !matches || from < 1 || to > len(all) || from > to+1 {
		return nil, false
	}
	out := bytes.Join(all[:from-1], nil)
	out = append(out[:len(out):len(out)], lines...)
	return append(out, bytes.Join(all[to:], nil)...), true
}

func removeSums(env Env, steps []string, kept map[string]bool) ([]transaction.Change, error) {
	name := filepath.Join(env.Dir, "go.sum")
	data, err := os.ReadFile(name)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	created, newline := false, true
	out := data
	for _, step := range steps {
		line, ok := strings.CutPrefix(step, "sum ")
		switch {
		case !ok:
		case line == "created":
			created = true
		case line == "without newline":
			newline = false
		default:
			path, _, _ := strings.Cut(line, " ")
			if !kept[path] {
				out = withoutLine(out, line)
			}
		}
	}
	if !newline {
		out = bytes.TrimRight(out, "\r\n")
	}
	if bytes.Equal(out, data) {
		return nil, nil
	}
	change := transaction.Change{Name: name, Old: data, New: out}
	if created && len(bytes.TrimSpace(out)) == 0 {
		change.New = nil
	}
	return []transaction.Change{change}, nil
}

func withoutLine(data []byte, line string) []byte {
	var out []byte
	for _, l := range bytes.SplitAfter(data, []byte("\n")) {
		if string(bytes.TrimRight(l, "\r\n")) != line {
			out = append(out, l...)
		}
	}
	return out
}

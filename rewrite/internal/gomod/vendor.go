package gomod

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/transaction"
)

// isVendored reports whether the go command builds this module from vendor/:
// the folder is there and go.mod says go 1.14 or later.
func isVendored(env Env, f *modfile.File) bool {
	_, err := os.Stat(filepath.Join(env.Dir, "vendor", "modules.txt"))
	return err == nil && f.Go != nil && semver.Compare("v"+f.Go.Version, "v1.14") >= 0
}

// downloaded is what go mod download says of a module.
type downloaded struct{ Dir, Sum, GoModSum, GoMod string }

// download gets a module into the module cache, where it usually is.
func download(ctx context.Context, m module.Version) (downloaded, error) {
	var info downloaded
	out, err := goCommand(ctx, os.TempDir(), []string{"mod", "download", "-json", m.Path + "@" + m.Version})
	if err != nil {
		return info, fmt.Errorf("%s %s is needed, and it could not be downloaded: %w", m.Path, m.Version, err)
	}
	return info, json.Unmarshal(out, &info)
}

// addVendor brings modules into vendor/ as go mod vendor lays them out: the
// package's files without tests, and its entry in modules.txt.
func addVendor(ctx context.Context, env Env, added []module.Version, undo *Undo) ([]transaction.Change, error) {
	listName := filepath.Join(env.Dir, "vendor", "modules.txt")
	list, err := os.ReadFile(listName)
	if err != nil {
		return nil, err
	}
	var changes []transaction.Change
	edited := string(list)
	for _, m := range added {
		heading := fmt.Sprintf("# %s %s\n", m.Path, m.Version)
		before, entry, after := cutEntry(edited, m.Path)
		rest, found := strings.CutPrefix(entry, heading)
		if !found {
			files, err := vendoredFiles(ctx, env, m)
			if err != nil {
				return nil, err
			}
			explicit, err := explicitLine(ctx, m)
			if err != nil {
				return nil, err
			}
			edited = insertModule(edited, m.Path, heading+explicit+m.Path+"\n")
			changes = append(changes, files...)
			undo.Vendored = append(undo.Vendored, m.Path)
			continue
		}
		// It is there for another dependency: now it is required explicitly.
		if !strings.Contains(entry, "\n"+m.Path+"\n") {
			return nil, fmt.Errorf("vendor/ holds %s, but not its package of that name; run `go get %s@%s && go mod vendor` with the runtime package in place", m.Path, m.Path, m.Version)
		}
		if strings.HasPrefix(rest, "## explicit") {
			continue
		}
		explicit := "## explicit\n"
		if goVersion, ok := strings.CutPrefix(rest, "## go "); ok {
			explicit, rest = "## explicit; go ", goVersion
		}
		edited = before + heading + explicit + rest + after
		undo.Explicit = append(undo.Explicit, m.Path)
	}
	if edited != string(list) {
		changes = append(changes, transaction.Change{Name: listName, Old: list, New: []byte(edited)})
	}
	return changes, nil
}

// cutEntry cuts modules.txt around what it says of a module, which is "" if that is
// nothing.
func cutEntry(list, path string) (before, entry, after string) {
	start := strings.Index("\n"+list, "\n# "+path+" ")
	if start < 0 {
		return list, "", ""
	}
	end := len(list)
	if next := strings.Index(list[start:], "\n# "); next >= 0 {
		end = start + next + 1
	}
	return list[:start], list[start:end], list[end:]
}

// explicitLine is the annotation of a module that go.mod requires.
func explicitLine(ctx context.Context, m module.Version) (string, error) {
	info, err := download(ctx, m)
	if err != nil {
		return "", err
	}
	data, err := os.ReadFile(info.GoMod)
	if err != nil {
		return "", err
	}
	f, err := modfile.ParseLax(info.GoMod, data, nil)
	if err != nil {
		return "", err
	}
	if f.Go == nil {
		return "## explicit\n", nil
	}
	return "## explicit; go " + f.Go.Version + "\n", nil
}

// insertModule puts an entry of modules.txt where it is sorted.
func insertModule(list, path, entry string) string {
	at := 0
	for line := range strings.Lines(list) {
		if fields := strings.Fields(line); len(fields) >= 2 && fields[0] == "#" && fields[1] > path {
			return list[:at] + entry + list[at:]
		}
		at += len(line)
	}
	return list + entry
}

// vendoredFiles are the files of a module's root package that go mod vendor
// copies: all but tests and the module files.
func vendoredFiles(ctx context.Context, env Env, m module.Version) ([]transaction.Change, error) {
	info, err := download(ctx, m)
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(info.Dir)
	if err != nil {
		return nil, err
	}
	var changes []transaction.Change
	for _, e := range entries {
		name := e.Name()
		if !e.Type().IsRegular() || strings.HasSuffix(name, "_test.go") || name == "go.mod" || name == "go.sum" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(info.Dir, name))
		if err != nil {
			return nil, err
		}
		changes = append(changes, transaction.Change{
			Name: filepath.Join(env.Dir, "vendor", filepath.FromSlash(m.Path), name), New: data, Mode: 0o644,
		})
	}
	return changes, nil
}

// removeVendor takes back what addVendor did.
func removeVendor(env Env, undo Undo, kept func(modulePath string) bool) ([]transaction.Change, error) {
	listName := filepath.Join(env.Dir, "vendor", "modules.txt")
	list, err := os.ReadFile(listName)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var changes []transaction.Change
	edited := string(list)
	for _, path := range undo.Vendored {
		if kept(path) {
			continue
		}
		dir := filepath.Join(env.Dir, "vendor", filepath.FromSlash(path))
		entries, err := os.ReadDir(dir)
		if err != nil && !os.IsNotExist(err) {
			return nil, err
		}
		for _, e := range entries {
			name := filepath.Join(dir, e.Name())
			if data, err := os.ReadFile(name); err == nil && e.Type().IsRegular() {
				changes = append(changes, transaction.Change{Name: name, Old: data})
			}
		}
		before, _, after := cutEntry(edited, path)
		edited = before + after
	}
	for _, path := range undo.Explicit {
		before, entry, after := cutEntry(edited, path)
		if entry == "" || kept(path) {
			continue
		}
		heading, rest, _ := strings.Cut(entry, "\n")
		rest = strings.TrimPrefix(rest, "## explicit\n")
		if tail, ok := strings.CutPrefix(rest, "## explicit; "); ok {
			rest = "## " + tail
		}
		edited = before + heading + "\n" + rest + after
	}
	if edited != string(list) {
		changes = append(changes, transaction.Change{Name: listName, Old: list, New: []byte(edited)})
	}
	return changes, nil
}

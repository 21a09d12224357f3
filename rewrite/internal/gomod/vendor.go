package gomod

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/transaction"
)

// vendorList returns the name of vendor/modules.txt, which every vendor folder has.
func vendorList(dir string) string { return filepath.Join(dir, "vendor", "modules.txt") }

// vendoring returns the folder whose vendor/ the build of the module in dir uses, if it
// exists: that of its workspace (since go 1.22), else dir.
func vendoring(ctx context.Context, dir string) string {
	out, _ := goCommand(ctx, dir, []string{"env", "GOWORK"})
	root := filepath.Dir(strings.TrimSpace(string(out)))
	if _, err := os.Stat(vendorList(root)); err == nil && filepath.IsAbs(root) {
		return root
	}
	return dir
}

// addVendor adds modules to vendor/ as go mod vendor does. Since go 1.17 vendor/modules.txt
// has an entry for each module that go.mod requires; it may lack the package.
func addVendor(ctx context.Context, dir, root, scratch string, replaces []*modfile.Replace, added []module.Version, undo *Undo) ([]transaction.Change, error) {
	var files []transaction.Change
	changed, err := edited(vendorList(root), func(list string) (string, error) {
		missing := slices.DeleteFunc(slices.Clone(added), func(m module.Version) bool {
			return strings.Contains(list, "\n"+m.Path+"\n")
		})
		if len(missing) == 0 {
			return list, nil
		}
		theirs, err := vendored(ctx, dir, scratch, replaces, missing)
		if err != nil {
			return "", fmt.Errorf("vendor/ lacks %s: %w", missing[0].Path, err)
		}
		for _, m := range missing {
			_, entry, _ := cutEntry(theirs, m.Path)
			before, old, after := cutEntry(list, m.Path)
			for line := range strings.Lines(old) {
				if !strings.HasPrefix(line, "#") {
					entry += line // another package of the module
				}
			}
			list = before + entry + after
			undo.Vendored = append(undo.Vendored, m.Path)
			made, err := packageFiles(scratch, m.Path)
			if err != nil {
				return "", err
			}
			for _, f := range made {
				files = append(files, transaction.Change{Name: strings.Replace(f.Name, scratch, root, 1), New: f.Old})
			}
		}
		return list, nil
	})
	return append(files, changed...), err
}

// vendored runs go mod vendor for a module in the scratch folder that imports some modules,
// with the replacements of the one in dir, and returns its vendor/modules.txt.
func vendored(ctx context.Context, dir, scratch string, replaces []*modfile.Replace, modules []module.Version) (string, error) {
	source, goMod := "package scratch\n", minimal(modules)
	var names []string // replacements of modules by folders: as the scratch module has them, and as dir does
	for _, m := range modules {
		source += fmt.Sprintf("\nimport _ %q\n", m.Path)
		for _, r := range replaces {
			if r.Old.Path != m.Path {
				continue
			}
			target := r.New.Path
			if modfile.IsDirectoryPath(target) && !filepath.IsAbs(target) {
				target = filepath.Join(dir, target)
				names = append(names, " => "+target+"\n", " => "+r.New.Path+"\n")
			}
			goMod = fmt.Appendf(goMod, "replace %s %s => %s %s\n", r.Old.Path, r.Old.Version, modfile.AutoQuote(target), r.New.Version)
		}
	}
	if err := os.WriteFile(filepath.Join(scratch, "scratch.go"), []byte(source), 0o600); err != nil {
		return "", err
	}
	if _, err := completed(ctx, scratch, scratch, goMod, nil, modules); err != nil {
		return "", err
	}
	if _, err := goCommand(ctx, scratch, []string{"mod", "vendor"}, "GOWORK=off"); err != nil {
		return "", err
	}
	list, err := os.ReadFile(vendorList(scratch))
	return strings.NewReplacer(names...).Replace(string(list)), err
}

// cutEntry cuts modules.txt around the entry of a module. If there is none, it is cut where
// the entry belongs. After all entries come the replacements that are not used.
func cutEntry(list, path string) (before, entry, after string) {
	entries := list
	for _, line := range slices.Backward(slices.Collect(strings.Lines(list))) {
		if !strings.HasPrefix(line, "# ") || !strings.Contains(line, " => ") {
			break
		}
		entries = strings.TrimSuffix(entries, line)
	}
	start, at := -1, 0
	for line := range strings.Lines(entries) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "#" && (start >= 0 || fields[1] > path) {
			break
		} else if len(fields) > 1 && fields[0] == "#" && fields[1] == path {
			start = at
		}
		at += len(line)
	}
	if start < 0 {
		start = at
	}
	return list[:start], list[start:at], list[at:]
}

// packageFiles returns the files of a vendored package, as changes that delete them.
func packageFiles(dir, path string) (files []transaction.Change, err error) {
	dir = filepath.Join(dir, "vendor", filepath.FromSlash(path))
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		name := filepath.Join(dir, e.Name())
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		files = append(files, transaction.Change{Name: name, Old: data})
	}
	return files, nil
}

// removeVendor returns the changes that undo what addVendor did, but for what other modules
// of the workspace require.
func removeVendor(dir string, undo Undo, kept func(modulePath string) bool) (changes []transaction.Change, err error) {
	root := vendoring(context.Background(), dir)
	changed, err := edited(vendorList(root), func(list string) (string, error) {
		others := otherRequirements(dir)
		for _, path := range undo.Vendored {
			direct, required := others[path]
			if kept(path) || direct {
				continue
			}
			files, err := packageFiles(root, path)
			if err != nil {
				return "", err
			}
			changes = append(changes, files...)
			before, entry, after := cutEntry(list, path)
			if slices.Contains(undo.Added, path) && !required {
				entry = ""
			}
			list = before + strings.Replace(entry, "\n"+path+"\n", "\n", 1) + after
		}
		return list, nil
	})
	return append(changes, changed...), err
}

// otherRequirements returns the modules that the other modules of dir's workspace require,
// and whether one does so directly. It is empty if the go command fails.
func otherRequirements(dir string) map[string]bool {
	direct := map[string]bool{}
	own, _ := os.Stat(filepath.Join(dir, "go.mod"))
	out, _ := goCommand(context.Background(), dir, []string{"list", "-m", "-f", "{{.GoMod}}"})
	for _, name := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		if info, err := os.Stat(name); err != nil || os.SameFile(info, own) {
			continue
		}
		data, _ := os.ReadFile(name)
		if f, err := modfile.ParseLax(name, data, nil); err == nil {
			for _, r := range f.Require {
				direct[r.Mod.Path] = direct[r.Mod.Path] || !r.Indirect
			}
		}
	}
	return direct
}

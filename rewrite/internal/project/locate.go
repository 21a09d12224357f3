package project

import (
	"cmp"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
)

// A Location is where a CLI's main package is, as far as it is known without running the go
// command.
type Location struct {
	Dir    string // folder of the package, absolute
	Root   string // folder of the module's go.mod, "" outside of a module
	Module string // module path
	Main   string // import path of the package
}

// Locate finds the package that a pattern names, seen from dir. In a workspace its module
// may not be the one of dir.
func Locate(dir, pattern string) Location {
	named := strings.HasPrefix(pattern, ".") || filepath.IsAbs(pattern)
	if filepath.IsAbs(pattern) {
		dir = pattern
	} else if named {
		dir = filepath.Join(dir, pattern)
	}
	if absolute, err := filepath.Abs(dir); err == nil {
		dir = absolute
	}
	at := Location{Dir: filepath.Clean(dir), Main: pattern}
	root := load.Root(dir)
	if data, err := os.ReadFile(filepath.Join(root, "go.mod")); err == nil && root != "" {
		at.Root, at.Module = root, modfile.ModulePath(data)
		if named {
			at.Main = at.ImportPath(at.Dir)
		} else {
			at.Dir = cmp.Or(at.Folder(pattern), at.Dir)
		}
	}
	return at
}

// Folder returns the folder of a package of the module, "" for another module's.
func (at Location) Folder(path string) string {
	rel, ok := strings.CutPrefix(path+"/", at.Module+"/")
	if !ok {
		return ""
	}
	return filepath.Join(at.Root, filepath.FromSlash(rel))
}

// ImportPath returns the import path of a folder of the module.
func (at Location) ImportPath(dir string) string {
	rel, _ := filepath.Rel(at.Root, dir) // cannot fail: both are absolute
	return path.Join(at.Module, filepath.ToSlash(rel))
}

// Package returns where the generated package is or will be: in the folder asked for, else
// in that of an earlier run, which the main package imports or which is one of Dirs, else in
// the first of Dirs that is free. Reached are other folders of the module that may hold
// generated packages.
func (at Location) Package(asked string, reached ...string) Package {
	g := Package{at: at}
	var dirs []string
	for _, rel := range Dirs {
		dirs = append(dirs, filepath.Join(at.Root, filepath.FromSlash(rel)))
	}
	if asked != "" {
		g.Dir = filepath.Join(at.Root, filepath.FromSlash(asked))
	}
	candidates := slices.Concat(at.imported(), dirs, reached)
	for i, dir := range candidates {
		if parent := filepath.Dir(dir); filepath.Base(dir) == Leaf && isGenerated(parent) {
			candidates[i] = parent
		}
	}
	for _, dir := range load.Dedup(candidates) {
		switch {
		case !isGenerated(dir):
		case !at.belongs(dir):
			g.Others = append(g.Others, at.ImportPath(dir))
		case g.Dir == "" || g.Dir == dir:
			g.Dir = dir
		default:
			g.Older = append(g.Older, at.ImportPath(dir))
		}
	}
	if first := slices.IndexFunc(dirs, free); g.Dir == "" && first >= 0 {
		g.Dir = dirs[first]
	}
	g.Path, g.Exists = at.ImportPath(g.Dir), isGenerated(g.Dir)
	slices.Sort(g.Others)
	return g
}

// UsedByOthers returns the import paths of the packages that other CLIs of the module reach,
// as far as their files say, and the main packages of these CLIs.
func (g Package) UsedByOthers() (used map[string]bool, mains []string) {
	used = map[string]bool{}
	var folders []string
	use := func(path string) {
		if dir := g.at.Folder(path); dir != "" && !used[path] {
			folders = append(folders, dir)
			used[path] = true
		}
	}
	for _, path := range g.Others {
		if c, err := ReadConfig(g.at.Folder(path)); err == nil {
			mains = append(mains, c.Main)
			use(c.Main)
		}
	}
	for ; len(folders) > 0; folders = folders[1:] {
		for _, path := range imports(folders[0]) {
			use(path)
		}
	}
	return used, mains
}

// imported returns the folders of the module's packages that the main package imports, for
// a leaf that of the generated package above it.
func (at Location) imported() (dirs []string) {
	for _, path := range imports(at.Dir) {
		if dir := at.Folder(strings.TrimSuffix(path, "/"+Leaf)); dir != "" {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// imports returns the import paths of the files in a folder, but for tests.
func imports(dir string) (paths []string) {
	for _, name := range load.GoFiles(dir) {
		if data, err := os.ReadFile(name); err == nil && !strings.HasSuffix(name, "_test.go") {
			paths = append(paths, load.Imports(data)...)
		}
	}
	return paths
}

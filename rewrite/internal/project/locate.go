package project

import (
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
)

// A Location is where a CLI's main package is, as far as files tell without the
// go command.
type Location struct {
	Dir    string // where the package is, as far as its name says
	Root   string // folder of the module's go.mod, "" outside of a module
	Module string // module path
	Main   string // import path of the package
}

// Locate finds the package that a pattern names, seen from dir. Below the root of
// a go.work project its module is not the one of dir.
func Locate(dir, pattern string) Location {
	at := Location{Dir: dir, Main: pattern}
	relative := strings.HasPrefix(pattern, ".")
	if relative {
		at.Dir = filepath.Join(dir, pattern)
	}
	root := load.Root(at.Dir)
	data, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if root == "" || err != nil {
		return at
	}
	at.Root, at.Module = root, modfile.ModulePath(data)
	if absolute, err := filepath.Abs(at.Dir); err == nil && relative {
		at.Main = importPath(at.Root, at.Module, absolute)
	}
	return at
}

// Package finds where the generated package is, or decides where it will be: the
// folder asked for, else the one of an earlier run, which the main package imports
// or which is one of Dirs, else the first of Dirs that is free.
func (at Location) Package(asked string) Package {
	g := Package{Older: map[string]string{}}
	var dirs []string
	for _, rel := range Dirs {
		dirs = append(dirs, filepath.Join(at.Root, filepath.FromSlash(rel)))
	}
	if asked != "" {
		g.Dir = filepath.Join(at.Root, filepath.FromSlash(asked))
	}
	for _, dir := range append(at.imported(), dirs...) {
		if !isGenerated(dir) || !belongs(dir, at.Main) {
			continue
		}
		if g.Dir == "" {
			g.Dir = dir
		}
		if dir != g.Dir {
			g.Older[importPath(at.Root, at.Module, dir)] = dir
		}
	}
	for _, dir := range dirs {
		if g.Dir == "" && free(dir) {
			g.Dir = dir
		}
	}
	g.Path, g.Exists = importPath(at.Root, at.Module, g.Dir), isGenerated(g.Dir)
	return g
}

// imported are the folders of the module's packages that the main package imports,
// for a leaf that of the package above it.
func (at Location) imported() (dirs []string) {
	names, _ := filepath.Glob(filepath.Join(at.Dir, "*.go"))
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		for _, path := range load.Imports(data) {
			if rel, ok := strings.CutPrefix(path, at.Module+"/"); ok {
				dirs = append(dirs, filepath.Join(at.Root, filepath.FromSlash(strings.TrimSuffix(rel, "/"+Leaf))))
			}
		}
	}
	return dirs
}

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

// Package is the generated package. With --package-dir, that of an earlier run is
// only found through what the main package imports.
func (at Location) Package(asked string) Package {
	names, _ := filepath.Glob(filepath.Join(at.Dir, "*.go"))
	var imported []string
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		for _, path := range load.Imports(data) {
			if rel, ok := strings.CutPrefix(path, at.Module+"/"); ok {
				imported = append(imported, filepath.Join(at.Root, filepath.FromSlash(rel)))
			}
		}
	}
	return place(at.Root, at.Module, asked, at.Main, imported)
}

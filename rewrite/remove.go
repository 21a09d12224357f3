package rewrite

import (
	"bytes"
	"context"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/commands"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/gomod"
)

// Remove plans the way back: every file of the module is stripped, the runtime
// package and the generated pages are deleted, and go.mod is as it was. It
// needs no code that compiles.
func Remove(_ context.Context, o Options) (*Result, error) {
	restored, err := recoverInterrupted(o.folder())
	if err != nil {
		return nil, err
	}
	root, modulePath, mainPath := o.module()
	if root == "" {
		return nil, fmt.Errorf("%s is not in a module; there is nothing to remove", o.Dir)
	}
	g := place(root, modulePath, o.PackageDir, mainPath, o.imported(root, modulePath))
	r := &Result{Main: mainPath, Module: modulePath, Restored: restored, dir: root}
	if !g.exists {
		return nil, fmt.Errorf("%s is not instrumented (no runtime package in %s); if it stands in another folder, name it with --package-dir", mainPath, strings.Join(packageDirs, ", "))
	}
	earlier, err := readConfig(g.dir)
	if err != nil {
		return nil, err
	}
	r.Settings = earlier.Settings
	imported := map[string]bool{}
	err = eachGoFile(root, func(name string) error {
		disk, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		stripped := strip(disk, g.owns)
		r.replace(name, disk, stripped)
		if filepath.Dir(name) != g.dir {
			for _, path := range importsOf(stripped) {
				imported[path] = true
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := r.removeGenerated(g.dir); err != nil {
		return nil, err
	}
	page := filepath.Join(root, usersFile)
	if data, err := os.ReadFile(page); err == nil && bytes.HasPrefix(data, []byte(commands.PageMarker)) {
		r.replace(page, data, nil)
	}
	modChanges, err := gomod.Remove(gomod.Env{Dir: root}, earlier.Undo, func(module string) bool {
		for path := range imported {
			if path == module || strings.HasPrefix(path, module+"/") {
				return true
			}
		}
		return false
	})
	if err != nil {
		return nil, err
	}
	r.changes = append(r.changes, modChanges...)
	return r, nil
}

func importsOf(src []byte) []string {
	f, err := parser.ParseFile(token.NewFileSet(), "", src, parser.ImportsOnly)
	if f == nil || err != nil {
		return nil
	}
	var paths []string
	for _, spec := range f.Imports {
		paths = append(paths, pathOf(spec))
	}
	return paths
}

// eachGoFile visits the Go files of a module: not those of modules nested in
// it, nor vendored ones.
func eachGoFile(root string, visit func(name string) error) error {
	return filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			base := d.Name()
			if name != root {
				if base == "vendor" || base == ".git" || base == "node_modules" {
					return filepath.SkipDir
				}
				if _, err := os.Stat(filepath.Join(name, "go.mod")); err == nil {
					return filepath.SkipDir
				}
			}
			return nil
		}
		if d.Type().IsRegular() && strings.HasSuffix(name, ".go") {
			return visit(name)
		}
		return nil
	})
}

// strippedOverlay holds the files of a module whose instrumentation may keep
// them from compiling, without it.
func strippedOverlay(root, packageDir string) map[string][]byte {
	data, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return nil
	}
	modulePath := modfile.ModulePath(data)
	owned := map[string]bool{}
	for _, rel := range append([]string{packageDir}, packageDirs...) {
		if rel == "" {
			continue
		}
		dir := filepath.Join(root, filepath.FromSlash(rel))
		if isGenerated(dir) || free(dir) {
			owned[modulePath+"/"+filepath.ToSlash(rel)] = true
		}
	}
	overlay := map[string][]byte{}
	_ = eachGoFile(root, func(name string) error {
		disk, err := os.ReadFile(name)
		if err != nil {
			return nil // the go command will say so
		}
		if stripped := strip(disk, func(path string) bool { return owned[path] }); len(stripped) != len(disk) {
			overlay[name] = stripped
		}
		return nil
	})
	return overlay
}

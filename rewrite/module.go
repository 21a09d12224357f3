package rewrite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/edit"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/project"
)

// module is the module that the named main package is in, and its import path,
// as far as files tell without the go command; root is "" outside of a module.
func (o Options) module() (root, modulePath, mainPath string) {
	if root = load.Root(o.folder()); root == "" {
		return "", "", ""
	}
	data, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return "", "", ""
	}
	modulePath, mainPath = modfile.ModulePath(data), o.Package
	if strings.HasPrefix(o.Package, ".") {
		if dir, err := filepath.Abs(o.folder()); err == nil {
			mainPath = project.ImportPath(root, modulePath, dir)
		}
	}
	return root, modulePath, mainPath
}

// place is where the generated package is, as far as files tell.
func (o Options) place(root, modulePath, mainPath string) project.Package {
	return project.Place(root, modulePath, o.PackageDir, mainPath, o.imported(root, modulePath))
}

// tags are the build tags: those asked for, else those of the last run.
func (o Options) tags() string {
	root, modulePath, mainPath := o.module()
	if o.Tags != "" || !o.Remembered || root == "" {
		return o.Tags
	}
	g := o.place(root, modulePath, mainPath)
	if !g.Exists {
		return ""
	}
	c, _ := project.ReadConfig(g.Dir)
	return c.Settings.Tags
}

// imported are the folders of the module's packages that the main package
// imports. With --package-dir, the generated package is only found through them.
func (o Options) imported(root, modulePath string) []string {
	names, _ := filepath.Glob(filepath.Join(o.folder(), "*.go"))
	var dirs []string
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		for _, path := range load.Imports(data) {
			if rel, ok := strings.CutPrefix(path, modulePath+"/"); ok {
				dirs = append(dirs, filepath.Join(root, filepath.FromSlash(rel)))
			}
		}
	}
	return dirs
}

// load loads the module, and finds where the generated package is or will be.
// When the module does not load because of instrumentation (an import that the
// author's edit left over, a generated package that was deleted), it is loaded
// without.
func (o Options) load(ctx context.Context) (*load.Module, project.Package, error) {
	m, err := load.Load(ctx, o.Dir, o.Package, o.Tags, nil)
	var failed *load.Error
	if errors.As(err, &failed) {
		if root := load.Root(o.folder()); root != "" {
			if overlay := strippedOverlay(root, o.PackageDir); len(overlay) > 0 {
				m, err = load.Load(ctx, o.Dir, o.Package, o.Tags, overlay)
			}
		}
	}
	if err != nil {
		return nil, project.Package{}, err
	}
	var reached []string
	for _, p := range m.Own {
		reached = append(reached, p.Dir)
	}
	g := project.Place(m.Dir, m.Path, o.PackageDir, m.Main.PkgPath, reached)
	if g.Dir == "" {
		return nil, g, fmt.Errorf("%s are all taken by other packages; choose a folder for the runtime with --package-dir", strings.Join(project.Dirs, ", "))
	}
	if !g.Exists && !project.Free(g.Dir) {
		return nil, g, fmt.Errorf("%s holds other Go files; choose another folder for the runtime with --package-dir", g.Dir)
	}
	_, err = project.Generated(g.Dir)
	return m, g, err
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
	for _, rel := range append([]string{packageDir}, project.Dirs...) {
		if rel == "" {
			continue
		}
		dir := filepath.Join(root, filepath.FromSlash(rel))
		if project.IsGenerated(dir) || project.Free(dir) {
			path := modulePath + "/" + filepath.ToSlash(rel)
			owned[path], owned[path+"/"+project.Leaf] = true, true
		}
	}
	overlay := map[string][]byte{}
	_ = eachGoFile(root, func(name string) error {
		disk, err := os.ReadFile(name)
		if err != nil {
			return nil // the go command will say so
		}
		if stripped := edit.Strip(disk, func(path string) bool { return owned[path] }, false); len(stripped) != len(disk) {
			overlay[name] = stripped
		}
		return nil
	})
	return overlay
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

package rewrite

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/commands"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/edit"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/gomod"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/project"
)

// Remove plans the way back: every file of the module is stripped, the generated
// packages and pages are deleted, and go.mod is as it was. It needs no code that
// compiles.
func Remove(_ context.Context, o Options) (*Result, error) {
	restored, err := recoverInterrupted(o.folder())
	if err != nil {
		return nil, err
	}
	root, modulePath, mainPath := o.module()
	if root == "" {
		return nil, fmt.Errorf("%s is not in a module; there is nothing to remove", o.Dir)
	}
	g := o.place(root, modulePath, mainPath)
	r := &Result{Main: mainPath, Module: modulePath, Restored: restored, dir: root}
	if !g.Exists {
		return nil, fmt.Errorf("%s is not instrumented (no runtime package in %s); if it stands in another folder, name it with --package-dir", mainPath, strings.Join(project.Dirs, ", "))
	}
	earlier, err := project.ReadConfig(g.Dir)
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
		stripped := edit.Strip(disk, g.Owns, earlier.IsFactored(r.relative(name)))
		r.changes.Replace(name, disk, stripped)
		if dir := filepath.Dir(name); dir != g.Dir && dir != filepath.Join(g.Dir, project.Leaf) {
			for _, path := range load.Imports(stripped) {
				imported[path] = true
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := r.changes.Delete(g.Dir); err != nil {
		return nil, err
	}
	page := filepath.Join(root, project.UsersPage)
	if data, err := os.ReadFile(page); err == nil && bytes.HasPrefix(data, []byte(commands.PageMarker)) {
		r.changes.Replace(page, data, nil)
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

package rewrite

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/edit"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/gomod"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/project"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/transaction"
)

// Remove plans how to undo Instrument: it strips every file of the module, deletes the
// generated packages and pages, and restores go.mod. The module need not compile.
func Remove(ctx context.Context, o Options) (*Result, error) {
	at := project.Locate(o.Dir, o.Package)
	restored, err := transaction.Recover(at.Root)
	if err != nil {
		return nil, err
	}
	if at.Root == "" {
		return nil, fmt.Errorf("%s is not in a Go module, so there is nothing to remove", o.Dir)
	}
	names, err := load.GoFilesBelow(at.Root)
	if err != nil {
		return nil, err
	}
	var reached []string
	for _, name := range names {
		if filepath.Base(name) == project.ConfigFile {
			reached = append(reached, filepath.Dir(name))
		}
	}
	g := at.Package(o.PackageDir, reached...)
	if !g.Exists {
		return nil, fmt.Errorf("%s is not instrumented: there is no runtime package in %s; name the folder of the CLI's func main, or with --package-dir another folder of the runtime; one that was deleted has to come back first", at.Main, strings.Join(project.Dirs, ", "))
	}
	earlier, err := project.ReadConfig(g.Dir)
	if err != nil {
		return nil, err
	}
	r := &Result{Main: at.Main, Module: at.Module, Settings: earlier.Settings, Restored: restored, dir: at.Root}
	used, others := g.UsedByOthers()
	for _, main := range others {
		r.note(plan.Note, "", fmt.Sprintf("%s is instrumented too: run telemetrygen for it again", main))
	}
	var required []string // what the files that go mod tidy looks at import
	asked := map[string]bool{}
	follow := func(paths ...string) {
		for _, path := range paths {
			if !asked[path] {
				asked[path] = true
				names = append(names, filesBehindLink(at, path)...)
			}
		}
	}
	follow(at.Main)
	for i := 0; i < len(names); i++ {
		name, dir := names[i], filepath.Dir(names[i])
		if g.OwnsAlone(at.ImportPath(dir)) {
			continue // its files are deleted below
		}
		disk, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		stripped, owns, generated := disk, g.Owns, g.Owns(at.ImportPath(dir))
		if used[at.ImportPath(dir)] {
			owns = g.OwnsAlone
		}
		if !generated {
			stripped = edit.Strip(disk, owns, earlier.IsFactored(r.relative(name)))
		}
		r.changes = append(r.changes, transaction.Replaced(name, disk, stripped)...)
		paths := load.Imports(stripped)
		if !generated && (slices.ContainsFunc(paths, g.OwnsAlone) || paths == nil && bytes.Contains(stripped, []byte(`"`+g.Path))) {
			return nil, fmt.Errorf("%s imports %s for code that telemetrygen did not write, or does not parse; take that code out, or mend it, and run --remove again", name, g.Path)
		}
		follow(paths...)
		if !ignored(r.relative(name), stripped) {
			required = append(required, paths...)
		}
	}
	generated, err := g.Remove()
	if err != nil {
		return nil, err
	}
	of := func(module string) func(path string) bool {
		return func(path string) bool { return strings.HasPrefix(path+"/", module+"/") }
	}
	dependencies := sync.OnceValue(func() [][]string { return importsOfDependencies(ctx, at) })
	modules, err := gomod.Remove(at.Root, earlier.Undo,
		func(module string) bool { return slices.ContainsFunc(required, of(module)) },
		func(module string) bool {
			return slices.ContainsFunc(dependencies(), func(paths []string) bool { return !of(module)(paths[0]) && slices.ContainsFunc(paths, of(module)) })
		})
	r.changes = slices.Concat(r.changes, generated, modules)
	return r, err
}

// ignored reports whether go mod tidy ignores a Go file, because no build has it.
func ignored(relative string, src []byte) bool {
	constraint := load.Constraint(src)
	return constraint != nil && constraint.String() == "ignore" || slices.ContainsFunc(strings.Split(relative, "/"), func(name string) bool {
		return name == "testdata" || strings.HasPrefix(name, "_") || strings.HasPrefix(name, ".")
	})
}

// importsOfDependencies lists the packages of other modules that the module and its
// tests depend on, each followed by its imports. It is empty if the go command fails.
func importsOfDependencies(ctx context.Context, at project.Location) (list [][]string) {
	cmd := exec.CommandContext(ctx, "go", "list", "-e", "-deps", "-test", "-f", `{{with .Module}}{{if not .Main}}{{$.ImportPath}} {{join $.Imports " "}}{{end}}{{end}}`, "./...")
	cmd.Dir = at.Root
	out, _ := cmd.Output()
	for line := range strings.Lines(string(out)) {
		if words := strings.Fields(line); len(words) > 0 {
			list = append(list, words)
		}
	}
	return list
}

// filesBehindLink returns the Go files of a package whose folder is a symbolic link to a place outside the module. Only
// links that are packages are followed: another link may lead to anything.
func filesBehindLink(at project.Location, path string) []string {
	dir := at.Folder(path)
	inside, err := filepath.EvalSymlinks(at.Root)
	target, failed := filepath.EvalSymlinks(dir)
	if dir == "" || err != nil || failed != nil || strings.HasPrefix(target+string(filepath.Separator), inside+string(filepath.Separator)) || load.Root(dir) != at.Root {
		return nil
	}
	return load.GoFiles(dir)
}

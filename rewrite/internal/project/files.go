package project

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/telemetrygen/telemetrygen"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/loggers"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// leafPath is the import path that the leaf has in the runtime's own source.
const leafPath = "github.com/telemetrygen/telemetrygen/runtime/" + Leaf

// treeFile lets the CLI print its command tree. The generator builds the CLI with it, and
// never writes it to the author's module.
const treeFile = "tree.go"

// ConfigFile has the settings, in every generated package.
const ConfigFile = "config.go"

// loggersFile has the exit hooks of the loggers that a CLI uses.
const loggersFile = "loggers.go"

// generatedNames returns the names of the Go files of generated packages.
var generatedNames = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{ConfigFile: true, loggersFile: true}
	for name := range runtimeSource() {
		names[path.Base(name)] = true
	}
	return names
})

var packageClause = regexp.MustCompile(`(?m)^package telemetry$`)

// sources returns the Go files of the generated packages, by name, including treeFile.
func (g Package) sources(c Config, hooks []plan.Hook) map[string][]byte {
	files := map[string][]byte{}
	for _, bodies := range g.runtime() {
		for name, body := range bodies {
			files[name] = sealed(body)
		}
	}
	files[filepath.Join(g.Dir, ConfigFile)] = sealed(c.Source(Name(g.Path)))
	if loggers := loggers.Source(Name(g.Path), hooks); loggers != nil {
		files[filepath.Join(g.Dir, loggersFile)] = sealed(loggers)
	}
	return files
}

// Disabled returns the files of the generated packages as they are built with
// -tags notelemetry, by import path and name: the same API with nothing in it.
func (g Package) Disabled() map[string]map[string][]byte {
	packages := g.runtime()
	for _, files := range packages {
		maps.DeleteFunc(files, func(_ string, body []byte) bool { return !withTag(body, "notelemetry") })
	}
	if shared := g.Shared(); shared != g.Path { // the same package with another name
		packages[shared] = map[string][]byte{}
		for name, body := range packages[g.Path] {
			packages[shared][name] = bytes.Replace(body, []byte("package "+Name(g.Path)+"\n"), []byte("package "+Name(shared)+"\n"), 1)
		}
	}
	return packages
}

// runtime returns the runtime's source as this CLI has it, by import path and file name.
func (g Package) runtime() map[string]map[string][]byte {
	leaf := g.Shared() + "/" + Leaf
	packages := map[string]map[string][]byte{g.Path: {}, leaf: {}}
	for name, body := range runtimeSource() {
		importPath := g.Path
		if strings.HasPrefix(name, "runtime/"+Leaf+"/") {
			importPath = leaf
		}
		body = packageClause.ReplaceAll(body, []byte("package "+Name(importPath)))
		body = bytes.ReplaceAll(body, []byte(`"`+leafPath+`"`), []byte(`"`+leaf+`"`))
		packages[importPath][filepath.Join(g.at.Folder(importPath), path.Base(name))] = body
	}
	return packages
}

// runtimeSource returns the files of the runtime's source, by their names in this module.
var runtimeSource = sync.OnceValue(func() map[string][]byte {
	files := map[string][]byte{}
	_ = fs.WalkDir(telemetrygen.RuntimeSource, ".", func(name string, d fs.DirEntry, err error) error {
		if !d.IsDir() {
			files[name], err = telemetrygen.RuntimeSource.ReadFile(name)
		}
		return err // always nil: the files are embedded
	})
	return files
})

// withTag reports whether a file is built with one tag and no other.
func withTag(body []byte, tag string) bool {
	expr := load.Constraint(body)
	return expr == nil || expr.Eval(func(t string) bool { return t == tag })
}

// generated returns the files of a generated package and its leaf that are on disk. It is
// an error if a Go file was edited by hand.
func generated(dir string) (map[string][]byte, error) {
	files := map[string][]byte{}
	var dirty []string
	for _, name := range slices.Concat(load.GoFiles(dir), load.GoFiles(filepath.Join(dir, Leaf))) {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if _, _, ours := header(data); !ours {
			continue // the author's own file in the folder
		}
		if !intact(data) {
			dirty = append(dirty, name)
		}
		files[name] = data
	}
	for _, name := range []string{CommandsFile, ExitCodesFile} {
		if data, err := os.ReadFile(filepath.Join(dir, name)); err == nil {
			files[filepath.Join(dir, name)] = data
		}
	}
	if len(dirty) > 0 {
		return nil, fmt.Errorf("generated files were edited by hand: %s; undo the edits or delete the files, and run telemetrygen again (it overwrites generated files)", strings.Join(dirty, ", "))
	}
	return files, nil
}

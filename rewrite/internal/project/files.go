package project

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"github.com/telemetrygen/telemetrygen"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/loggers"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// leafPath is the import path that the leaf has in the runtime's own source.
const leafPath = "github.com/telemetrygen/telemetrygen/runtime/" + Leaf

// treeFile lets the CLI print its command tree. It is there while the generator
// builds the CLI to ask for that, and never in the author's module.
const treeFile = "tree.go"

const configFile = "config.go"

// loggersFile has the exit hooks of the loggers that a CLI uses.
const loggersFile = "loggers.go"

// generatedNames are the names of the Go files of generated packages.
var generatedNames = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{configFile: true, loggersFile: true}
	_ = eachSource(func(name string, _ []byte) { names[path.Base(name)] = true })
	return names
})

var packageClause = regexp.MustCompile(`(?m)^package telemetry$`)

// sources returns the Go files of the generated packages, by name. Asking adds the one
// that lets the CLI print its command tree.
func (g Package) sources(c Config, hooks []plan.Hook, asking bool) (map[string][]byte, error) {
	config, err := c.Source(Name(g.Path))
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{filepath.Join(g.Dir, configFile): sealed(config)}
	if loggers := loggers.Source(Name(g.Path), hooks); loggers != nil {
		files[filepath.Join(g.Dir, loggersFile)] = sealed(loggers)
	}
	err = g.each(func(path, name string, body []byte) {
		if name != configFile && (name != treeFile || asking) {
			files[filepath.Join(g.folder(path), name)] = sealed(body)
		}
	})
	return files, err
}

// Disabled returns the files of the generated packages as they are built with
// -tags notelemetry, by import path and name: the same API with nothing in it.
func (g Package) Disabled() (map[string]map[string][]byte, error) {
	packages := map[string]map[string][]byte{}
	err := g.each(func(path, name string, body []byte) {
		if !withTag(body, "notelemetry") {
			return
		}
		if packages[path] == nil {
			packages[path] = map[string][]byte{}
		}
		packages[path][filepath.Join(g.folder(path), name)] = body
	})
	if shared := g.Shared(); shared != g.Path { // the same under another name
		packages[shared] = map[string][]byte{}
		for name, body := range packages[g.Path] {
			packages[shared][name] = bytes.Replace(body, []byte("package "+Name(g.Path)+"\n"), []byte("package "+Name(shared)+"\n"), 1)
		}
	}
	return packages, err
}

// each visits the files of the runtime's source as they are in this CLI: the import
// path of their package, their name and their content.
func (g Package) each(visit func(path, name string, body []byte)) error {
	leaf := g.Shared() + "/" + Leaf
	return eachSource(func(name string, body []byte) {
		importPath := g.Path
		if strings.HasPrefix(name, "runtime/"+Leaf+"/") {
			importPath = leaf
		}
		body = packageClause.ReplaceAll(body, []byte("package "+Name(importPath)))
		body = bytes.ReplaceAll(body, []byte(`"`+leafPath+`"`), []byte(`"`+leaf+`"`))
		visit(importPath, path.Base(name), body)
	})
}

// eachSource visits the files of the runtime's source.
func eachSource(visit func(name string, body []byte)) error {
	return fs.WalkDir(telemetrygen.RuntimeSource, "runtime", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		body, err := telemetrygen.RuntimeSource.ReadFile(name)
		if err != nil {
			return err
		}
		visit(name, body)
		return nil
	})
}

// withTag reports whether a file is built where one tag is set, and no other.
func withTag(body []byte, tag string) bool {
	expr := load.Constraint(body)
	return expr == nil || expr.Eval(func(t string) bool { return t == tag })
}

// generated lists the files of a generated package, and of its leaf, that are
// on disk. It fails when one was edited that has Go.
func generated(dir string) (map[string][]byte, error) {
	files := map[string][]byte{}
	var dirty []string
	for _, folder := range []string{dir, filepath.Join(dir, Leaf)} {
		names, _ := filepath.Glob(filepath.Join(folder, "*.go"))
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				return nil, err
			}
			if _, _, ours := header(data); !ours {
				continue // the author's own file beside ours
			}
			if !intact(data) {
				dirty = append(dirty, name)
			}
			files[name] = data
		}
	}
	for _, name := range []string{CommandsFile, ExitCodesFile} {
		if data, err := os.ReadFile(filepath.Join(dir, name)); err == nil {
			files[filepath.Join(dir, name)] = data
		}
	}
	if len(dirty) > 0 {
		return nil, &DirtyError{dirty}
	}
	return files, nil
}

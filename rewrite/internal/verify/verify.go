// Package verify type-checks edited files before anything is written.
package verify

import (
	"bytes"
	"errors"
	"fmt"
	"go/types"
	"maps"
	"slices"
	"sync"

	"golang.org/x/tools/go/packages"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/edit"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/project"
)

// Types type-checks every edited package as it will be. The generated packages
// are represented by what they are with -tags notelemetry: the same API, which
// needs nothing but cobra, so that it works before go.mod is touched. An error is a
// defect of telemetrygen.
func Types(g *load.Program, generated project.Package, files []edit.File) error {
	edited := map[string][]byte{}
	var touched []*load.Package
	for _, f := range files {
		if f.Content != nil {
			edited[f.Name] = f.Content
			if c := g.With(f.Name); c != nil && !slices.Contains(touched, c) {
				touched = append(touched, c)
			}
		}
	}
	api, err := disabled(g, generated)
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	broken := make([][]string, len(touched))
	for i, c := range touched {
		contents, changed := contents(g, c, edited)
		if !changed && generated.Exists {
			continue // the go command has just compiled it
		}
		wg.Go(func() { broken[i] = newErrors(c.Errs, g.Types(c.Package, contents, api).Errs) })
	}
	wg.Wait()
	if all := slices.Concat(broken...); len(all) > 0 {
		list := &load.Error{Errors: load.Dedup(all)}
		return fmt.Errorf("the instrumented code would not compile, so nothing was written. This is a defect of telemetrygen; please report it:\n%s", list.List())
	}
	return nil
}

// contents are a package's files as they will be, and whether the disk has others.
func contents(g *load.Program, c *load.Package, edited map[string][]byte) (files map[string][]byte, changed bool) {
	files = map[string][]byte{}
	for _, file := range c.Files {
		name := g.NameOf(file)
		relative := g.Sources.Relative(name)
		s := g.Sources.Known(relative)
		files[name] = s.Stripped
		if content, ok := edited[relative]; ok {
			files[name] = content
		}
		changed = changed || !bytes.Equal(files[name], s.Disk)
	}
	return files, changed
}

// disabled type-checks the generated packages as they are with -tags notelemetry.
func disabled(g *load.Program, generated project.Package) (map[string]*types.Package, error) {
	sources := generated.Disabled()
	api := map[string]*types.Package{}
	leaf := generated.Shared() + "/" + project.Leaf // it imports nothing of ours
	for _, path := range append([]string{leaf}, slices.Sorted(maps.Keys(sources))...) {
		if api[path] != nil {
			continue
		}
		p := &packages.Package{PkgPath: path, Module: g.Main.Module}
		c := g.Types(p, sources[path], api)
		if len(c.Errs) > 0 {
			return nil, fmt.Errorf("the runtime's own API does not type-check against this module's cobra: %w", c.Errs[0])
		}
		api[path] = c.Types
	}
	return api, nil
}

// newErrors are those that an edit brought. A file for another platform has
// some before, where this machine lacks the packages it imports.
func newErrors(before, after []error) []string {
	known := map[string]bool{}
	for _, err := range before {
		known[message(err)] = true
	}
	var list []string
	for _, err := range after {
		if !known[message(err)] {
			list = append(list, err.Error())
		}
	}
	return list
}

func message(err error) string {
	if e := (types.Error{}); errors.As(err, &e) {
		return e.Msg
	}
	return err.Error()
}

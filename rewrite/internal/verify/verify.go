// Package verify type-checks edited files before anything is written.
package verify

import (
	"errors"
	"fmt"
	"go/types"
	"maps"
	"slices"
	"sync"

	"golang.org/x/tools/go/packages"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/project"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/transaction"
)

// Types type-checks every package with a changed file, as it will be; the go command has
// compiled the others. For the generated packages it uses what they are with -tags
// notelemetry: the same API, which imports only cobra, so go.mod need not be changed yet.
// An error is a defect of telemetrygen.
func Types(g *load.Program, generated project.Package, changes []transaction.Change) error {
	changed := map[string][]byte{}
	var touched []*load.Package
	for _, change := range changes {
		changed[change.Name] = change.New
		if c := g.With(change.Name); c != nil && !slices.Contains(touched, c) {
			touched = append(touched, c)
		}
	}
	if len(touched) == 0 {
		return nil
	}
	api, err := disabled(g, generated)
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	broken := make([][]string, len(touched))
	for i, c := range touched {
		contents := map[string][]byte{}
		for _, file := range c.Files {
			name := g.NameOf(file)
			contents[name] = changed[name]
			if changed[name] == nil {
				contents[name] = g.Sources.OnDisk(g.Sources.Relative(name))
			}
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

// disabled returns the types of the generated packages as they are with -tags notelemetry.
func disabled(g *load.Program, generated project.Package) (map[string]*types.Package, error) {
	sources := generated.Disabled()
	api := map[string]*types.Package{}
	leaf := generated.Shared() + "/" + project.Leaf // first, because the others import it
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

// newErrors returns the errors that an edit caused. A file for another platform may have
// some before, because this machine lacks packages that it imports.
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

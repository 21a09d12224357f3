// Package edit applies a plan to source bytes, and undoes that. It needs neither types
// nor the go command. Every edited file is checked in two ways: Strip must restore the
// original bytes, and a tree rewriter that uses no offsets must arrive at the original's
// tree.
package edit

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"path"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/form"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/splice"
)

// A File is the outcome for one file of a plan.
type File struct {
	Name    string
	Content []byte // nil where there is nothing to edit, or the file is refused
	Refused string // why the file is left alone, "" if it is not

	Factored bool // the argument of that name that Strip needs for the content

	splices []splice.Splice
}

// Edited returns the offset in the edited file for one in the stripped file.
func (f File) Edited(offset int) int { return splice.Moved(offset, f.splices) }

// Apply edits every file of a plan. Source returns a file without instrumentation, by
// its name in the plan, and disk the file as it is. An import from an earlier run stays
// where it is on disk.
func Apply(p *plan.Plan, source, disk func(name string) []byte) ([]File, error) {
	files := make([]File, len(p.Files))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, facts := range p.Files {
		group.Go(func() (err error) {
			src := source(facts.Name)
			if src == nil {
				return fmt.Errorf("%s: no source for what is planned there", facts.Name)
			}
			if files[i], err = apply(p, facts, src, disk(facts.Name)); err != nil {
				return fmt.Errorf("%s: %w", facts.Name, err)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return files, nil
}

// apply edits one file.
func apply(p *plan.Plan, facts plan.File, src, disk []byte) (File, error) {
	out := File{Name: facts.Name}
	var edits []splice.Splice
	whole := false
	for _, site := range p.In(facts.Name) {
		if site.Form == "" {
			continue
		}
		f := form.Get(site.Form)
		if f == nil {
			return out, fmt.Errorf("unknown form %q", site.Form)
		}
		if site.Start < 0 || site.Start > site.End || site.End > len(src) {
			return out, fmt.Errorf("%s at bytes %d to %d of %d", site.Form, site.Start, site.End, len(src))
		}
		whole = whole || f.Root
		edits = append(edits, f.Text(src, site, facts.Local)...)
	}
	if len(edits) == 0 {
		return out, nil
	}
	if out.Refused = facts.Refused; out.Refused != "" {
		return out, nil
	}
	source, err := form.Parse(src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return out, err
	}
	i := importer{Source: source, module: p.Module, path: p.Leaf, local: facts.Local}
	if at := slices.IndexFunc(source.File.Imports, func(spec *ast.ImportSpec) bool { return facts.LosesOS && form.SpelledExit(spec) != "" }); at >= 0 {
		i.unused = source.File.Imports[at]
	}
	if whole {
		i.path = facts.Runtime
	}
	if path.Base(i.path) != facts.Local {
		i.name = facts.Local
	}
	owns := func(path string) bool { return path == facts.Runtime || path == p.Leaf }
	for _, imports := range i.ways(disk, owns) {
		all := append(edits[:len(edits):len(edits)], imports...)
		result := splice.Apply(src, all)
		factored := !bytes.Equal(Strip(result, owns, false), src)
		if factored && !bytes.Equal(Strip(result, owns, true), src) {
			continue
		}
		if !bytes.Equal(result, disk) { // the witness checks what will be written
			if err := witness(src, result, facts.Local, owns); err != nil {
				out.Refused = "its edits were taken out in two ways, and the results differ: " + err.Error()
				return out, nil
			}
		}
		out.Content, out.splices, out.Factored = result, all, factored
		return out, nil
	}
	out.Refused = "its edits could not be undone byte for byte"
	return out, nil
}

// An importer imports the injected package in a file.
type importer struct {
	form.Source
	module string // module path
	path   string // what to import
	name   string // the name of the import, "" for the package's own
	local  string
	unused *ast.ImportSpec // that of os if every use of it is swapped, else nil
}

// ways returns the ways to import the injected package, the best first. Not every way
// can be undone byte for byte in every file.
func (i importer) ways(disk []byte, owns func(string) bool) (ways [][]splice.Splice) {
	if as := i.asOnDisk(disk, owns); as != nil {
		ways = append(ways, as)
	}
	if i.unused == nil {
		return append(ways, []splice.Splice{i.add()})
	}
	if edits := i.drop(); edits != nil {
		ways = append(ways, edits)
	}
	return append(ways, []splice.Splice{i.add(), i.keep()}) // imports come before other declarations
}

// keep returns the edit that declares a use of the unused import, after the import declarations.
func (i importer) keep() splice.Splice {
	at := splice.LineEnd(i.Src, importsEnd(i.Source))
	return splice.Insert(at, form.KeeperText(form.SpelledExit(i.unused), splice.Newline(i.Src)))
}

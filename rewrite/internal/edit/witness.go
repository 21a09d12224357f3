package edit

import (
	"bytes"
	"cmp"
	"fmt"
	"go/format"
	"go/parser"
	"go/token"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/dave/dst"
	"github.com/dave/dst/decorator"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/form"
)

// witness takes the instrumentation out of an edited file a second way: a
// rewriter that knows no offsets unwraps the calls and deletes the statements in
// a decorated syntax tree. It must come to the tree of the original, comments
// included, and to its imports. Blank lines are not compared here: the first way
// is exact to the byte.
func witness(original, edited []byte, local string, owns func(string) bool) error {
	var want, got *dst.File
	var wantErr, gotErr error
	first, second := withoutCommon(string(original), string(edited), local)
	var wg sync.WaitGroup
	wg.Go(func() { want, wantErr = decorated(first) })
	got, gotErr = decorated(second)
	wg.Wait()
	if err := cmp.Or(wantErr, gotErr); err != nil {
		return err
	}
	restored := removed(got, local)
	missing, extra := compareImports(want, got, owns)
	for _, path := range missing {
		if !restored[path] {
			return fmt.Errorf("the import of %s is lost", path)
		}
	}
	if len(extra) > 0 {
		return fmt.Errorf("there are new imports: %s", strings.Join(extra, ", "))
	}
	a, b := withoutImports(want), withoutImports(got)
	if same(reflect.ValueOf(a.Decls), reflect.ValueOf(b.Decls)) && a.Name.Name == b.Name.Name {
		return nil
	}
	// A comment can hang on one node or the other: printed, that is no difference.
	wantText, err := printed(a)
	if err != nil {
		return err
	}
	gotText, err := printed(b)
	if err != nil {
		return err
	}
	return firstDifference(wantText, gotText)
}

// decorated is the tree of a file without objects, which would make a graph of it.
func decorated(src string) (*dst.File, error) {
	d := decorator.NewDecorator(token.NewFileSet())
	file, err := parser.ParseFile(d.Fset, "", src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	return d.DecorateFile(file)
}

// removed takes every form out of a tree and returns the import paths that the
// file uses again.
func removed(f *dst.File, local string) map[string]bool {
	t := &form.Tree{File: f, Local: local, Restored: map[string]bool{}}
	t.Remove()
	return t.Restored
}

// compareImports returns the import paths that only the original has, and those
// that only the edited file has, but for ours.
func compareImports(want, got *dst.File, owns func(string) bool) (missing, extra []string) {
	list := func(f *dst.File) (specs []string) {
		for _, spec := range f.Imports {
			if path := strings.Trim(spec.Path.Value, "`\""); !owns(path) {
				specs = append(specs, path)
			}
		}
		slices.Sort(specs)
		return specs
	}
	before, after := list(want), list(got)
	for _, path := range before {
		if !slices.Contains(after, path) {
			missing = append(missing, path)
		}
	}
	for _, path := range after {
		if !slices.Contains(before, path) {
			extra = append(extra, path)
		}
	}
	return missing, extra
}

func withoutImports(f *dst.File) *dst.File {
	var decls []dst.Decl
	for _, d := range f.Decls {
		if gen, ok := d.(*dst.GenDecl); !ok || gen.Tok != token.IMPORT {
			decls = append(decls, d)
		}
	}
	f.Decls, f.Imports = decls, nil
	return f
}

var (
	spaces      = reflect.TypeFor[dst.SpaceType]()
	decorations = reflect.TypeFor[dst.Decorations]()
)

// same compares two trees, but for blank lines.
func same(a, b reflect.Value) bool {
	if a.Kind() != b.Kind() || a.Kind() != reflect.Invalid && a.Type() != b.Type() {
		return false
	}
	switch a.Kind() {
	case reflect.Interface, reflect.Pointer:
		if a.IsNil() || b.IsNil() {
			return a.IsNil() == b.IsNil()
		}
		return same(a.Elem(), b.Elem())
	case reflect.Slice:
		if a.Type() == decorations {
			return slices.Equal(comments(a), comments(b))
		}
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !same(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Struct:
		for i := range a.NumField() {
			if a.Field(i).Type() != spaces && !same(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	}
	return a.Equal(b)
}

func comments(v reflect.Value) []string {
	var list []string
	for i := range v.Len() {
		if s := v.Index(i).String(); s != "\n" {
			list = append(list, s)
		}
	}
	return list
}

// printed is a tree as text without blank lines and indentation.
func printed(f *dst.File) ([]string, error) {
	var out bytes.Buffer
	if err := decorator.Fprint(&out, f); err != nil {
		return nil, err
	}
	formatted, err := format.Source(out.Bytes())
	if err != nil {
		return nil, err
	}
	var kept []string
	for _, line := range strings.Split(string(formatted), "\n") {
		if strings.TrimSpace(line) != "" {
			kept = append(kept, strings.Join(strings.Fields(line), " "))
		}
	}
	return kept, nil
}

func firstDifference(want, got []string) error {
	for i := range max(len(want), len(got)) {
		line := func(list []string) string {
			if i < len(list) {
				return list[i]
			}
			return "the end"
		}
		if line(want) != line(got) {
			return fmt.Errorf("%q became %q", line(want), line(got))
		}
	}
	return nil
}

package edit

import (
	"bytes"
	"cmp"
	"fmt"
	"go/parser"
	"go/token"
	"slices"
	"strings"

	"github.com/dave/dst"
	"github.com/dave/dst/decorator"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/form"
)

// witness removes the instrumentation of an edited file in a second way: a rewriter that
// uses no offsets unwraps the calls and deletes the statements in a decorated syntax tree.
// The result must have the original's tree, comments included, and its imports. Blank lines
// are not compared: Strip checks these byte for byte.
func witness(original, edited []byte, local string, owns func(string) bool) error {
	first, second := withoutCommon(string(original), string(edited), local)
	if compare(first, second, local, owns) == nil {
		return nil
	}
	return compare(string(original), string(edited), local, owns)
}

func compare(original, edited, local string, owns func(string) bool) error {
	want, errWant := decorated(original)
	got, errGot := decorated(edited)
	err := cmp.Or(errWant, errGot)
	if err != nil {
		return err
	}
	tree := &form.Tree{File: got, Local: local}
	tree.Remove()
	before, after := takeImports(want, owns), takeImports(got, owns)
	for _, path := range before {
		if !slices.Contains(after, path) && !(path == "os" && tree.RestoreOS) {
			return fmt.Errorf("the import of %s is lost", path)
		}
	}
	for _, path := range after {
		if !slices.Contains(before, path) {
			return fmt.Errorf("there is a new import: %s", path)
		}
	}
	if err = difference(want, got); err == nil {
		return nil
	}
	// Line breaks that an edit moves make no difference either.
	onOneLine(want)
	onOneLine(got)
	if difference(want, got) == nil {
		return nil
	}
	return err
}

// decorated returns the tree of a file, without objects, which would make it a graph.
func decorated(src string) (*dst.File, error) {
	d := decorator.NewDecorator(token.NewFileSet())
	file, err := parser.ParseFile(d.Fset, "", src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	return d.DecorateFile(file)
}

// takeImports removes the imports of a file, and returns the paths of the author's.
func takeImports(f *dst.File, owns func(string) bool) (paths []string) {
	for _, spec := range f.Imports {
		if path := strings.Trim(spec.Path.Value, "`\""); !owns(path) {
			paths = append(paths, path)
		}
	}
	f.Imports = nil
	f.Decls = slices.DeleteFunc(f.Decls, func(d dst.Decl) bool {
		gen, ok := d.(*dst.GenDecl)
		return ok && gen.Tok == token.IMPORT
	})
	return paths
}

// onOneLine removes all line breaks between nodes.
func onOneLine(f *dst.File) {
	dst.Inspect(f, func(n dst.Node) bool {
		if n != nil {
			n.Decorations().Before, n.Decorations().After = dst.None, dst.None
		}
		if block, ok := n.(*dst.BlockStmt); ok { // an empty block may have a line break
			block.Decs.Lbrace = slices.DeleteFunc(block.Decs.Lbrace, func(s string) bool { return s == "\n" })
		}
		return true
	})
}

// printed returns a tree as text without blank lines and indentation.
func printed(f *dst.File) ([]string, error) {
	var out bytes.Buffer
	if err := decorator.Fprint(&out, f); err != nil {
		return nil, err
	}
	var kept []string
	for _, line := range strings.Split(out.String(), "\n") {
		if strings.TrimSpace(line) != "" {
			kept = append(kept, strings.Join(strings.Fields(line), " "))
		}
	}
	return kept, nil
}

// difference returns the first line in which two trees differ. They are compared as text,
// because a comment can belong to the node before or after it.
func difference(want, got *dst.File) error {
	a, errA := printed(want)
	b, errB := printed(got)
	if err := cmp.Or(errA, errB); err != nil {
		return err
	}
	a, b = append(a, "the end"), append(b, "the end")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Errorf("%q became %q", a[i], b[i])
		}
	}
	return nil
}

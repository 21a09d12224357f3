package rewrite

import (
	"bytes"
	"go/format"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dave/dst"
	"github.com/dave/dst/decorator"
	"github.com/dave/dst/dstutil"
	"golang.org/x/tools/txtar"
)

// TestStripAgreesWithATreeRewriter takes the instrumentation of the golden
// diffs out a second way: a rewriter that knows nothing of offsets unwraps the
// calls and deletes the statements and fields in a decorated syntax tree. Both
// ways have to give the same declarations, comments included.
func TestStripAgreesWithATreeRewriter(t *testing.T) {
	archives, err := filepath.Glob("../testdata/golden/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, name := range archives {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range archive.Files {
			if !strings.HasSuffix(file.Name, ".go") || !bytes.Contains(file.Data, []byte("package ")) {
				continue
			}
			edited, ok := editedByName(t, file.Data)
			if !ok || bytes.Contains(edited, []byte("Track((")) || bytes.Contains(edited, []byte("Track(&")) || bytes.Contains(edited, []byte(keeperComment)) {
				continue // implied receivers and import names are known to strip alone
			}
			got := printed(t, edited, true)
			if want := printed(t, file.Data, false); got != want {
				t.Errorf("%s of %s, rewritten as a tree, is\n%s\nwant\n%s", file.Name, name, got, want)
			}
			compared++
		}
	}
	if compared < 10 {
		t.Errorf("only %d files compared", compared)
	}
}

// printed is a file through dst, without its imports, which the rewriter does
// not restore; removed says whether to take the instrumentation out first.
func printed(t *testing.T, src []byte, removed bool) string {
	t.Helper()
	fset := token.NewFileSet()
	f, err := decorator.NewDecorator(fset).Parse(src)
	if err != nil {
		t.Fatal(err)
	}
	if removed {
		dstutil.Apply(f, removeNode, nil)
	}
	var decls []dst.Decl
	for _, d := range f.Decls {
		if gen, ok := d.(*dst.GenDecl); !ok || gen.Tok != token.IMPORT {
			decls = append(decls, d)
		}
	}
	f.Decls, f.Imports = decls, nil
	var out bytes.Buffer
	if err := decorator.Fprint(&out, f); err != nil {
		t.Fatal(err)
	}
	formatted, err := format.Source(out.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return withoutBlankLines(string(formatted))
}

func withoutBlankLines(s string) string {
	var kept []string
	for _, line := range strings.Split(s, "\n") {
		if strings.TrimSpace(line) != "" {
			kept = append(kept, strings.Join(strings.Fields(line), " "))
		}
	}
	return strings.Join(kept, "\n")
}

// removeNode is the inverse of each injected form, on the tree.
func removeNode(c *dstutil.Cursor) bool {
	switch n := c.Node().(type) {
	case *dst.DeferStmt:
		if start, ok := n.Call.Fun.(*dst.CallExpr); ok && selected(start.Fun) == "Start" {
			c.Delete()
			return false
		}
	case *dst.ExprStmt:
		if call, ok := n.X.(*dst.CallExpr); ok && selected(call.Fun) == "Exiting" {
			c.Delete()
			return false
		}
	case *dst.KeyValueExpr:
		if selected(n.Value) == "PersistentPreRunE" {
			c.Delete()
			return false
		}
	case *dst.SelectorExpr:
		if original, ok := swaps[selected(n)]; ok {
			path := original.path
			n.X.(*dst.Ident).Name = path[strings.LastIndexByte(path, '/')+1:]
		}
	case *dst.CallExpr:
		switch selected(n.Fun) {
		case "Track", "WrapPreRun", "WrapPreRunE":
			c.Replace(dst.Clone(n.Args[0]))
		case "ExitingWith":
			c.Replace(dst.Clone(n.Args[1]))
		}
	}
	return true
}

// selected is the member of the runtime package that an expression names.
func selected(e dst.Expr) string {
	if sel, ok := e.(*dst.SelectorExpr); ok {
		if id, ok := sel.X.(*dst.Ident); ok && id.Name == "telemetry" {
			return sel.Sel.Name
		}
	}
	return ""
}

// editedByName instruments a single file as the fuzz test does.
func editedByName(t *testing.T, src []byte) ([]byte, bool) {
	t.Helper()
	m := fuzzModule()
	parsed, err := parser.ParseFile(m.fset, "fuzz.go", src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	m.sources["fuzz.go"] = &source{name: "fuzz.go", disk: src, stripped: src}
	f := newFinder(m, byName(parsed), 0)
	f.walk()
	hookEveryCommand(f)
	p := &plan{edited: map[string][]byte{}}
	m.assemble(p, f)
	edited, ok := p.edited["fuzz.go"]
	return edited, ok && f.local == "telemetry"
}

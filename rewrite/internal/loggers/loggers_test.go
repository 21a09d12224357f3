package loggers

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// These tests go over the table, so a row that is added needs none of its own.

// check type-checks the package of one file.
func check(t *testing.T, path, source string) *types.Package {
	t.Helper()
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "x.go", source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	pkg, err := (&types.Config{}).Check(path, fset, []*ast.File{f}, nil)
	if err != nil {
		t.Fatalf("%v in\n%s", err, source)
	}
	return pkg
}

// TestFunctions looks up each function that ends the process in the packages of its
// logger and in others, and one of the same name that is a method of another type.
func TestFunctions(t *testing.T) {
	var all []plan.Hook
	for _, l := range table {
		if l.hook != nil {
			all = append(all, plan.Hook{Path: l.hook.path})
		}
	}
	for _, l := range table {
		for _, p := range l.paths {
			dir, base := path.Split(p)
			known := map[string]bool{p: true, p + "/v9": true, dir + "v9/" + base: strings.Contains(p, "/"), "example.com/" + p: false, p + "extra": false}
			if l.hook != nil {
				known[l.hook.path] = true
			}
			if strings.HasPrefix(p, "gopkg.in/") {
				known = map[string]bool{p + ".v1": true, p + ".v9": true, p + "/v9": false}
			}
			for path, known := range known {
				for _, e := range l.ends {
					for _, receiver := range slices.Concat(e.receivers, []string{"other"}) {
						for _, name := range e.names {
							fn := function(t, path, receiver, name)
							ends := known && receiver != "other" && e.status != told
							if status, chain, ok := Status(fn); ok != ends || ok && (status != e.status || chain != l.chain) {
								t.Errorf("%s ends the process: %v, want %v; with %d, chain %v", fn.FullName(), ok, ends, status, chain)
							}
							if ends && (!Known(path) || !slices.ContainsFunc(Names(), func(n string) bool { return strings.Contains(name, n) })) {
								t.Errorf("a file that calls %s is not looked at", fn.FullName())
							}
							covered := ""
							if h := l.hook; h != nil && known && receiver != "other" && h.imported(path) && !strings.Contains(path, "/v9") && !slices.Contains(h.unseen, receiver) {
								covered = h.path
							}
							if got, none := Covers(all, fn), Covers(nil, fn); got != covered || none != "" {
								t.Errorf("%s is covered by %q, want %q; without hooks by %q", fn.FullName(), got, covered, none)
							}
						}
					}
				}
			}
		}
	}
}

// function declares a function, or a method of a generic type.
func function(t *testing.T, path, receiver, name string) *types.Func {
	t.Helper()
	if receiver == "" {
		return check(t, path, "package p\n\nfunc "+name+"() {}\n").Scope().Lookup(name).(*types.Func)
	}
	pkg := check(t, path, fmt.Sprintf("package p\n\ntype %s[T any] struct{}\n\nfunc (*%[1]s[T]) %s() {}\n", receiver, name))
	obj, _, _ := types.LookupFieldOrMethod(pkg.Scope().Lookup(receiver).Type(), true, pkg, name)
	return obj.(*types.Func)
}

// TestBehind asks which type of a logger may stand behind an interface.
func TestBehind(t *testing.T) {
	pkg := check(t, "github.com/sirupsen/logrus", "package logrus\n\ntype Logger struct{}\n\nfunc (*Logger) Fatal(string) {}\n\ntype Entry struct{}\n\nfunc (*Entry) Fatal() {}\nfunc (*Entry) Info() {}\n")
	hooks := []plan.Hook{{Path: pkg.Path(), Known: true}}
	for _, test := range []struct {
		iface, method string
		hooks         []plan.Hook
		want          string
	}{
		{"Fatal()", "Fatal", nil, "Entry"},
		{"Fatal(string)", "Fatal", nil, "Logger"},
		{"Fatal(); Warn()", "Fatal", nil, ""},
		{"Info()", "Info", nil, ""},
		{"Fatal()", "Fatal", hooks, ""},
	} {
		typ, err := types.Eval(token.NewFileSet(), nil, token.NoPos, "interface{ "+test.iface+" }")
		if err != nil {
			t.Fatal(err)
		}
		if got := Behind(test.hooks, pkg, typ.Type.Underlying().(*types.Interface), test.method); got != test.want {
			t.Errorf("%q is behind %s, want %q", got, test.iface, test.want)
		}
	}
}

package loggers

import (
	"go/types"
	"path"
	"slices"
	"testing"

	"golang.org/x/mod/module"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// declared is a package that has what a hook uses, one symbol of another type.
func (h *hook) declared(t *testing.T, other string) *types.Package {
	t.Helper()
	prefix, _, _ := module.SplitPathVersion(h.path)
	source := "package " + path.Base(prefix) + "\n"
	for _, s := range h.uses {
		if s.name == other {
			s.typ = "chan " + s.typ
		}
		source += "\nvar " + s.name + " " + s.typ + "\n"
	}
	return check(t, h.path, source)
}

// TestDecide asks for each hook whether it is set in CLIs that import its logger.
func TestDecide(t *testing.T) {
	for _, l := range table {
		h := l.hook
		if h == nil {
			continue
		}
		whole, unknown, alone := []plan.Hook{{Path: h.path, Known: true}}, []plan.Hook{{Path: h.path}}, []plan.Hook{{Path: h.path, Known: true}}
		below := "nothing below"
		if h.through != "" {
			whole, alone, below = append(whole, plan.Hook{Path: h.through, Known: true}), nil, h.through+" "+hookAt(h.through).taken()
			slices.SortFunc(whole, byPath)
		}
		if h.unknown == "" {
			unknown = nil
		}
		type world struct {
			name    string
			imports string
			lacks   string // a package that is not built
			other   string // a symbol of another type
			word    string // in a file of the CLI that imports the package
			want    []plan.Hook
		}
		tests := []world{
			{"imported", h.path, "", "", "", whole},
			{"another package of the module", h.inModule() + "/sub", "", "", "", whole},
			{"imported by dependencies only", "example.com/cli", "", "", "", nil},
			{"a name that only begins alike", h.inModule() + "-hooks", "", "", "", nil},
			{"another module of that name", "example.com/" + h.path, "", "", "", nil},
			{"the package is not built", h.path, h.path, "", "", nil},
			{"other code may set it", h.path, "", "", h.path + " " + h.taken(), unknown},
			{"other code has another word", h.path, "", "", h.path + " other" + h.taken(), whole},
			{"the logger below is not built", h.path, h.through, "", "", alone},
			{"other code may set the hook below", h.path, "", "", below, alone},
		}
		for _, s := range h.uses {
			tests = append(tests, world{"another type of " + s.name, h.path, "", s.name, "", nil})
		}
		for _, test := range tests {
			got := Decide(World{
				Imports: []string{test.imports},
				Package: func(path string) *types.Package {
					if path == test.lacks {
						return nil
					}
					return hookAt(path).declared(t, test.other)
				},
				Mentions: func(path, word string) bool { return path+" "+word == test.word },
			})
			if !slices.Equal(got, test.want) {
				t.Errorf("%s, %s: hooks %v, want %v", h.path, test.name, got, test.want)
			}
		}
	}
}

// TestDecideTogether imports all loggers, one of which has a hook that other code may set.
func TestDecideTogether(t *testing.T) {
	for _, taken := range table {
		var w World
		var want []plan.Hook
		w.Package = func(path string) *types.Package { return hookAt(path).declared(t, "") }
		w.Mentions = func(path, _ string) bool { return taken.hook != nil && path == taken.hook.path }
		for _, l := range table {
			if h := l.hook; h != nil {
				w.Imports = append(w.Imports, h.path)
				if known := h != taken.hook; known && (taken.hook == nil || h.through != taken.hook.path) || !known && h.unknown != "" {
					want = append(want, plan.Hook{Path: h.path, Known: known})
				}
			}
		}
		slices.SortFunc(want, byPath)
		if got := Decide(w); !slices.Equal(got, want) {
			t.Errorf("hooks %v, want %v", got, want)
		}
	}
}

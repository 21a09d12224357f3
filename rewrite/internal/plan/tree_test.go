package plan

import (
	"reflect"
	"testing"
)

// TestBelow puts the tree under the app's name, whatever the root is called.
func TestBelow(t *testing.T) {
	tree := Tree{Name: "root", Commands: []Command{{Path: "b"}, {Path: "a", Hidden: true}, {Path: "a c", Deprecated: true}, {Path: "b", Hidden: true}}}
	want := []Command{{Path: "app"}, {Path: "app a", Hidden: true}, {Path: "app a c", Deprecated: true}, {Path: "app b"}}
	if got := tree.Below("app"); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if tree.Commands[0].Path != "b" {
		t.Error("the tree was changed")
	}
}

// A plugin has a name of its own, where its usage line or its display name says
// that it is one.
func TestPlugin(t *testing.T) {
	for _, test := range []struct{ use, display, binary, want string }{
		{"kubectl tree KIND NAME", "", "kubectl-tree", "kubectl-tree"},
		{"gh dash", "", "gh-dash", "gh-dash"},
		{"tree KIND NAME", "kubectl tree", "tree", "kubectl-tree"},
		{"foo", "", "foo-cli", ""},
		{"foo cli", "", "foo", ""},
		{"foo [flags]", "foo", "foo", ""},
		{"", "", "foo", ""},
	} {
		if got := (Tree{Use: test.use, Display: test.display}).Plugin(test.binary); got != test.want {
			t.Errorf("%+v: %q", test, got)
		}
	}
}

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

// A plugin has a name of its own, where its usage line, its display name or the folder of
// its main package says that it is one.
func TestLongName(t *testing.T) {
	for _, test := range []struct{ name, use, display, binary, want string }{
		{"kubectl", "kubectl tree KIND NAME", "", "kubectl-tree", "kubectl-tree"},
		{"gh", "gh dash", "", "gh-dash", "gh-dash"},
		{"tree", "tree KIND NAME", "", "kubectl-tree", "kubectl-tree"},
		{"tree", "tree KIND NAME", "kubectl tree", "tree", "kubectl-tree"},
		{"workspace", "workspace [create|use]", "", "kubectl-ws", "kubectl-ws"},
		{"create", "create", "", "kubectl-create-workspace", "kubectl-create-workspace"},
		{"kubectl-ws", "kubectl-ws", "", "kubectl-ws", ""},
		{"foo", "foo", "", "foo-cli", ""},
		{"foo", "foo cli", "", "foo", ""},
		{"foo", "foo [flags]", "foo", "foo", ""},
		{"foo", "foo", "", "barfoo", ""},
		{"", "", "", "foo-", ""},
	} {
		if got := (Tree{Name: test.name, Use: test.use, Display: test.display}).LongName(test.binary); got != test.want {
			t.Errorf("%+v: %q", test, got)
		}
	}
}

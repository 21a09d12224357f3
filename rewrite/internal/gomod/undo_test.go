package gomod

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestReplayed goes back over the revisions of a go.mod as far as they fit.
func TestReplayed(t *testing.T) {
	first, second, third := []byte("a\nb\nc\n"), []byte("a\nB\nb\nc\n"), []byte("B\nb\nc\nd")
	both := []revision{inverse(third, second), inverse(second, first)}
	for _, test := range []struct {
		name      string
		from      []byte
		revisions []revision
		want      string
		ok        bool
	}{
		{"all", third, both, string(first), true},
		{"from the middle", second, both[1:], string(first), true},
		{"the newest does not fit", second, both, string(second), false},
		{"the older one does not fit", third, []revision{both[0], both[0]}, string(second), true},
		{"none", third, nil, string(third), false},
	} {
		if got, ok := replayed(test.from, test.revisions); string(got) != test.want || ok != test.ok {
			t.Errorf("%s: %q %v, want %q %v", test.name, got, ok, test.want, test.ok)
		}
	}
}

// TestRecordOfAnEarlierVersion has the names of v0.1.0: what it wrote must be taken back
// by all later ones.
func TestRecordOfAnEarlierVersion(t *testing.T) {
	const goMod = "module m\n\nrequire a.org/a v1.0.0\nrequire b.org/b v1.0.0\n"
	record := `{"added":["a.org/a"],"direct":["b.org/b"],"go.mod":[{"is":"` + fingerprint([]byte(goMod)) + `","edits":[{"at":10,"to":33,"was":"require b.org/b v1.0.0 // indirect\n"},{"at":33,"to":56}]}],` +
		`"go.sum":["a.org/a v1.0.0"],"sumNew":true,"vendored":["a.org/a"]}`
	var undo Undo
	if err := json.Unmarshal([]byte(record), &undo); err != nil {
		t.Fatal(err)
	}
	if old, ok := replayed([]byte(goMod), undo.GoMod); !ok || string(old) != "module m\n\nrequire b.org/b v1.0.0 // indirect\n" {
		t.Errorf("%q %v", old, ok)
	}
	if again, err := json.Marshal(undo); err != nil || string(again) != record {
		t.Errorf("%s, %v", again, err)
	}
}

// TestAfter keeps the records of two runs, and the first one as it was where the
// second did nothing.
func TestAfter(t *testing.T) {
	first := Undo{Added: []string{"a", "b"}, GoMod: []revision{{Is: "1"}}, GoSumNew: true}
	second := Undo{Added: []string{"c", "a"}, Direct: []string{"d"}, GoMod: []revision{{Is: "2"}}}
	both := second.After(first)
	if !slices.Equal(both.Added, []string{"a", "b", "c"}) || !slices.Equal(both.Direct, []string{"d"}) || !both.GoSumNew ||
		len(both.GoMod) != 2 || both.GoMod[0].Is != "2" {
		t.Errorf("%+v", both)
	}
	if same := (Undo{}).After(first); !slices.Equal(same.Added, first.Added) || len(same.GoMod) != 1 || !same.GoSumNew {
		t.Errorf("%+v", same)
	}
	if !(Undo{}).Empty() || both.Empty() {
		t.Error("a record is empty, or not")
	}
}

// TestRemoveFromEditedFiles takes requirements out of a go.mod that go mod tidy or
// the author has changed since. The go.sum lines for the tests of a dependency, t.org,
// stay: something of the author's may need them.
func TestRemoveFromEditedFiles(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"go.mod": "module m\n\ngo 1.21\n\nrequire (\n\ta.org/a v1.0.0\n\tb.org/b v1.0.0\n\tc.org/c v1.0.0\n)\n\nrequire e.org/e v1.0.0 // indirect\n",
		"go.sum": "a.org/a v1.0.0 h1:x=\nb.org/b v1.0.0 h1:x=\nd.org/d v1.0.0 h1:x=\nt.org/t v1.0.0/go.mod h1:x=\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	undo := Undo{Added: []string{"a.org/a", "d.org/d"}, Direct: []string{"b.org/b"}, GoSum: []string{"a.org/a v1.0.0", "d.org/d v1.0.0", "t.org/t v1.0.0/go.mod"}}
	for _, test := range []struct{ name, kept, needed, goMod, goSum string }{
		{"all", "", "", "module m\n\ngo 1.21\n\nrequire c.org/c v1.0.0\n\nrequire (\n\tb.org/b v1.0.0 // indirect\n\te.org/e v1.0.0 // indirect\n)\n", "b.org/b v1.0.0 h1:x=\nt.org/t v1.0.0/go.mod h1:x=\n"},
		{"but what a dependency needs by now", "", "a.org/a", "module m\n\ngo 1.21\n\nrequire c.org/c v1.0.0\n\nrequire (\n\ta.org/a v1.0.0 // indirect\n\tb.org/b v1.0.0 // indirect\n\te.org/e v1.0.0 // indirect\n)\n", "a.org/a v1.0.0 h1:x=\nb.org/b v1.0.0 h1:x=\nt.org/t v1.0.0/go.mod h1:x=\n"},
		{"but what the author imports by now", "a.org/a", "a.org/a", "module m\n\ngo 1.21\n\nrequire (\n\ta.org/a v1.0.0\n\tc.org/c v1.0.0\n)\n\nrequire (\n\tb.org/b v1.0.0 // indirect\n\te.org/e v1.0.0 // indirect\n)\n", "a.org/a v1.0.0 h1:x=\nb.org/b v1.0.0 h1:x=\nt.org/t v1.0.0/go.mod h1:x=\n"},
	} {
		changes, err := Remove(dir, undo, func(path string) bool { return path == test.kept }, func(path string) bool { return path == test.needed })
		if err != nil || len(changes) != 2 {
			t.Fatalf("%s: %d changes, %v", test.name, len(changes), err)
		}
		if string(changes[0].New) != test.goMod || string(changes[1].New) != test.goSum {
			t.Errorf("%s: go.mod is\n%s\ngo.sum is\n%s", test.name, changes[0].New, changes[1].New)
		}
	}
}

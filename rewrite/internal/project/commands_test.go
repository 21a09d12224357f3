package project

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

func TestDiffNamesWhatIsMissingAndGone(t *testing.T) {
	missing, gone := Diff(paths("cli", "cli a", "cli c"), paths("cli", "cli b", "cli c"))
	if !reflect.DeepEqual(missing, []string{"cli b"}) || !reflect.DeepEqual(gone, []string{"cli a"}) {
		t.Errorf("missing %v, gone %v", missing, gone)
	}
}

// TestSendable keeps what a collector takes, and room for one more word.
func TestSendable(t *testing.T) {
	long, deep := "cli "+strings.Repeat("x", 241), "cli"+strings.Repeat(" x", 10)
	kept := paths("cli", "cli a", "cli 日本", long, deep)
	refused := paths("cli a\u202eb", "cli a\xff", "cli \ufeff", long+"x", deep+" x")
	got, left := Sendable(append(kept[:len(kept):len(kept)], refused...))
	if !reflect.DeepEqual(got, kept) || !reflect.DeepEqual(left, refused) {
		t.Errorf("keeps %v and refuses %v", got, left)
	}
}

func TestParseIsTheInverseOfText(t *testing.T) {
	list := paths("cli", "cli a", "cli a c", "cli a-b")
	list[1].Hidden, list[2].Deprecated = true, true
	list[3].Hidden, list[3].Deprecated = true, true
	got, err := parseCommands([]byte(strings.ReplaceAll(string(commandsText(list)), "\n", "\r\n")))
	if err != nil || !reflect.DeepEqual(got, list) {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := parseCommands([]byte("cli\n<<<<<<< HEAD\n")); err != nil {
		t.Errorf("words are words: %v", err)
	}
	if got, _ := parseCommands([]byte("cli\ncli a\ncli a\n")); len(got) != 2 {
		t.Errorf("two commands of one name are one path: %v", got)
	}
	if _, err := parseCommands([]byte("cli  a\n")); err == nil {
		t.Error("two spaces are no path")
	}
}

func paths(list ...string) (out []plan.Command) {
	for _, path := range list {
		out = append(out, plan.Command{Path: path})
	}
	return out
}

func TestExcludedCommandsAreNotListed(t *testing.T) {
	paths := []string{"app", "app daemon", "app daemon run", "app daemonize", "app get"}
	for _, test := range []struct{ excluded, kept, unknown []string }{
		{nil, paths, nil},
		{[]string{"app daemon"}, []string{"app", "app daemonize", "app get"}, nil},
		{[]string{"app daemon run"}, []string{"app", "app daemon", "app daemonize", "app get"}, nil},
		{[]string{"app", "app get"}, nil, nil},
		{[]string{"daemon"}, paths, []string{"daemon"}},
		{[]string{"app daemo", "app get"}, []string{"app", "app daemon", "app daemon run", "app daemonize"}, []string{"app daemo"}},
		{[]string{"app get "}, paths, []string{"app get "}},
	} {
		var list []plan.Command
		for _, path := range paths {
			list = append(list, plan.Command{Path: path})
		}
		without, unknown := Without(list, test.excluded)
		var kept []string
		for _, c := range without {
			kept = append(kept, c.Path)
		}
		if !slices.Equal(kept, test.kept) || !slices.Equal(unknown, test.unknown) {
			t.Errorf("without %q: %q, unknown %q; want %q, %q", test.excluded, kept, unknown, test.kept, test.unknown)
		}
	}
}

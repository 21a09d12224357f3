package project

import (
	"reflect"
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

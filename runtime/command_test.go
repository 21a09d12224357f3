//go:build !notelemetry

package telemetry

import (
	"errors"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// The instruction in the notice is for the way in which the process was started: by its own file, or by another CLI,
// whose plugin it is and which names it in the arguments.
func TestProgramName(t *testing.T) {
	defer func() { process.root, process.args = nil, nil }()
	plugin := &cobra.Command{Use: "pace"}
	(&cobra.Command{Use: "docker"}).AddCommand(plugin)
	for _, c := range []struct {
		args string
		root *cobra.Command
		want string
	}{
		{"/usr/bin/pace get", &cobra.Command{Use: "pace"}, "pace"},
		{"/usr/bin/pace pace", &cobra.Command{Use: "pace"}, "pace"},
		{"/usr/bin/pace get", nil, "pace"},
		{"/opt/pace-cli.exe", nil, "pace-cli"},
		{"/usr/lib/docker/cli-plugins/docker-pace pace get", plugin, "docker pace"},
		{"/usr/lib/docker/cli-plugins/docker-pace --context x pace get", plugin, "docker pace"},
		{"docker-pace get", plugin, "docker-pace"},
	} {
		process.args, process.root = strings.Fields(c.args), c.root
		if got := programName(); got != c.want {
			t.Errorf("%s: %q, want %q", c.args, got, c.want)
		}
	}
}

// The counts of a report go up and down, and a point that falls to 0 is gone.
func TestPoints(t *testing.T) {
	all := points{}
	for _, c := range []struct {
		path  string
		code  int
		delta int64
		want  string
	}{
		{"pace get", 0, 1, "pace get 0 1"},
		{"pace get", 0, 1, "pace get 0 2"},
		{"pace get", 1, 1, "pace get 0 2\npace get 1 1"},
		{"pace get", none, -1, "pace get 0 2\npace get 1 1"},
		{"pace get", 0, -2, "pace get 1 1"},
		{"pace get", 1, -1, ""},
		{"pace", none, -1, ""},
	} {
		if all.add(c.path, c.code, c.delta); flat(all) != c.want {
			t.Errorf("after %+v: %q", c, flat(all))
		}
	}
	if len(all) != 0 {
		t.Errorf("paths without a count: %v", all)
	}
}

// Nothing but the app and listed names is a path, and help, completion and what docker asks for has none.
func TestRecordedPath(t *testing.T) {
	defer func(text string) { commands = text }(commands)
	commands = "pace\npace get\npace get data-policy\npace help-me\n"
	for below, want := range map[string]string{
		"":                            "pace",
		" get":                        "pace get",
		" get data-policy":            "pace get data-policy",
		" get data-policy x":          "pace get data-policy (unlisted)",
		" get x y":                    "pace get (unlisted)",
		" x":                          "pace (unlisted)",
		" help-me":                    "pace help-me",
		" get help":                   "pace get (unlisted)",
		" help":                       "",
		" help get":                   "",
		" completion bash":            "",
		" __complete":                 "",
		" docker-cli-plugin-metadata": "",
	} {
		if got := recordedPath(below); got != want {
			t.Errorf("%q is recorded as %q, want %q", below, got, want)
		}
	}
}

// Whoever calls the flag-error function gets what the CLI's own returns. A run begins only where a flag is wrong: not
// where help was asked for, and not where the CLI calls it without an error.
func TestFlagErrorsGoThrough(t *testing.T) {
	defer func() { process.root, process.foreign = nil, false }()
	own := errors.New("the CLI's own")
	for _, c := range []struct {
		err   error
		begun bool
	}{
		{nil, false},
		{errors.New("unknown flag: --nope"), true},
		{pflag.ErrHelp, false},
	} {
		process.root, process.foreign = nil, false
		root := &cobra.Command{Use: "pace"}
		var got error
		root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { got = err; return own })
		seeFlagErrors(root)
		if answer := root.FlagErrorFunc()(root, c.err); answer != own || got != c.err {
			t.Errorf("%v: the CLI's own function got %v, its caller %v", c.err, got, answer)
		}
		if process.foreign != c.begun { // what begin notes where nothing was tracked
			t.Errorf("%v: a run began: %v", c.err, process.foreign)
		}
	}
}

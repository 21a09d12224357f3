//go:build !notelemetry

package telemetry

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

func sampleRoot() *cobra.Command {
	root := &cobra.Command{Use: os.Args[0]}
	get := &cobra.Command{Use: "get", Run: func(*cobra.Command, []string) {}}
	get.AddCommand(&cobra.Command{Use: "data-policy [id]", Aliases: []string{"dp"}, Run: func(*cobra.Command, []string) {}})
	root.AddCommand(get)
	root.SetArgs([]string{"get", "data-policy"})
	return root
}

// Whatever commands a user's aliases, plugins or files add, and whatever they
// are called, only listed paths are recorded.
func FuzzOnlyListedPaths(f *testing.F) {
	f.Add("get", "data-policy", "secret")
	f.Add("help", "secret", "")
	f.Add("secret (unlisted)", "\n", "get data-policy")
	f.Fuzz(func(t *testing.T, first, second, third string) {
		below := ""
		for _, name := range []string{first, second, third} {
			below += " " + (&cobra.Command{Use: name}).Name()
		}
		path := recordedPath(below)
		if path == "" {
			if !ofCobra(strings.SplitN(first, " ", 2)[0]) {
				t.Errorf("%q %q %q is not recorded at all", first, second, third)
			}
			return
		}
		for _, line := range strings.Split(strings.TrimSuffix(commands, "\n"), "\n") {
			if path == line || path == line+unlisted {
				return
			}
		}
		t.Errorf("%q was recorded", path)
	})
}

// A marker in every argument, flag, variable, name and error text is found
// neither in a file that was written nor in what was sent.
func TestNothingLeaks(t *testing.T) {
	t.Parallel()
	const secret = "hunter2"
	server := newCollector(t, nil)
	h := newHome(t, "PACE_TELEMETRY=on", "PACE_TELEMETRY_ENDPOINT="+server.URL, "PACE_TELEMETRY_UPLOAD_INTERVAL_SECONDS=0",
		"SECRET="+secret, "USER="+secret, "HOSTNAME="+secret)
	for _, args := range []string{secret, "--" + secret, "get " + secret, "get data-policy " + secret, "get dp --count " + secret,
		"get data-policy --count=" + secret, "get data-policy -- " + secret + " " + secret, "required --name " + secret, "end error " + secret,
		"end exit " + secret, "hooked raw --" + secret, "hooked unlisted-plugin " + secret, "run child /" + secret, "end kill " + secret, "required --name=" + secret} {
		h.run(strings.Fields(args)...)
	}
	server.wait(t, 10)
	if err := filepath.Walk(h.dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if strings.Contains(path+string(data), secret) {
			t.Errorf("%s contains it:\n%s", path, data)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, r := range server.bodies() {
		if strings.Contains(r.body, secret) {
			t.Errorf("sent: %s", r.body)
		}
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
		" _carapace bash":             "",
		" get _carapace spec":         "",
		" docker-cli-plugin-metadata": "",
	} {
		if got := recordedPath(below); got != want {
			t.Errorf("%q is recorded as %q, want %q", below, got, want)
		}
	}
}

// The look-up in the allow-list knows every line and nothing else.
func TestListed(t *testing.T) {
	defer func(text string) { commands = text }(commands)
	var lines []string
	for i := 0; i < 2000; i++ {
		lines = append(lines, fmt.Sprintf("pace c%d", i*7919%100000))
	}
	lines = append(lines, "pace", "pace get", "pace get data-policy")
	sort.Strings(lines)
	for _, text := range []string{strings.Join(lines, "\n") + "\n", strings.Join(lines, "\n"), strings.Join(lines, "\r\n") + "\r\n"} {
		commands = text
		for _, line := range lines {
			if !listed(line) || listed(line+"x") || listed(line[:len(line)-1]+"\x00") || listed(line+"\n") {
				t.Fatalf("the look-up of %q is wrong", line)
			}
		}
		if listed("") || listed("p") || listed("zzz") {
			t.Error("found what is not there")
		}
	}
	if commands = ""; listed("pace") || listed("") {
		t.Error("an empty list lists something")
	}
}

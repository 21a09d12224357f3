// Package commands asks an instrumented CLI for its command tree: it builds the
// CLI as it will be and runs it, up to the point where a command would run.
package commands

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/cache"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/transaction"
)

// timeLimit is how long the CLI may take until it executes its root command.
var timeLimit = 30 * time.Second // shorter in tests

// keepFailed is how long a CLI that could not be asked is not asked again. Asking takes a
// build and up to timeLimit, and what the CLI lacks may be there later.
const keepFailed = time.Hour

// BinaryName returns the name that go build gives the binary of a main package. In a folder
// named cmd or main, that says nothing of the CLI, so the folder above names it.
func BinaryName(importPath string) string {
	return path.Base(nameless.ReplaceAllString(importPath, ""))
}

// nameless are the last elements of import paths that do not name a CLI.
var nameless = regexp.MustCompile(`(/(cmd|main|v([2-9]|[1-9][0-9]+)))+$`)

// A RunError says why the built CLI could not be asked for its tree.
type RunError struct {
	Why    string
	Output string // the beginning of what it printed
	Missed bool   // it ended with status 0 without executing a tracked command
}

func (e *RunError) Error() string {
	s := "the CLI could not be asked for its commands, and is not asked again for an hour while its source is the same; " +
		"it was run as `--help` in an empty home, and " + e.Why
	if e.Output != "" {
		s += "\n" + e.Output
	}
	return s
}

// List builds the CLI with changes that are not written yet, runs it, and returns the command
// tree that it prints. Key is a hash of everything that the tree depends on, "" if unknown;
// for a key seen before, nothing is built or run. The CLI runs with --help as its only
// argument, and once more with help if that did not reach its root. It has an empty scratch
// home, no terminal and a time limit. Only a cache entry is left behind.
func List(ctx context.Context, m *load.Module, changes []transaction.Change, key string) (plan.Tree, error) {
	var answer plan.Tree
	cached := cacheFile(m, key)
	if cache.Load(cached, cache.Keep, &answer) {
		return answer, nil
	}
	run, failed := &RunError{}, cached+"-failed"
	if cache.Load(failed, keepFailed, run) {
		return plan.Tree{}, run
	}
	scratch, err := os.MkdirTemp("", "telemetrygen")
	if err != nil {
		return plan.Tree{}, err
	}
	defer os.RemoveAll(scratch)
	binary, err := build(ctx, m, overlaid(m, changes), scratch)
	if err != nil {
		return plan.Tree{}, err
	}
	data, err := ask(ctx, binary, scratch)
	if errors.As(err, &run) {
		cache.Store(failed, run)
	}
	if err != nil {
		return plan.Tree{}, err
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		return plan.Tree{}, fmt.Errorf("the list of commands that the CLI printed is not valid: %w", err)
	}
	answer.Commands = plan.Sorted(answer.Commands)
	cache.Store(cached, answer)
	return answer, nil
}

// cacheFile returns the file that remembers the tree of a build, "" if there is none.
func cacheFile(m *load.Module, key string) string {
	if key == "" {
		return ""
	}
	return cache.Name("commands", key, m.Main.Dir, m.Tags, runtime.Version(), os.Getenv("GOFLAGS"))
}

// build builds the CLI as it will be, with the tag that lets it print its tree.
func build(ctx context.Context, m *load.Module, changes []transaction.Change, scratch string) (string, error) {
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	for i, c := range changes {
		if c.New == nil {
			overlay.Replace[c.Name] = ""
			continue
		}
		name := filepath.Join(scratch, fmt.Sprintf("%d-%s", i, filepath.Base(c.Name)))
		if err := os.WriteFile(name, c.New, 0o644); err != nil {
			return "", err
		}
		overlay.Replace[c.Name] = name
	}
	data, _ := json.Marshal(overlay) // cannot fail: strings
	overlayFile := filepath.Join(scratch, "overlay.json")
	if err := os.WriteFile(overlayFile, data, 0o644); err != nil {
		return "", err
	}
	binary := filepath.Join(scratch, "bin", BinaryName(m.Main.PkgPath)) // the CLI may name its root after it
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-overlay", overlayFile, "-tags", "telemetrygen,"+m.Tags, "-o", binary, ".")
	cmd.Dir = m.Main.Dir
	if out, err := cmd.CombinedOutput(); err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "", fmt.Errorf("the instrumented CLI does not build, so nothing was written: %w\n%s", err, cut(out, 20))
	}
	return binary, nil
}

// ask runs the CLI with --help in an empty home and a bare environment, and returns its
// answer. A CLI that parses flags before it executes its root may end there; it is run again
// with help.
func ask(ctx context.Context, binary, scratch string) ([]byte, error) {
	home := filepath.Join(scratch, "home")
	if err := os.Mkdir(home, 0o755); err != nil {
		return nil, err
	}
	answer := filepath.Join(scratch, "commands")
	limited, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	run := func(argument string) ([]byte, error) {
		cmd := exec.CommandContext(limited, binary, argument)
		cmd.Dir = home
		cmd.Env = append(scratchEnvironment(home, answer), "PATH="+withoutPlugins(os.Getenv("PATH"), strings.TrimSuffix(filepath.Base(binary), ".exe")))
		cmd.WaitDelay = time.Second
		ownGroup(cmd)
		var out output
		cmd.Stdout, cmd.Stderr = &out, &out
		err := cmd.Run()
		return out, err
	}
	out, err := run("--help")
	data, missing := os.ReadFile(answer)
	if missing != nil && limited.Err() == nil {
		_, _ = run("help")
		data, missing = os.ReadFile(answer)
	}
	switch {
	case missing == nil:
		return data, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case limited.Err() != nil:
		return nil, &RunError{Why: fmt.Sprintf("had not executed its root command after %v", timeLimit), Output: cut(out, 10)}
	case err != nil:
		return nil, &RunError{Why: fmt.Sprintf("had not executed its root command when it ended (%v), nor as `help`", err), Output: cut(out, 10)}
	}
	return nil, &RunError{Why: "ended without executing its root command, nor did it as `help`", Output: cut(out, 10), Missed: true}
}

// scratchEnvironment returns the variables that a program needs to start, and none that
// tell who runs it.
func scratchEnvironment(home, answer string) []string {
	env := []string{
		"HOME=" + home, "USERPROFILE=" + home, "AppData=" + home, "LocalAppData=" + home,
		"XDG_CONFIG_HOME=" + filepath.Join(home, ".config"), "XDG_CACHE_HOME=" + filepath.Join(home, ".cache"),
		"XDG_DATA_HOME=" + filepath.Join(home, ".local", "share"), "XDG_STATE_HOME=" + filepath.Join(home, ".local", "state"),
		"TMPDIR=" + home, "TMP=" + home, "TEMP=" + home, "TERM=dumb", "NO_COLOR=1",
		"TELEMETRYGEN_COMMANDS=" + answer,
	}
	for _, name := range []string{"SystemRoot", "LD_LIBRARY_PATH", "LANG"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// withoutPlugins removes from PATH the folders with a plugin of the CLI: a program whose
// name begins with the CLI's name, as git-lfs does for git. A CLI that makes a command of
// each plugin would list those of this machine.
func withoutPlugins(path, name string) string {
	return strings.Join(slices.DeleteFunc(filepath.SplitList(path), func(dir string) bool {
		entries, _ := os.ReadDir(dir)
		return slices.ContainsFunc(entries, func(e os.DirEntry) bool { return strings.HasPrefix(e.Name(), name+"-") })
	}), string(os.PathListSeparator))
}

// controls matches escape sequences, which colour a terminal's text or move its cursor.
var controls = regexp.MustCompile(`\x1b\[[0-?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f]`)

// most is how many bytes of an output are shown.
const most = 4 << 10

// An output keeps the beginning of what is written to it: a CLI may print without limit.
type output []byte

func (o *output) Write(p []byte) (int, error) {
	*o = append(*o, p[:min(len(p), most+1-len(*o))]...)
	return len(p), nil
}

// cut returns the first lines of an output as plain text.
func cut(out []byte, lines int) string {
	if len(out) > most {
		out = append(bytes.ToValidUTF8(out[:most], nil), "..."...)
	}
	all := bytes.SplitN(bytes.TrimSpace(controls.ReplaceAll(out, nil)), []byte("\n"), lines+1)
	if len(all) > lines {
		all[lines] = []byte("...")
	}
	return string(bytes.Join(all, []byte("\n")))
}

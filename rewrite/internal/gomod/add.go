// Package gomod lets a module import what the runtime package needs, changing
// nothing else: no go or toolchain line, no other version, and it knows the
// way back to the byte.
package gomod

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/transaction"
)

// Env is the module to work on.
type Env struct {
	Dir     string   // module root, where go.mod is
	Loggers []string // modules of the build that the runtime package sets a hook of, though the CLI may not import them
}

// needed are the modules that the runtime package imports, with the version to
// require where the module's build has none yet.
var needed = []module.Version{
	{Path: "github.com/google/uuid", Version: "v1.6.0"},
	{Path: "github.com/spf13/cobra", Version: ""}, // a cobra CLI always has one
	{Path: "gopkg.in/yaml.v3", Version: "v3.0.1"},
}

// sums are the go.sum lines of the versions above, so that they can be added
// without a network. The last two are a dependency of yaml.v3's tests: go.mod
// files before 1.17 need it for the module graph, and go mod tidy adds it.
var sums = map[string][]string{
	"github.com/google/uuid": {
		"github.com/google/uuid v1.6.0 h1:NIvaJDMOsjHA8n1jAhLSgzrAzy1Hgr+hNrb57e+94F0=",
		"github.com/google/uuid v1.6.0/go.mod h1:TIyPZe4MgqvfeYDBFedMoGGpEw/LqOeaOT+nhxU+yHo=",
	},
	"gopkg.in/yaml.v3": {
		"gopkg.in/yaml.v3 v3.0.1 h1:fxVm/GzAzEWqLHuvctI91KS9hhNmmWOoWu0XTYJS7CA=",
		"gopkg.in/yaml.v3 v3.0.1/go.mod h1:K4uyk7z7BCEPqu6E+C64Yfv1cQ7kz7rIZviUmN+EgEM=",
		"gopkg.in/check.v1 v0.0.0-20161208181325-20d25e280405 h1:yhCVgyC4o1eVCa2tZl7eS0r+SDo693bJlVdllGtEeKM=",
		"gopkg.in/check.v1 v0.0.0-20161208181325-20d25e280405/go.mod h1:Co6ibVJAznAaIkqp8huTwlJQCZ016jof/cbN4VW5Yz0=",
	},
}

// Add returns the changes to go.mod, go.sum and vendor/ that let a package of
// the module import what the runtime needs, and the record that Remove takes
// them back by. Nothing is written. A version that the module's build already
// has is kept. It runs the go command, without a network where all is known.
func Add(ctx context.Context, env Env) (changes []transaction.Change, undo Undo, err error) {
	name := filepath.Join(env.Dir, "go.mod")
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, undo, err
	}
	f, err := modfile.Parse(name, data, nil)
	if err != nil {
		return nil, undo, err
	}
	var added []module.Version
	wanted := slices.Clone(needed)
	for _, path := range env.Loggers {
		wanted = append(wanted, module.Version{Path: path})
	}
	for _, m := range wanted {
		if m.Path == modfile.ModulePath(data) {
			continue
		}
		r := requirement(f, m.Path)
		if r != nil && !r.Indirect {
			continue
		}
		if r != nil {
			m.Version = r.Mod.Version
			undo.Direct = append(undo.Direct, m.Path)
		} else {
			if selected := selectedVersion(ctx, env, m.Path); selected != "" {
				m.Version = selected
			}
			if m.Version == "" {
				return nil, undo, fmt.Errorf("%s: no version of %s in the build list", name, m.Path)
			}
			undo.Added = append(undo.Added, m.Path)
		}
		added = append(added, m)
	}
	if len(added) == 0 {
		return nil, undo, nil
	}
	edited, err := required(name, data, added, nil)
	if err != nil {
		return nil, undo, err
	}
	vendored := isVendored(env, f)
	sumChange, tests, err := addSums(ctx, env, edited, added, vendored, &undo)
	if err != nil {
		return nil, undo, err
	}
	if len(tests) > 0 && !vendored {
		if edited, err = required(name, data, added, tests); err != nil {
			return nil, undo, err
		}
	}
	changes = append(changes, transaction.Change{Name: name, Old: data, New: edited})
	undo.GoMod = []revision{inverse(edited, data)}
	changes = append(changes, sumChange...)
	if vendored {
		more, err := addVendor(ctx, env, added, &undo)
		if err != nil {
			return nil, undo, err
		}
		changes = append(changes, more...)
	}
	return changes, undo, nil
}

func requirement(f *modfile.File, path string) *modfile.Require {
	for _, r := range f.Require {
		if r.Mod.Path == path {
			return r
		}
	}
	return nil
}

// required adds or makes direct some requirements, where go mod tidy would
// have them. Those of tests are added as indirect ones.
func required(name string, data []byte, added, tests []module.Version) ([]byte, error) {
	return rewritten(name, data, func(f *modfile.File) error {
		list := copied(f.Require)
		for _, m := range tests {
			list = append(list, &modfile.Require{Mod: m, Indirect: true})
		}
		for _, m := range added {
			i := slices.IndexFunc(list, func(r *modfile.Require) bool { return r.Mod.Path == m.Path })
			if i < 0 {
				list = append(list, &modfile.Require{Mod: m})
			} else {
				list[i].Indirect = false
			}
		}
		if f.Go != nil && semver.Compare("v"+f.Go.Version, "v1.17") >= 0 {
			f.SetRequireSeparateIndirect(list)
		} else {
			f.SetRequire(list)
		}
		f.Cleanup()
		f.SortBlocks()
		return nil
	})
}

// rewritten is go.mod after a change. Line ends stay what they were.
func rewritten(name string, data []byte, change func(f *modfile.File) error) ([]byte, error) {
	f, err := modfile.Parse(name, bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")), nil)
	if err != nil {
		return nil, err
	}
	if err := change(f); err != nil {
		return nil, err
	}
	f.Cleanup()
	out, err := f.Format()
	if bytes.Contains(data, []byte("\r\n")) {
		out = bytes.ReplaceAll(out, []byte("\n"), []byte("\r\n"))
	}
	return out, err
}

// copied are requirements that can be changed before a file is told of them.
func copied(list []*modfile.Require) (copies []*modfile.Require) {
	for _, r := range list {
		c := *r
		copies = append(copies, &c)
	}
	return copies
}

// selectedVersion is the version of a module in the build list, "" when the
// build has none.
func selectedVersion(ctx context.Context, env Env, path string) string {
	if data, err := os.ReadFile(filepath.Join(env.Dir, "vendor", "modules.txt")); err == nil {
		for _, line := range strings.Split(string(data), "\n") {
			if fields := strings.Fields(line); len(fields) >= 3 && fields[0] == "#" && fields[1] == path {
				return fields[2]
			}
		}
		return ""
	}
	out, err := goCommand(ctx, env.Dir, []string{"list", "-mod=readonly", "-m", "-f", "{{.Version}}", path})
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// goCommand runs the go command without letting it write to the module.
func goCommand(ctx context.Context, dir string, args []string, env ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = slices.Concat(os.Environ(), []string{"GOFLAGS="}, env)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, bytes.TrimSpace(stderr.Bytes()))
	}
	return out, nil
}

// addSums completes go.sum, as go mod tidy does, and returns what that requires in
// go.mod for tests. In a vendored module the go command does not look at go.sum, so
// what is not known without a network is left to go mod tidy.
func addSums(ctx context.Context, env Env, goMod []byte, added []module.Version, vendored bool, undo *Undo) (changes []transaction.Change, tests []module.Version, err error) {
	name := filepath.Join(env.Dir, "go.sum")
	data, err := os.ReadFile(name)
	existed := err == nil
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, err
	}
	eol := "\n"
	if bytes.Contains(data, []byte("\r\n")) {
		eol = "\r\n"
	}
	lines := strings.Split(strings.TrimSuffix(string(data), eol), eol)
	if len(data) == 0 {
		lines = nil
	}
	var needed []string
	for _, m := range added {
		known, err := sumLines(ctx, m, lines)
		if err != nil {
			if vendored {
				continue
			}
			return nil, nil, err
		}
		needed = append(needed, known...)
	}
	needed, tests = withTests(ctx, env, goMod, added, lines, needed)
	for _, line := range needed {
		if slices.Contains(lines, line) {
			continue
		}
		at := sort.Search(len(lines), func(i int) bool { return sumLess(line, lines[i]) })
		lines = slices.Insert(lines, at, line)
		undo.GoSum = append(undo.GoSum, sumKey(line))
	}
	if len(undo.GoSum) == 0 {
		return nil, tests, nil
	}
	change := transaction.Change{Name: name, New: []byte(strings.Join(lines, eol) + eol), Mode: 0o644}
	if existed {
		change.Old = append([]byte{}, data...)
		undo.GoSumOpen = len(data) > 0 && !bytes.HasSuffix(data, []byte(eol))
	} else {
		undo.GoSumNew = true
	}
	return []transaction.Change{change}, tests, nil
}

// withTests returns the needed go.sum lines and those that go mod tidy adds, for
// the tests of what the module comes to import, and the modules that it requires for
// them. Such a test may use a module in another version than the one that sums has,
// or one that is pruned from the module graph. Without a network, or where a test
// needs a newer Go than the module asks for, these are left to go mod tidy.
func withTests(ctx context.Context, env Env, goMod []byte, added []module.Version, have, needed []string) (lines []string, required []module.Version) {
	dir, err := os.MkdirTemp("", "telemetrygen")
	if err != nil {
		return needed, nil
	}
	defer os.RemoveAll(dir)
	file, sums := filepath.Join(dir, "go.mod"), filepath.Join(dir, "go.sum")
	if os.WriteFile(file, goMod, 0o600) != nil || os.WriteFile(sums, []byte(strings.Join(slices.Concat(have, needed), "\n")+"\n"), 0o600) != nil {
		return needed, nil
	}
	args := []string{"list", "-mod=mod", "-modfile=" + file, "-test", "-deps", "-f", "{{with .Module}}{{.Path}} {{.Version}}{{end}}"}
	for _, m := range added {
		args = append(args, m.Path)
	}
	out, err := goCommand(ctx, env.Dir, args, "GOWORK=off") // a workspace has no -modfile
	if err != nil {
		return needed, nil
	}
	all, err := os.ReadFile(sums)
	if err != nil {
		return needed, nil
	}
	tidy, err := os.ReadFile(file)
	if err != nil {
		return needed, nil
	}
	was, err := modfile.ParseLax(file, goMod, nil)
	if err != nil {
		return needed, nil
	}
	is, err := modfile.ParseLax(file, tidy, nil)
	if err != nil {
		return needed, nil
	}
	if is.Go != nil && was.Go != nil && is.Go.Version != was.Go.Version {
		return needed, nil
	}
	for _, r := range is.Require {
		if r.Indirect && requirement(was, r.Mod.Path) == nil {
			required = append(required, r.Mod)
		}
	}
	built := strings.Split(string(out), "\n")
	lines = slices.DeleteFunc(strings.Split(strings.TrimSpace(string(all)), "\n"), func(line string) bool {
		key := sumKey(line)
		return slices.Contains(needed, line) && !strings.HasSuffix(key, "/go.mod") && !slices.Contains(built, key)
	})
	return lines, required
}

// sumKey is a go.sum line without its hash: "path version" or "path version/go.mod".
func sumKey(line string) string {
	key, _, _ := strings.Cut(strings.TrimRight(line, "\r\n"), " h1:")
	return key
}

// sumLines returns the go.sum lines of a module version: those that ship with
// telemetrygen, or what the go command downloads and checks.
func sumLines(ctx context.Context, m module.Version, have []string) ([]string, error) {
	if own := sums[m.Path]; len(own) > 0 && strings.HasPrefix(own[0], m.Path+" "+m.Version+" ") {
		return own, nil
	}
	for _, line := range have {
		if strings.HasPrefix(line, m.Path+" "+m.Version+" h1:") {
			return nil, nil
		}
	}
	info, err := download(ctx, m)
	if err != nil {
		return nil, err
	}
	return []string{
		fmt.Sprintf("%s %s %s", m.Path, m.Version, info.Sum),
		fmt.Sprintf("%s %s/go.mod %s", m.Path, m.Version, info.GoModSum),
	}, nil
}

// sumLess orders go.sum lines as the go command does: by path, by version, a
// module's content before its go.mod.
func sumLess(a, b string) bool {
	fa, fb := strings.Fields(a), strings.Fields(b)
	if len(fa) < 2 || len(fb) < 2 || fa[0] != fb[0] {
		return a < b
	}
	va, suffixA, _ := strings.Cut(fa[1], "/")
	vb, suffixB, _ := strings.Cut(fb[1], "/")
	if c := semver.Compare(va, vb); c != 0 {
		return c < 0
	}
	return suffixA < suffixB
}

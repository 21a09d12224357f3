// Package gomod adds to a module what the runtime package imports, and nothing else: the
// go and toolchain lines and other versions stay. It can undo that byte for byte.
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
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/transaction"
)

// needed are the modules that the runtime package imports, with the version to require if
// the module's build has none.
var needed = []module.Version{
	{Path: "github.com/google/uuid", Version: "v1.6.0"},
	{Path: "github.com/spf13/cobra", Version: ""}, // a cobra CLI always has one
	{Path: "gopkg.in/yaml.v3", Version: "v3.0.1"},
}

// Add returns the changes to go.mod, go.sum and vendor/ that let the module in dir import
// what the runtime package needs, and the record by which Remove undoes them. Loggers are
// modules of the build whose exit hook the runtime package sets; go.mod may lack them.
// Versions that the build has are kept. Add writes nothing. It runs the go command, which
// needs a network only for modules that are not in the module cache.
func Add(ctx context.Context, dir string, loggers []string) (changes []transaction.Change, undo Undo, err error) {
	name := filepath.Join(dir, "go.mod")
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, undo, err
	}
	f, err := modfile.Parse(name, data, nil)
	if err != nil {
		return nil, undo, err
	}
	wanted := slices.Clone(needed)
	for _, path := range loggers {
		wanted = append(wanted, module.Version{Path: path})
	}
	var added []module.Version
	for _, m := range wanted {
		at := indexOf(f.Require, m.Path)
		switch {
		case m.Path == modfile.ModulePath(data), at >= 0 && !f.Require[at].Indirect:
			continue
		case at >= 0:
			m = f.Require[at].Mod
			undo.Direct = append(undo.Direct, m.Path)
		default:
			if out, err := goCommand(ctx, dir, []string{"list", "-m", "-f", "{{.Version}}", m.Path}); err == nil {
				m.Version = strings.TrimSpace(string(out))
			}
			if m.Version == "" {
				return nil, undo, fmt.Errorf("%s: no version of %s in the build list", name, m.Path)
			}
			if slices.ContainsFunc(f.Exclude, func(e *modfile.Exclude) bool { return e.Mod == m }) {
				return nil, undo, fmt.Errorf("%s excludes %s, which the runtime needs: require another version first, with `go get %s@VERSION`", name, m, m.Path)
			}
			undo.Added = append(undo.Added, m.Path)
		}
		added = append(added, m)
	}
	if len(added) == 0 {
		return nil, undo, nil
	}
	direct, err := required(name, data, added, nil)
	if err != nil {
		return nil, undo, err
	}
	scratch, err := os.MkdirTemp("", "telemetrygen")
	if err != nil {
		return nil, undo, err
	}
	defer os.RemoveAll(scratch)
	root := vendoring(ctx, dir)
	sums, tests, err := addSums(ctx, dir, root, scratch, direct, added, &undo)
	if err != nil {
		return nil, undo, err
	}
	vendored, err := addVendor(ctx, dir, root, scratch, f.Replace, added, &undo)
	if err != nil {
		return nil, undo, err
	}
	all, err := required(name, data, added, tests)
	undo.GoMod = []revision{inverse(all, data)}
	return slices.Concat(transaction.Replaced(name, data, all), sums, vendored), undo, err
}

// edited returns the change of a text file, none if the file does not exist.
func edited(name string, change func(text string) (string, error)) ([]transaction.Change, error) {
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	out, err := withLF(data, change)
	return transaction.Replaced(name, data, out), err
}

func indexOf(list []*modfile.Require, path string) int {
	return slices.IndexFunc(list, func(r *modfile.Require) bool { return r.Mod.Path == path })
}

// required returns go.mod with some requirements, and with indirect ones for tests.
func required(name string, data []byte, added, tests []module.Version) ([]byte, error) {
	return rewritten(name, data, func(list []*modfile.Require) []*modfile.Require {
		for _, m := range added {
			if at := indexOf(list, m.Path); at >= 0 {
				list[at].Indirect = false
			} else {
				list = append(list, &modfile.Require{Mod: m})
			}
		}
		for _, m := range tests {
			list = append(list, &modfile.Require{Mod: m, Indirect: true})
		}
		return list
	})
}

// rewritten returns go.mod with changed requirements, each where go mod tidy puts it.
func rewritten(name string, data []byte, change func(list []*modfile.Require) []*modfile.Require) ([]byte, error) {
	return withLF(data, func(text string) (string, error) {
		f, err := modfile.Parse(name, []byte(text), nil)
		if err != nil {
			return "", err
		}
		var list []*modfile.Require // copies: f compares them with its own
		for _, r := range f.Require {
			c := *r
			list = append(list, &c)
		}
		f.SetRequireSeparateIndirect(change(list))
		f.Cleanup()
		out, err := f.Format()
		return string(out), err
	})
}

// withLF changes a text as if its lines ended in \n. It keeps their real ends.
func withLF(data []byte, change func(text string) (string, error)) ([]byte, error) {
	text := string(data)
	out, err := change(strings.ReplaceAll(text, "\r\n", "\n"))
	if strings.Contains(text, "\r\n") {
		out = strings.ReplaceAll(out, "\n", "\r\n")
	}
	return []byte(out), err
}

// goCommand runs the go command without the flags of GOFLAGS, such as -mod=mod, which would
// let it write to the module.
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

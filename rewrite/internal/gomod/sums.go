package gomod

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/transaction"
)

// known has the go.sum lines of the versions in needed, so that they can be added without
// a network. Those of check.v1 are for a dependency of yaml.v3's tests: a go.mod before
// 1.17 needs it for the module graph, and go mod tidy adds it.
var known = map[module.Version][]string{
	{Path: "github.com/google/uuid", Version: "v1.6.0"}: {
		"github.com/google/uuid v1.6.0 h1:NIvaJDMOsjHA8n1jAhLSgzrAzy1Hgr+hNrb57e+94F0=",
		"github.com/google/uuid v1.6.0/go.mod h1:TIyPZe4MgqvfeYDBFedMoGGpEw/LqOeaOT+nhxU+yHo=",
	},
	{Path: "gopkg.in/yaml.v3", Version: "v3.0.1"}: {
		"gopkg.in/yaml.v3 v3.0.1 h1:fxVm/GzAzEWqLHuvctI91KS9hhNmmWOoWu0XTYJS7CA=",
		"gopkg.in/yaml.v3 v3.0.1/go.mod h1:K4uyk7z7BCEPqu6E+C64Yfv1cQ7kz7rIZviUmN+EgEM=",
		"gopkg.in/check.v1 v0.0.0-20161208181325-20d25e280405 h1:yhCVgyC4o1eVCa2tZl7eS0r+SDo693bJlVdllGtEeKM=",
		"gopkg.in/check.v1 v0.0.0-20161208181325-20d25e280405/go.mod h1:Co6ibVJAznAaIkqp8huTwlJQCZ016jof/cbN4VW5Yz0=",
	},
}

// addSums completes go.sum as go mod tidy does, also for the tests of the added modules,
// and returns what go.mod requires for these tests. They are left to go mod tidy if they
// cannot be resolved, without a network or in a workspace whose modules find each other only
// there, and if one needs a newer Go than the module. In a vendored module go.sum is left
// alone if it cannot be completed: the go command does not read it there.
func addSums(ctx context.Context, dir, root, scratch string, goMod []byte, added []module.Version, undo *Undo) (changes []transaction.Change, tests []module.Version, err error) {
	name := filepath.Join(dir, "go.sum")
	data, err := os.ReadFile(name)
	undo.GoSumNew = errors.Is(err, fs.ErrNotExist)
	if err != nil && !undo.GoSumNew {
		return nil, nil, err
	}
	_, err = os.Stat(vendorList(root))
	vendored := err == nil
	out, err := withLF(data, func(text string) (string, error) {
		lines := strings.Split(text, "\n")
		all, err := completed(ctx, dir, scratch, goMod, lines, added, "-test")
		if err == nil && !vendored {
			tests, err = requiredIn(scratch, goMod)
		}
		if err != nil {
			all, err = completed(ctx, dir, scratch, minimal(added), lines, added)
		}
		next := "" // the line after the one at hand
		for _, line := range slices.Backward(all) {
			if !slices.Contains(lines, line) {
				undo.GoSum = append(undo.GoSum, sumKey(line))
				at := slices.Index(lines, next)
				if at < 0 {
					at = len(lines)
				}
				lines = slices.Insert(lines, at, line)
			}
			next = line
		}
		return strings.Join(lines, "\n"), err
	})
	if err != nil && vendored {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s cannot be completed: %w", name, err)
	}
	return transaction.Replaced(name, data, out), tests, nil
}

// requiredIn returns what the go command added to the scratch folder's go.mod, which was
// goMod. It is an error if that needs a newer Go.
func requiredIn(scratch string, goMod []byte) (list []module.Version, err error) {
	completed, unread := os.ReadFile(filepath.Join(scratch, "go.mod"))
	was, broken := modfile.Parse("go.mod", goMod, nil)
	is, err := modfile.Parse("go.mod", completed, nil)
	if err := errors.Join(unread, broken, err); err != nil {
		return nil, err
	}
	if is.Go != nil && was.Go != nil && is.Go.Version != was.Go.Version {
		return nil, fmt.Errorf("go %s is needed", is.Go.Version)
	}
	for _, r := range is.Require {
		if indexOf(was.Require, r.Mod.Path) < 0 {
			list = append(list, r.Mod)
		}
	}
	return list, nil
}

// minimal returns the go.mod of a module with some requirements.
func minimal(required []module.Version) []byte {
	text := "module scratch\n\ngo 1.17\n\n"
	for _, m := range required {
		text += fmt.Sprintf("require %s %s\n", m.Path, m.Version)
	}
	return []byte(text)
}

// completed returns the lines of go.sum, sorted, as the go command completes it for a go.mod
// and some packages. Both files are made in the scratch folder.
func completed(ctx context.Context, dir, scratch string, goMod []byte, have []string, added []module.Version, flags ...string) ([]string, error) {
	file, sums := filepath.Join(scratch, "go.mod"), filepath.Join(scratch, "go.sum")
	var ours []string
	for _, m := range added {
		ours = append(ours, known[m]...)
	}
	if err := os.WriteFile(file, goMod, 0o600); err != nil {
		return nil, err
	}
	if err := os.WriteFile(sums, []byte(strings.Join(slices.Concat(have, ours), "\n")+"\n"), 0o600); err != nil {
		return nil, err
	}
	args := append([]string{"list", "-mod=mod", "-modfile=" + file, "-deps", "-f", "{{with .Module}}{{.Path}} {{.Version}}{{end}}"}, flags...)
	for _, m := range added {
		args = append(args, m.Path)
	}
	out, err := goCommand(ctx, dir, args, "GOWORK=off") // a workspace has no -modfile
	if err != nil {
		return nil, err
	}
	built := strings.Split(string(out), "\n")
	all, err := os.ReadFile(sums)
	return slices.DeleteFunc(strings.Split(strings.TrimSpace(string(all)), "\n"), func(line string) bool {
		key := sumKey(line)
		return slices.Contains(ours, line) && !strings.HasSuffix(key, "/go.mod") && !slices.Contains(built, key)
	}), err
}

// sumKey returns a go.sum line without its hash: "path version" or "path version/go.mod".
func sumKey(line string) string {
	key, _, _ := strings.Cut(line, " h1:")
	return key
}

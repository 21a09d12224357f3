// Package load asks the go command for a CLI's main package and the packages that
// it reaches, and type-checks packages of its module on demand. Later stages only
// read what it loaded.
package load

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"go/version"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/mod/semver"
	"golang.org/x/tools/go/packages"
)

// Cobra is the import path of the library that a CLI must use.
const Cobra = "github.com/spf13/cobra"

// A Module is the CLI's own module as the go command sees it: the main package,
// everything it reaches inside the module, and the export data of everything else.
type Module struct {
	Path     string // module path
	Dir      string // folder of go.mod
	Main     *packages.Package
	Own      []*packages.Package // the module's packages that main reaches, sorted by path
	Siblings []string            // other modules of the workspace that main reaches
	All      map[string]*packages.Package
	Tags     string // all build tags, comma-separated
}

// IsOwn reports whether a package belongs to the CLI's module.
func (m *Module) IsOwn(path string) bool {
	p := m.All[path]
	return p != nil && p.Module != nil && p.Module.Path == m.Path
}

// Imports returns the packages that those of the module import, by import path.
func (m *Module) Imports() map[string]*packages.Package {
	all := map[string]*packages.Package{}
	for _, p := range m.Own {
		maps.Copy(all, p.Imports)
	}
	return all
}

// Holds reports whether an import path is one of the CLI's module, even if this build has
// no such package.
func (m *Module) Holds(path string) bool { return strings.HasPrefix(path+"/", m.Path+"/") }

// An Error lists everything that keeps a package from being loaded.
type Error struct{ Errors []string }

func (e *Error) Error() string {
	return "the package does not build; make `go build` succeed, then run telemetrygen again:\n" + e.List()
}

// List returns the first errors, one a line.
func (e *Error) List() string {
	const most = 10
	if len(e.Errors) <= most {
		return strings.Join(e.Errors, "\n")
	}
	return fmt.Sprintf("%s\n(and %d more)", strings.Join(e.Errors[:most], "\n"), len(e.Errors)-most)
}

// Load asks the go command for the main package named by pattern, seen from dir, with
// the tags that are asked for and those of GOFLAGS. A package may fail to load because of
// its instrumentation: the author's edit made an import unused, or a generated package was
// deleted. Then it is loaded again as strip leaves the files of the module in root. An error
// that stays has the position that it has on disk: the go command names temporary files.
func Load(ctx context.Context, dir, pattern, asked, root string, strip func(name string, src []byte) []byte) (*Module, error) {
	m, err := load(ctx, dir, pattern, asked, nil)
	var failed *Error
	if root == "" || !errors.As(err, &failed) {
		return m, err
	}
	overlay := map[string][]byte{}
	names, _ := GoFilesBelow(root) // the go command reports what cannot be read
	for _, name := range names {
		disk, err := os.ReadFile(name)
		if stripped := strip(name, disk); err == nil && len(stripped) != len(disk) {
			overlay[name] = stripped
		}
	}
	if len(overlay) == 0 {
		return m, err
	}
	m, err = load(ctx, dir, pattern, asked, overlay)
	var stays *Error
	if errors.As(err, &stays) {
		stays.Errors = withPositionsOf(failed.Errors, stays.Errors)
	}
	return m, err
}

var position = regexp.MustCompile(`^.*\.go:[0-9]+(:[0-9]+)?: `)

// withPositionsOf returns those of disk that say the same as one of stays, else stays.
func withPositionsOf(disk, stays []string) []string {
	both := slices.DeleteFunc(slices.Clone(disk), func(a string) bool {
		return !slices.ContainsFunc(stays, func(b string) bool { return position.ReplaceAllString(a, "") == position.ReplaceAllString(b, "") })
	})
	if len(both) == 0 {
		return stays
	}
	return both
}

func load(ctx context.Context, dir, pattern, asked string, overlay map[string][]byte) (*Module, error) {
	tags := sync.OnceValue(func() string { return Tags(ctx, dir, asked) })
	go tags()
	cfg := &packages.Config{
		Context: ctx,
		Dir:     dir,
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedDeps |
			packages.NeedModule | packages.NeedExportFile | packages.NeedEmbedFiles,
		Overlay: overlay,
	}
	if asked != "" {
		cfg.BuildFlags = []string{"-tags=" + tags()}
	}
	found, err := packages.Load(cfg, pattern)
	if err != nil {
		return nil, explainListFailure(dir, pattern, err)
	}
	m := &Module{All: map[string]*packages.Package{}, Tags: tags()}
	if m.Main, err = onlyMain(found, dir, pattern); err != nil {
		return nil, err
	}
	mod := m.Main.Module
	if mod == nil || mod.GoMod == "" {
		return nil, noModule(m.Main.Dir)
	}
	m.Path, m.Dir = mod.Path, mod.Dir

	if built := runtime.Version(); version.IsValid(built) && version.Compare(version.Lang("go"+mod.GoVersion), version.Lang(built)) > 0 {
		return nil, fmt.Errorf("%s says go %s, but this telemetrygen was built with %s, which cannot check such code: run it with `go run github.com/telemetrygen/telemetrygen/cmd/telemetrygen@latest`, or install it again with that Go", mod.GoMod, mod.GoVersion, built)
	}
	if mod.GoVersion != "" && version.Compare("go"+mod.GoVersion, "go1.17") < 0 {
		return nil, fmt.Errorf("the go version of %s is %s; the runtime needs 1.17 or later: raise it first, with `go mod tidy -go=1.17 -compat=1.17`", mod.GoMod, mod.GoVersion)
	}

	var failures []string
	siblings := map[string]bool{}
	packages.Visit(found, nil, func(p *packages.Package) {
		m.All[p.PkgPath] = p
		failures = append(failures, messages(p)...)
		switch {
		case p.Module == nil:
		case p.Module.Path == m.Path:
			m.Own = append(m.Own, p)
		case p.Module.Main:
			siblings[p.Module.Path+" ("+p.Module.Dir+")"] = true
		}
	})
	if len(failures) > 0 {
		return m, &Error{Dedup(failures)}
	}
	if cobra := m.All[Cobra]; cobra != nil && tooOld(cobra.Module) {
		return nil, fmt.Errorf("%s is older than v0.0.2, which the runtime needs: raise it first, with `go get %s@v1.0.0`", Cobra, Cobra)
	}
	m.Siblings = slices.Sorted(maps.Keys(siblings))
	slices.SortFunc(m.Own, func(a, b *packages.Package) int { return strings.Compare(a.PkgPath, b.PkgPath) })
	return m, nil
}

// tooOld reports whether a version of cobra lacks what the runtime uses. One that is replaced
// by a folder has no version.
func tooOld(cobra *packages.Module) bool {
	cobra = cmp.Or(cobra.Replace, cobra)
	return semver.IsValid(cobra.Version) && semver.Compare(cobra.Version, "v0.0.2") < 0
}

// messages returns a package's errors, line by line, without the line with which the go
// command names the package before the compiler's errors.
func messages(p *packages.Package) (list []string) {
	for _, e := range p.Errors {
		if e.Pos != "" && e.Pos != "-" {
			list = append(list, e.Error())
			continue
		}
		for line := range strings.Lines(e.Msg) {
			if line = strings.TrimRight(line, "\r\n"); line != "" && !strings.HasPrefix(line, "# ") {
				list = append(list, line)
			}
		}
	}
	return list
}

// onlyMain returns the main package that the pattern names. It is an error if there is none,
// or more than one.
func onlyMain(found []*packages.Package, dir, pattern string) (*packages.Package, error) {
	var mains, others, why []string
	var main *packages.Package
	for _, p := range found {
		why = append(why, messages(p)...)
		if p.Name == "main" {
			mains = append(mains, p.PkgPath)
			main = p
		} else if p.Name != "" {
			others = append(others, p.PkgPath)
		}
	}
	if len(mains) == 1 {
		return main, nil
	}
	var instead string
	switch _, err := os.Stat(filepath.Join(dir, pattern)); {
	case len(mains) > 1:
		instead = fmt.Sprintf("%s matches %d main packages", pattern, len(mains))
	case len(others) > 0:
		instead = others[0] + " is not a main package"
	case err != nil && strings.HasPrefix(pattern, ".") && !strings.Contains(pattern, "..."):
		instead = fmt.Sprintf("no Go package at %s: %v", pattern, err)
	case len(why) > 0 && strings.HasPrefix(why[0], "no Go files in "):
		instead = why[0]
	}
	if instead != "" {
		return nil, fmt.Errorf("%s; name the folder of the CLI's func main: telemetrygen %s", instead, cmp.Or(strings.Join(mainFolders(dir), ", or telemetrygen "), "./path/to/main"))
	}
	if len(why) > 0 {
		return nil, &Error{Dedup(why)}
	}
	if Root(dir) == "" {
		return nil, noModule(dir)
	}
	// go/packages does not return every error of the go command.
	list := exec.Command("go", "list", "--", pattern)
	list.Dir = dir
	var failed *exec.ExitError
	if _, err := list.Output(); errors.As(err, &failed) {
		return nil, fmt.Errorf("no Go package at %s: %s", pattern, bytes.TrimSpace(failed.Stderr))
	}
	return nil, fmt.Errorf("no Go package at %s", pattern)
}

// mainFolders returns the folders below dir with a main package, in the form ./path.
func mainFolders(dir string) (list []string) {
	find := exec.Command("go", "list", "-e", "-find", "-f", `{{if eq .Name "main"}}{{.Dir}}{{end}}`, "./...")
	find.Dir = dir
	out, _ := find.Output()
	for folder := range strings.FieldsFuncSeq(string(out), func(r rune) bool { return r == '\n' || r == '\r' }) {
		if folder, err := filepath.Rel(dir, folder); err == nil && folder != "." {
			list = append(list, "./"+filepath.ToSlash(folder))
		}
	}
	return list
}

func noModule(dir string) error {
	if absolute, err := filepath.Abs(dir); err == nil {
		dir = absolute
	}
	if root := Root(dir); root != "" {
		return fmt.Errorf("the go command did not use %s: name the folder of the CLI's func main, not its files, and do not set GO111MODULE=off", filepath.Join(root, "go.mod"))
	}
	return fmt.Errorf("%s is not in a Go module; run telemetrygen in the folder of the CLI's func main, or name it: telemetrygen -C FOLDER (a repository without a go.mod needs `go mod init` first)", dir)
}

func explainListFailure(dir, pattern string, err error) error {
	if text := err.Error(); strings.Contains(text, "go.mod file not found") || strings.Contains(text, "cannot find main module") {
		return noModule(dir)
	} else if strings.Contains(text, "-modfile") {
		return fmt.Errorf("telemetrygen edits go.mod: take -modfile out of GOFLAGS: %w", err)
	}
	return fmt.Errorf("loading %s: %w", pattern, err)
}

// Root returns dir or the nearest folder above it that has a go.mod, "" if there is none.
func Root(dir string) string {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
}

// Dedup returns the list without repetitions.
func Dedup(list []string) []string {
	var out []string
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

package load

import (
	"cmp"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/tools/go/packages"
)

// Sources are the Go files of a module, each read once: as it is on disk, and without
// instrumentation. Everything is decided by the stripped bytes. So a second run changes
// nothing, and a run after the author's edits adds only what they made necessary.
type Sources struct {
	dir   string
	strip func(relative string, src []byte) []byte

	files sync.Map // *Source by absolute name
}

// A Source is one file.
type Source struct {
	Name     string // absolute
	Disk     []byte
	Stripped []byte
}

// NewSources returns the sources of the module in dir. Strip removes the instrumentation.
func NewSources(dir string, strip func(relative string, src []byte) []byte) *Sources {
	return &Sources{dir: dir, strip: strip}
}

// Read returns a file, by its absolute name.
func (s *Sources) Read(name string) (*Source, error) {
	if f, ok := s.files.Load(name); ok {
		return f.(*Source), nil
	}
	disk, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	f, _ := s.files.LoadOrStore(name, &Source{Name: name, Disk: disk, Stripped: s.strip(s.Relative(name), disk)})
	return f.(*Source), nil
}

// Known returns a file by its name relative to the module, an empty one if it was not read.
func (s *Sources) Known(relative string) *Source {
	f, ok := s.files.Load(filepath.Join(s.dir, filepath.FromSlash(relative)))
	if !ok {
		return &Source{}
	}
	return f.(*Source)
}

// All lists the files that were read, sorted by name.
func (s *Sources) All() []*Source {
	var list []*Source
	s.files.Range(func(_, f any) bool {
		list = append(list, f.(*Source))
		return true
	})
	slices.SortFunc(list, func(a, b *Source) int { return cmp.Compare(a.Name, b.Name) })
	return list
}

// Stripped returns the bytes of a file by its relative name, nil if it was not read.
func (s *Sources) Stripped(relative string) []byte { return s.Known(relative).Stripped }

// OnDisk returns the bytes of a file as it is, by its relative name, nil if it was not read.
func (s *Sources) OnDisk(relative string) []byte { return s.Known(relative).Disk }

// Relative returns a file's name as reports have it: relative to the module's root, with
// slashes.
func (s *Sources) Relative(name string) string {
	if rel, err := filepath.Rel(s.dir, name); err == nil && !strings.HasPrefix(rel, "..") {
		return filepath.ToSlash(rel)
	}
	return filepath.ToSlash(name)
}

// Texts returns the contents of files of a package: without instrumentation for a package of
// the module, as on disk for a dependency.
func (g *Program) Texts(p *packages.Package, names []string) iter.Seq[[]byte] {
	return func(yield func(text []byte) bool) {
		for _, name := range names {
			var text []byte
			if g.IsOwn(p.PkgPath) {
				text = g.text(name)
			} else {
				text, _ = os.ReadFile(name)
			}
			if !yield(text) {
				return
			}
		}
	}
}

// LeftOut returns the Go files of a package, without tests, that this machine's build leaves out.
func LeftOut(p *packages.Package) []string {
	return slices.DeleteFunc(slices.Clone(p.IgnoredFiles), func(name string) bool {
		return !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go")
	})
}

// GoFiles returns the Go files of a folder, including tests, sorted.
func GoFiles(dir string) (names []string) {
	found, _ := fs.Glob(os.DirFS(dir), "*.go") // filepath.Glob would interpret a bracket in dir
	for _, name := range found {
		names = append(names, filepath.Join(dir, name))
	}
	return names
}

// GoFilesBelow returns the Go files of a module, also those that are symbolic links, without
// nested modules and vendor/.
func GoFilesBelow(root string) (names []string, err error) {
	root += string(filepath.Separator) // the root may be a link
	err = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && name != root {
			_, noModule := os.Stat(filepath.Join(name, "go.mod"))
			if slices.Contains([]string{"vendor", ".git", "node_modules"}, d.Name()) || noModule == nil {
				return filepath.SkipDir
			}
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() { // not a folder or a broken link
			names = append(names, name)
		}
		return nil
	})
	return names, err
}

package wire

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"
)

// An AllowList has the paths that are counted under their own names. A nil list lists no app.
type AllowList struct {
	paths map[string]bool
	apps  map[string]bool
}

// exitCodesFile is the name of the file that telemetrygen generates beside a list.
const exitCodesFile = "exitcodes.txt"

// ReadAllowList reads the lists that telemetrygen generates (commands.txt), from files and
// from folders with such files anywhere below them. In a folder all of a kind lie side by side,
// so any name that ends in .txt is one of a list. Lists of several CLIs, or of several
// releases of one, are merged. Without names it returns nil.
func ReadAllowList(names []string) (*AllowList, error) {
	if len(names) == 0 {
		return nil, nil
	}
	list := &AllowList{}
	for _, name := range names {
		files, err := listFiles(name)
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			commands, err := ParseCommands(data)
			if err != nil {
				return nil, fmt.Errorf("%s:%w", file, err)
			}
			if len(commands) == 0 { // the file may be being written
				return nil, fmt.Errorf("%s lists no command", file)
			}
			list.Add(commands)
		}
	}
	if len(list.paths) == 0 {
		return nil, fmt.Errorf("no list of commands is in %s: a file whose name ends in .txt", strings.Join(names, ", "))
	}
	return list, nil
}

// listFiles returns a file itself, or the lists below a folder.
func listFiles(name string) (files []string, err error) {
	info, err := os.Stat(name)
	if err != nil || !info.IsDir() {
		return []string{name}, err
	}
	return listsBelow(name, map[string]bool{})
}

// listsBelow returns the lists in a folder and below it. It follows links, which Kubernetes
// and deployments that swap releases use, and reads each folder once.
func listsBelow(folder string, seen map[string]bool) (files []string, err error) {
	real, err := filepath.EvalSymlinks(folder)
	if err != nil || seen[real] {
		return nil, err
	}
	seen[real] = true
	entries, err := os.ReadDir(real)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		path := filepath.Join(folder, entry.Name())
		below := entry.IsDir()
		if entry.Type()&fs.ModeSymlink != 0 {
			info, err := os.Stat(path)
			below = err == nil && info.IsDir()
		}
		switch {
		case below:
			more, err := listsBelow(path, seen)
			if err != nil {
				return nil, err
			}
			files = append(files, more...)
		case filepath.Ext(path) == ".txt" && entry.Name() != exitCodesFile && entry.Name()[0] != '.': // editors and archives leave hidden ones
			files = append(files, path)
		}
	}
	return files, nil
}

// Add adds commands to the list.
func (l *AllowList) Add(commands []Command) {
	if l.paths == nil {
		l.paths, l.apps = map[string]bool{}, map[string]bool{}
	}
	for _, one := range commands {
		app, _, _ := strings.Cut(one.Path, " ")
		l.paths[one.Path], l.apps[app] = true, true
	}
}

// Has reports whether commands of an app are listed.
func (l *AllowList) Has(app string) bool { return l != nil && l.apps[app] }

// Lists reports whether a path itself is listed.
func (l *AllowList) Lists(path string) bool { return l != nil && l.paths[path] }

// Under returns the path that an unlisted one counts under: its nearest listed parent, or
// else the app, followed by Unlisted.
func Under(path string, listed func(string) bool) string {
	parent := strings.TrimSuffix(path, " "+Unlisted)
	if parent == path || !listed(parent) {
		for {
			cut := strings.LastIndexByte(parent, ' ')
			if cut < 0 {
				break
			}
			if parent = parent[:cut]; listed(parent) {
				break
			}
		}
	}
	return parent + " " + Unlisted
}

// ASCII reports whether a text has no other characters. Letters of other scripts
// can look like these, so that a stranger's "p\u0430ce" would pass for "pace".
func ASCII(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) < 0
}

// Admit refuses a report of an app that is not listed. It sets Under of the counters whose
// commands are not listed to their nearest listed parent. Without a list all names in ASCII
// count as listed.
func (l *AllowList) Admit(r *Report) error {
	if len(r.Counters) == 0 {
		return nil
	}
	listed := l.Lists
	switch {
	case l == nil && !ASCII(r.App):
		return errors.New("a CLI whose name is not in ASCII has to be listed (--commands)")
	case l == nil:
		listed = ASCII
	case !l.Has(r.App):
		return fmt.Errorf("no CLI named %q reports here", r.App)
	}
	for i, counter := range r.Counters {
		if !listed(counter.Path) {
			r.Counters[i].Under = Under(counter.Path, listed)
		}
	}
	return nil
}

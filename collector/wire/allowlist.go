package wire

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strings"
)

// An AllowList holds the paths that may be reported. A nil list allows all.
type AllowList struct {
	paths map[string]bool
	apps  map[string]bool
}

// ReadAllowList reads the lists that telemetrygen generates (commands.txt: one
// path on a line). Lists of several CLIs, and of several releases of one, add up.
// Without a file there is no list, which allows all.
func ReadAllowList(files []string) (*AllowList, error) {
	if len(files) == 0 {
		return nil, nil
	}
	list := &AllowList{paths: map[string]bool{}, apps: map[string]bool{}}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		lines := bufio.NewScanner(bytes.NewReader(data))
		for n := 1; lines.Scan(); n++ {
			path := lines.Text()
			if path == "" {
				continue
			}
			app, err := checkPath(path)
			if err != nil {
				return nil, fmt.Errorf("%s:%d: %w", file, n, err)
			}
			list.paths[path], list.apps[app] = true, true
		}
		if err := lines.Err(); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	if len(list.paths) == 0 {
		return nil, fmt.Errorf("no command is listed in %s", strings.Join(files, ", "))
	}
	return list, nil
}

// Check says which path of a report is not allowed. What the CLI counts under
// the nearest listed command is allowed where that command is.
func (l *AllowList) Check(r Report) error {
	if l == nil {
		return nil
	}
	for _, counter := range r.Counters {
		if path := strings.TrimSuffix(counter.Path, " "+Unlisted); !l.paths[path] {
			if !l.apps[r.App] {
				return fmt.Errorf("no CLI named %q reports here", r.App)
			}
			return fmt.Errorf("%q is not a command of %s that is listed here", counter.Path, r.App)
		}
	}
	return nil
}

package commands

import (
	"bytes"
	"fmt"
	"slices"
	"sort"
	"strings"
)

// Text is the content of commands.txt: every path on a line, sorted by bytes.
func Text(paths []string) []byte {
	if len(paths) == 0 {
		return nil
	}
	return []byte(strings.Join(paths, "\n") + "\n")
}

// Parse reads what Text wrote, and fails on anything that is no list of paths.
func Parse(data []byte) ([]string, error) {
	var paths []string
	for i, line := range bytes.Split(bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")), []byte("\n")) {
		path := string(line)
		if path == "" {
			continue
		}
		if strings.Join(strings.Fields(path), " ") != path {
			return nil, fmt.Errorf("line %d, %q, is no command path", i+1, path)
		}
		paths = append(paths, path)
	}
	sort.Strings(paths)
	return slices.Compact(paths), nil // two children may have one name
}

// Diff returns the commands that the list lacks, and those that only it has.
func Diff(listed, actual []string) (missing, gone []string) {
	in := func(list []string, s string) bool {
		i := sort.SearchStrings(list, s)
		return i < len(list) && list[i] == s
	}
	for _, path := range actual {
		if !in(listed, path) {
			missing = append(missing, path)
		}
	}
	for _, path := range listed {
		if !in(actual, path) {
			gone = append(gone, path)
		}
	}
	return missing, gone
}

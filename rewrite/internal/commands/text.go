package commands

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// A Command is one command that can be recorded.
type Command struct {
	Path       string `json:"path"` // names of commands, separated by single spaces
	Hidden     bool   `json:"hidden,omitempty"`
	Deprecated bool   `json:"deprecated,omitempty"`
}

// Text is the content of commands.txt: one path a line, sorted by bytes. A TAB
// ends the path where words about the command follow.
func Text(list []Command) []byte {
	var b bytes.Buffer
	for _, c := range list {
		var words []string
		if c.Hidden {
			words = append(words, "hidden")
		}
		if c.Deprecated {
			words = append(words, "deprecated")
		}
		b.WriteString(c.Path)
		if len(words) > 0 {
			b.WriteString("\t" + strings.Join(words, ","))
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// ExitCodes is the content of exitcodes.txt, a status and its names a line; nil
// where no status has a name.
func ExitCodes(codes []plan.ExitCode) []byte {
	var b bytes.Buffer
	for _, c := range codes {
		fmt.Fprintf(&b, "%d %s\n", c.Status, strings.Join(c.Names, " "))
	}
	return b.Bytes()
}

// Parse reads what Text wrote, and fails on anything that is no list of paths.
func Parse(data []byte) ([]Command, error) {
	var list []Command
	for i, line := range strings.Split(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n") {
		path, words, _ := strings.Cut(line, "\t")
		if line == "" {
			continue
		}
		if path == "" || strings.Join(strings.Fields(path), " ") != path {
			return nil, fmt.Errorf("line %d, %q, is no command path", i+1, line)
		}
		known := strings.Split(words, ",")
		list = append(list, Command{path, slices.Contains(known, "hidden"), slices.Contains(known, "deprecated")})
	}
	return Sorted(list), nil
}

// Sorted returns the list sorted by path, every path once: two children of one
// command may have the same name.
func Sorted(list []Command) []Command {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b Command) int { return cmp.Compare(a.Path, b.Path) })
	return slices.CompactFunc(list, func(a, b Command) bool { return a.Path == b.Path })
}

// Diff returns the commands that the list lacks, and those that only it has.
func Diff(listed, actual []Command) (missing, gone []string) {
	only := func(a, b []Command) (paths []string) {
		for _, c := range a {
			if _, found := slices.BinarySearchFunc(b, c.Path, func(c Command, path string) int { return cmp.Compare(c.Path, path) }); !found {
				paths = append(paths, c.Path)
			}
		}
		return paths
	}
	return only(actual, listed), only(listed, actual)
}

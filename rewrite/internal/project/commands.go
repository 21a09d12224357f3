package project

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// commandsText returns the content of commands.txt: one path a line, sorted by bytes. A TAB
// and words about the command may follow.
func commandsText(list []plan.Command) []byte {
	text := []byte{} // not nil: the file exists even without commands
	for _, c := range list {
		line := c.Path
		switch {
		case c.Hidden && c.Deprecated:
			line += "\thidden,deprecated"
		case c.Hidden:
			line += "\thidden"
		case c.Deprecated:
			line += "\tdeprecated"
		}
		text = append(text, line+"\n"...)
	}
	return text
}

// Sendable removes the commands whose paths a collector refuses by the rules of
// docs/protocol.md. Their runs are counted under the nearest command that it accepts, with
// "(unlisted)" as one more word.
func Sendable(list []plan.Command) (kept, refused []plan.Command) {
	for _, c := range list {
		unseen := func(r rune) bool {
			return r == unicode.ReplacementChar || !unicode.IsGraphic(r) || unicode.IsSpace(r) && r != ' '
		}
		if path := c.Path + " (unlisted)"; len(path) > 256 || strings.Count(path, " ") >= 12 || strings.ContainsFunc(path, unseen) {
			refused = append(refused, c)
		} else {
			kept = append(kept, c)
		}
	}
	return kept, refused
}

// Without removes the excluded command paths, and those below them, from a list of
// commands. Unknown are the excluded ones that the list did not have.
func Without(list []plan.Command, excluded []string) (kept []plan.Command, unknown []string) {
	below := func(path, prefix string) bool { return strings.HasPrefix(path+" ", prefix+" ") }
	kept = slices.DeleteFunc(slices.Clone(list), func(c plan.Command) bool {
		return slices.ContainsFunc(excluded, func(prefix string) bool { return below(c.Path, prefix) })
	})
	unknown = slices.DeleteFunc(slices.Clone(excluded), func(prefix string) bool {
		return slices.ContainsFunc(list, func(c plan.Command) bool { return below(c.Path, prefix) })
	})
	return kept, unknown
}

// exitCodesText returns the content of exitcodes.txt: a status and its names a line.
func exitCodesText(codes []plan.ExitCode) []byte {
	var b bytes.Buffer
	for _, c := range codes {
		fmt.Fprintf(&b, "%d %s\n", c.Status, strings.Join(c.Names, " "))
	}
	return b.Bytes()
}

// Listed returns the commands.txt of the last run, nil if there was none.
func (g Package) Listed() ([]plan.Command, error) {
	name := filepath.Join(g.Dir, CommandsFile)
	onDisk, _ := os.ReadFile(name)
	list, err := parseCommands(onDisk)
	if err != nil {
		return nil, fmt.Errorf("%s: %w; delete the file and run telemetrygen again", name, err)
	}
	return list, nil
}

// parseCommands reads what commandsText wrote. Anything else is an error.
func parseCommands(data []byte) ([]plan.Command, error) {
	var list []plan.Command
	for i, line := range strings.Split(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n") {
		path, words, _ := strings.Cut(line, "\t")
		if line == "" {
			continue
		}
		if path == "" || strings.Join(strings.Fields(path), " ") != path {
			return nil, fmt.Errorf("line %d, %q, is not a command path", i+1, line)
		}
		known := strings.Split(words, ",")
		list = append(list, plan.Command{Path: path, Hidden: slices.Contains(known, "hidden"), Deprecated: slices.Contains(known, "deprecated")})
	}
	return plan.Sorted(list), nil
}

// Diff returns the commands that the list lacks, and those that only it has.
func Diff(listed, actual []plan.Command) (missing, gone []string) {
	only := func(a, b []plan.Command) (paths []string) {
		for _, c := range a {
			if _, found := slices.BinarySearchFunc(b, c.Path, func(c plan.Command, path string) int { return cmp.Compare(c.Path, path) }); !found {
				paths = append(paths, c.Path)
			}
		}
		return paths
	}
	return only(actual, listed), only(listed, actual)
}

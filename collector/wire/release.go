package wire

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Command is a line of commands.txt.
type Command struct {
	Path               string
	Hidden, Deprecated bool
}

// An ExitCode is a line of exitcodes.txt: what the CLI's source calls a status.
type ExitCode struct {
	Code  int
	Names []string
}

// Bounds on the files of a release.
const (
	MaxCommands      = 20_000
	MaxCommandsFile  = 4 << 20 // bytes
	MaxExitCodesFile = 64 << 10
)

// ParseCommands reads a commands.txt as telemetrygen generates it: one path on a
// line, with the words hidden and deprecated after a tab. All are of one app.
// Errors begin with the number of the line.
func ParseCommands(data []byte) ([]Command, error) {
	if len(data) > MaxCommandsFile {
		return nil, fmt.Errorf("more than %d bytes", MaxCommandsFile)
	}
	var all []Command
	app := ""
	for n, line := range lines(data) {
		if len(all) == MaxCommands {
			return nil, fmt.Errorf("%d: more than %d commands", n, MaxCommands)
		}
		path, marks, _ := strings.Cut(line, "\t")
		first, err := checkPath(path)
		if err != nil {
			return nil, fmt.Errorf("%d: %w", n, err)
		}
		if app == "" {
			app = first
		}
		if app != first {
			return nil, fmt.Errorf("%d: commands of two apps, %q and %q", n, app, first)
		}
		one := Command{Path: path}
		for mark := range strings.SplitSeq(marks, ",") {
			one.Hidden = one.Hidden || mark == "hidden"
			one.Deprecated = one.Deprecated || mark == "deprecated"
		}
		all = append(all, one)
	}
	return all, nil
}

// ParseExitCodes reads an exitcodes.txt: a status, a space, and the names of the
// constants with that value. Errors begin with the number of the line.
func ParseExitCodes(data []byte) ([]ExitCode, error) {
	if len(data) > MaxExitCodesFile {
		return nil, fmt.Errorf("more than %d bytes", MaxExitCodesFile)
	}
	var all []ExitCode
	for n, line := range lines(data) {
		words := strings.Fields(line)
		code, err := strconv.Atoi(words[0])
		if err != nil || code < 0 || code > 255 || len(words) < 2 {
			return nil, fmt.Errorf("%d: %q is not a status from 0 to 255 and its names", n, line)
		}
		if !graphic(line) {
			return nil, fmt.Errorf("%d: a character that cannot be seen", n)
		}
		if slices.ContainsFunc(all, func(one ExitCode) bool { return one.Code == code }) {
			return nil, fmt.Errorf("%d: status %d is there twice", n, code)
		}
		all = append(all, ExitCode{code, words[1:]})
	}
	return all, nil
}

// lines yields the lines that are not empty, with their numbers.
func lines(data []byte) func(yield func(int, string) bool) {
	return func(yield func(int, string) bool) {
		n := 0
		for line := range bytes.Lines(data) {
			n++
			if text := string(bytes.TrimRight(line, "\r\n")); strings.TrimSpace(text) != "" && !yield(n, text) {
				return
			}
		}
	}
}

// FormatCommands writes a commands.txt.
func FormatCommands(all []Command) []byte {
	var b bytes.Buffer
	for _, one := range all {
		b.WriteString(one.Path)
		var marks []string
		if one.Hidden {
			marks = append(marks, "hidden")
		}
		if one.Deprecated {
			marks = append(marks, "deprecated")
		}
		if len(marks) > 0 {
			b.WriteString("\t" + strings.Join(marks, ","))
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// FormatExitCodes writes an exitcodes.txt.
func FormatExitCodes(all []ExitCode) []byte {
	b := []byte{}
	for _, one := range all {
		b = fmt.Appendf(b, "%d %s\n", one.Code, strings.Join(one.Names, " "))
	}
	return b
}

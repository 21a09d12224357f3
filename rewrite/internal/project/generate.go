package project

import (
	"go/build"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
)

// A GenerateLine is a //go:generate line that runs telemetrygen.
type GenerateLine struct {
	Dir  string   // folder of its file, where go generate runs it
	Args []string // the arguments of telemetrygen
}

var generateLine = regexp.MustCompile(`(?m)^//go:generate[ \t](.*telemetrygen.*)$`)

// GenerateLines returns the lines in the folder of a CLI's main package, and at the root
// of its module. It returns nil if the arguments of one are not known for certain.
func (at Location) GenerateLines() (lines []GenerateLine) {
	ctx := build.Default
	ctx.BuildTags = []string{"generate"} // as go generate has it
	for _, dir := range slices.Compact([]string{at.Dir, at.Root}) {
		for _, name := range load.GoFiles(dir) {
			data, _ := os.ReadFile(name)
			for _, m := range generateLine.FindAllSubmatch(data, -1) {
				if built, err := ctx.MatchFile(dir, filepath.Base(name)); err != nil || !built {
					continue
				}
				args, ok := arguments(words(strings.TrimSpace(string(m[1]))))
				if !ok {
					return nil
				}
				lines = append(lines, GenerateLine{Dir: dir, Args: args})
			}
		}
	}
	return lines
}

// words splits the text of a //go:generate line as go generate does. It returns nil if the
// line has variables: only go generate knows their values.
func words(text string) (list []string) {
	if strings.Contains(text, "$") {
		return nil
	}
	for text != "" {
		word, _, _ := strings.Cut(strings.ReplaceAll(text, "\t", " "), " ")
		value := word
		if text[0] == '"' {
			var err error
			if word, err = strconv.QuotedPrefix(text); err != nil {
				return nil
			}
			value, _ = strconv.Unquote(word)
		}
		list = append(list, value)
		text = strings.TrimLeft(text[len(word):], " \t")
	}
	return list
}

// arguments returns the arguments of telemetrygen in a command that runs it as a program,
// as a tool of the module, or with go run.
func arguments(command []string) (args []string, ok bool) {
	if len(command) > 2 && command[0] == "go" && (command[1] == "run" || command[1] == "tool") {
		command = command[2:]
		for len(command) > 1 && strings.HasPrefix(command[0], "-") && strings.Contains(command[0], "=") && command[0][:2] != "-C" {
			command = command[1:]
		}
	}
	if len(command) == 0 {
		return nil, false
	}
	program, _, _ := strings.Cut(command[0], "@")
	return command[1:], path.Base(program) == "telemetrygen"
}

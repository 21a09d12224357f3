package load

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
)

// Tags are the tags that the CLI is built with: those of --tags and those
// of GOFLAGS, comma-separated. The go command takes the -tags of its command
// line instead of those of GOFLAGS, so a caller that passes one has to pass both.
func Tags(ctx context.Context, dir, asked string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "env", "GOFLAGS")
	cmd.Dir = dir
	flags, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go env GOFLAGS: %w", err)
	}
	return mergedTags(strings.TrimSpace(string(flags)), asked), nil
}

// mergedTags adds the tags of a GOFLAGS value to those asked for. GOFLAGS is a
// list of flags between spaces; one that holds a space is quoted as a whole.
func mergedTags(goflags, asked string) string {
	var tags []string
	seen := map[string]bool{}
	add := func(list string) {
		for _, tag := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' }) {
			if !seen[tag] {
				seen[tag] = true
				tags = append(tags, tag)
			}
		}
	}
	add(asked)
	last := "" // as for the go command
	for _, flag := range splitFlags(goflags) {
		if list, ok := strings.CutPrefix("-"+strings.TrimLeft(flag, "-"), "-tags="); ok {
			last = list
		}
	}
	add(last)
	return strings.Join(tags, ",")
}

func splitFlags(goflags string) []string {
	var flags []string
	for rest := strings.TrimSpace(goflags); rest != ""; rest = strings.TrimSpace(rest) {
		end := " "
		if rest[0] == '\'' || rest[0] == '"' {
			end, rest = rest[:1], rest[1:]
		}
		var flag string
		flag, rest, _ = strings.Cut(rest, end)
		flags = append(flags, flag)
	}
	return flags
}

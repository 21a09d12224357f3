package release

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// ours maps what can be called ("telemetry-collector release") to its help.
func ours(t *testing.T) map[string]string {
	t.Helper()
	dir := commands(t)
	helps := map[string]string{}
	subcommand := regexp.MustCompile(`(?m)^  ([a-z]+) +[A-Z]`)
	for _, program := range []string{"telemetrygen", "telemetry-collector"} {
		help := func(args ...string) string {
			output, err := exec.Command(filepath.Join(dir, program), append(args, "--help")...).CombinedOutput()
			if err != nil {
				t.Fatalf("%s %v: %v\n%s", program, args, err, output)
			}
			return string(output)
		}
		helps[program] = help()
		if _, list, ok := strings.Cut(helps[program], "Available Commands:"); ok {
			list, _, _ = strings.Cut(list, "Flags:")
			for _, match := range subcommand.FindAllStringSubmatch(list, -1) {
				helps[program+" "+match[1]] = help(match[1])
			}
		}
	}
	return helps
}

var (
	flagName     = regexp.MustCompile(`(?:^|[\s\[])--([a-z][a-z-]+)`)
	variableName = regexp.MustCompile(`\bTELEMETRY_[A-Z_]+`)
	inline       = regexp.MustCompile("`([^`\n]+)`")
	assignment   = regexp.MustCompile(`^[A-Z_]+=`)
)

// TestFlagsThatThePagesNameExist looks at each command line of ours in the pages,
// and at each flag and variable that stands by itself.
func TestFlagsThatThePagesNameExist(t *testing.T) {
	helps := ours(t)
	anyHelp := strings.Join(slices.Collect(maps.Values(helps)), "\n")
	named := 0
	for _, page := range pages(t) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		lines := commandLines(string(text))
		theirs := map[string]bool{} // flags of other programs that the page calls
		for _, line := range lines {
			if _, ours := helpFor(helps, line); !ours {
				for _, match := range flagName.FindAllStringSubmatch(line, -1) {
					theirs[match[1]] = true
				}
			}
		}
		for _, line := range lines {
			help, ours := helpFor(helps, line)
			if !ours {
				continue
			}
			for _, match := range flagName.FindAllStringSubmatch(line, -1) {
				named++
				if strings.HasPrefix(line, "--") && theirs[match[1]] {
					continue
				}
				if !regexp.MustCompile(`(?m)^ .*--` + match[1] + `\b(?:[^-]|$)`).MatchString(help) {
					t.Errorf("%s: %s: there is no --%s", page, line, match[1])
				}
			}
		}
		for _, name := range variableName.FindAllString(string(text), -1) {
			if name == "TELEMETRY_COLLECTOR" || name == "TELEMETRY_DOMAIN" {
				continue // of Caddyfile and compose.yaml
			}
			named++
			flag := "--" + strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(name, "TELEMETRY_"), "_", "-"))
			if secret := strings.TrimSuffix(name, "_FILE"); !strings.Contains(anyHelp, secret) && !strings.Contains(anyHelp, flag) {
				t.Errorf("%s: nothing reads %s", page, name)
			}
		}
	}
	if named < 60 {
		t.Errorf("%d flags and variables: the pages are not read any more", named)
	}
}

// commandLines are the lines of the code blocks, with those that go on joined, and
// what stands in backquotes.
func commandLines(page string) []string {
	var lines []string
	joined := strings.ReplaceAll(page, "\\\n", " ")
	fenced := false
	for line := range strings.Lines(joined) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "```"):
			fenced = !fenced
		case fenced || strings.HasPrefix(line, "    "):
			command, _, _ := strings.Cut(line, " # ")
			for _, part := range regexp.MustCompile(`&&|;|\|`).Split(command, -1) {
				lines = append(lines, strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(part), "//go:generate ")))
			}
		default:
			for _, match := range inline.FindAllStringSubmatch(line, -1) {
				lines = append(lines, match[1])
			}
		}
	}
	return lines
}

// helpFor is the help of what a line calls. A flag by itself may be one of any.
func helpFor(helps map[string]string, line string) (string, bool) {
	words := strings.Fields(line)
	for len(words) > 0 && assignment.MatchString(words[0]) {
		words = words[1:]
	}
	if len(words) > 2 && words[0] == "go" && (words[1] == "run" || words[1] == "tool") {
		words = words[2:]
	}
	if len(words) == 0 {
		return "", false
	}
	if strings.HasPrefix(words[0], "--") {
		return strings.Join(slices.Collect(maps.Values(helps)), "\n"), true
	}
	program, _, _ := strings.Cut(words[0][strings.LastIndexByte(words[0], '/')+1:], "@")
	if len(words) > 1 {
		if help, ok := helps[program+" "+words[1]]; ok {
			return help, true
		}
	}
	help, ok := helps[program]
	return help, ok
}

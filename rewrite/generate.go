package rewrite

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/telemetrygen/telemetrygen"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/commands"
)

// Settings are what the flags of the //go:generate line say. They end up in
// the generated config.go.
type Settings struct {
	App      string        // first word of every path, and the folder under ~/.config
	Endpoint string        // URL of the collector; "" means nothing is ever sent
	Interval time.Duration // least time between two uploads; negative means never
	Consent  string        // "opt-out" or "opt-in"
}

// checksumPrefix starts the second line of every generated Go file. The sum
// covers the rest of the file, line ends aside, so that an edit by hand is
// noticed before it is overwritten.
const checksumPrefix = "// checksum: "

func sealed(body []byte) []byte {
	return []byte(marker + "\n" + checksumPrefix + checksum(body) + "\n\n" + string(body))
}

func checksum(body []byte) string {
	sum := sha256.Sum256(bytes.ReplaceAll(body, []byte("\r\n"), []byte("\n")))
	return hex.EncodeToString(sum[:8])
}

// unsealed returns the body of a generated file and whether it is unedited.
func unsealed(data []byte) (body []byte, intact bool) {
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	head, body, ok := bytes.Cut(data, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !ok || len(lines) != 2 || lines[0] != marker || !strings.HasPrefix(lines[1], checksumPrefix) {
		return nil, false
	}
	return body, strings.TrimPrefix(lines[1], checksumPrefix) == checksum(body)
}

// A DirtyError names generated files that somebody edited.
type DirtyError struct{ Files []string }

func (e *DirtyError) Error() string {
	return fmt.Sprintf("edited by hand since it was generated: %s; take the edit out (or delete the file) and run telemetrygen again, generated files are overwritten", strings.Join(e.Files, ", "))
}

// generatedFiles lists the Go files of the runtime package that are on disk,
// and fails when one was edited.
func generatedFiles(dir string) (map[string][]byte, error) {
	files := map[string][]byte{}
	names, _ := filepath.Glob(filepath.Join(dir, "*.go"))
	var dirty []string
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if !bytes.HasPrefix(data, []byte(marker)) {
			continue // the author's own file beside ours
		}
		if _, intact := unsealed(data); !intact {
			dirty = append(dirty, name)
		}
		files[name] = data
	}
	if len(dirty) > 0 {
		return nil, &DirtyError{dirty}
	}
	return files, nil
}

var packageClause = regexp.MustCompile(`(?m)^package telemetry$`)

// treeFile lets the CLI print its command tree. It is there while the generator
// builds the CLI to ask for that, and never in the author's module.
const treeFile = "tree.go"

// runtimeFiles returns the Go files of the runtime package, by name, for a
// package of that name.
func runtimeFiles(dir, name string, config []byte) (map[string][]byte, error) {
	files := map[string][]byte{}
	sources, err := fs.Glob(telemetrygen.RuntimeSource, "runtime/*.go")
	if err != nil {
		return nil, err
	}
	for _, source := range sources {
		base := filepath.Base(source)
		if strings.HasSuffix(base, "_test.go") || base == "config.go" {
			continue
		}
		body, err := telemetrygen.RuntimeSource.ReadFile(source)
		if err != nil {
			return nil, err
		}
		body = packageClause.ReplaceAll(body, []byte("package "+name))
		files[filepath.Join(dir, base)] = sealed(body)
	}
	files[filepath.Join(dir, "config.go")] = sealed(config)
	return files, nil
}

// configSource is the body of config.go. The undo lines say what --remove has
// to do in go.mod.
func configSource(pkg, mainPath string, s Settings, undo string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "//go:build !notelemetry\n\npackage %s\n\nimport \"time\"\n\n", pkg)
	fmt.Fprintf(&b, "// Set by the flags of the //go:generate line of %s\n", mainPath)
	fmt.Fprintf(&b, "const (\n")
	fmt.Fprintf(&b, "\tapp            = %s\n", strconv.Quote(s.App))
	fmt.Fprintf(&b, "\tvariable       = %s\n", strconv.Quote(commands.Variable(s.App)))
	fmt.Fprintf(&b, "\tendpoint       = %s\n", strconv.Quote(s.Endpoint))
	fmt.Fprintf(&b, "\tuploadInterval = %d * time.Second\n", int64(s.Interval/time.Second))
	fmt.Fprintf(&b, "\tconsentMode    = %s\n)\n", strconv.Quote(s.Consent))
	if undo != "" {
		fmt.Fprintf(&b, "\n%s\n", undoHeading)
		for _, line := range strings.Split(strings.TrimRight(undo, "\n"), "\n") {
			fmt.Fprintf(&b, "//\t%s\n", line)
		}
	}
	return b.Bytes()
}

const undoHeading = "// What telemetrygen --remove undoes beside the source:\n//"

// config is what a config.go says.
type config struct {
	Settings
	mainPath string
	undo     string
}

var configField = regexp.MustCompile(`(?m)^\t(app|endpoint|consentMode)\s+= (".*")$`)
var configInterval = regexp.MustCompile(`(?m)^\tuploadInterval = (-?\d+) \* time\.Second$`)
var configMain = regexp.MustCompile(`(?m)^// Set by the flags of the //go:generate line of (\S+)$`)

// readConfig reads what an earlier run wrote.
func readConfig(dir string) (config, error) {
	var c config
	data, err := os.ReadFile(filepath.Join(dir, "config.go"))
	if err != nil {
		return c, err
	}
	body, _ := unsealed(data)
	for _, match := range configField.FindAllSubmatch(body, -1) {
		value, err := strconv.Unquote(string(match[2]))
		if err != nil {
			return c, fmt.Errorf("%s: %w", filepath.Join(dir, "config.go"), err)
		}
		switch string(match[1]) {
		case "app":
			c.App = value
		case "endpoint":
			c.Endpoint = value
		case "consentMode":
			c.Consent = value
		}
	}
	if match := configInterval.FindSubmatch(body); match != nil {
		seconds, err := strconv.ParseInt(string(match[1]), 10, 64)
		if err != nil {
			return c, err
		}
		c.Interval = time.Duration(seconds) * time.Second
	}
	if match := configMain.FindSubmatch(body); match != nil {
		c.mainPath = string(match[1])
	}
	if _, undo, ok := strings.Cut(string(body), undoHeading+"\n"); ok {
		for _, line := range strings.Split(strings.TrimRight(undo, "\n"), "\n") {
			c.undo += strings.TrimPrefix(line, "//\t") + "\n"
		}
	}
	return c, nil
}

func sortedNames(files map[string][]byte) []string {
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

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
	"strings"
	"time"

	"github.com/telemetrygen/telemetrygen"
)

// Settings are what the flags of the //go:generate line say. They end up in
// the generated config.go.
type Settings struct {
	App      string        // first word of every path
	Folder   string        // the folder under ~/.config; "" is App
	Command  string        // the name of the telemetry command; "" is "telemetry"
	Endpoint string        // URL of the collector; "" means nothing is ever sent
	Interval time.Duration // least time between two uploads; negative means never
	Consent  string        // "opt-out" or "opt-in"
	Excluded []string      // command paths that are never recorded, nor what is below them
	Tags     string        // build tags of --tags, comma-separated
}

// DefaultCommand is the name of the telemetry command where the CLI has none of that name.
const DefaultCommand = "telemetry"

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

func sortedNames(files map[string][]byte) []string {
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

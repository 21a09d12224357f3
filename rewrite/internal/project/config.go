package project

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/gomod"
)

// A Config is what a config.go says: the settings, as constants of the runtime
// package, and what a later run needs to know, in a comment.
type Config struct {
	Settings
	State
}

// A State is the comment. It marshals to one line of JSON.
type State struct {
	Main string     `json:"main"`           // import path of the main package
	Tags string     `json:"tags,omitempty"` // of --tags, comma-separated
	Undo gomod.Undo `json:"undo,omitzero"`  // what --remove undoes in go.mod, go.sum and vendor/

	// Factored are the files whose only import stood in parentheses. Once a second import
	// stands there, the source does not show that.
	Factored []string `json:"factored,omitempty"`
}

// IsFactored reports whether the only import of a file, named relative to the
// module, stood in parentheses.
func (s State) IsFactored(name string) bool { return slices.Contains(s.Factored, name) }

const stateComment = "//telemetrygen:state "

// Source returns the body of config.go for a runtime package of that name.
func (c Config) Source(pkg string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "//go:build !notelemetry\n\npackage %s\n\nimport \"time\"\n\n", pkg)
	b.WriteString(stateComment)
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(c.State) // ends in a line end; cannot fail: it is made of strings
	b.WriteString("\n")
	fmt.Fprintf(&b, "// Set by the flags of the //go:generate line of %s\n", c.Main)
	fmt.Fprintf(&b, "const (\n")
	fmt.Fprintf(&b, "\tapp            = %q\n", c.App)
	fmt.Fprintf(&b, "\tfolderName     = %q\n", cmp.Or(c.Folder, c.App))
	fmt.Fprintf(&b, "\tcommand        = %q\n", cmp.Or(c.Settings.Command, Command))
	fmt.Fprintf(&b, "\tvariable       = %q\n", c.Env())
	fmt.Fprintf(&b, "\tendpoint       = %q\n", c.Endpoint)
	fmt.Fprintf(&b, "\tuploadInterval = %d * time.Second\n", int64(c.Interval/time.Second))
	fmt.Fprintf(&b, "\tconsentMode    = %q\n", c.Consent)
	fmt.Fprintf(&b, "\texcluded       = %q\n)\n", strings.Join(c.Excluded, "\n"))
	return b.Bytes()
}

// ReadConfig reads what an earlier run wrote in a folder.
func ReadConfig(dir string) (Config, error) {
	data, err := os.ReadFile(filepath.Join(dir, ConfigFile))
	var c Config
	if err == nil {
		c, err = parseConfig(data, filepath.Base(dir))
	}
	if err != nil {
		return Config{}, fmt.Errorf("%w; get %s back with git, or delete the folder %s and run telemetrygen again with all flags", err, ConfigFile, dir)
	}
	return c, nil
}

// parseConfig reads the config.go of a package. It is an error if the package is not called
// name, as its folder is: Strip finds edits by that name.
func parseConfig(data []byte, name string) (c Config, err error) {
	f, err := parser.ParseFile(token.NewFileSet(), "", data, parser.SkipObjectResolution)
	if err != nil {
		return c, err
	}
	if f.Name.Name != name {
		return c, fmt.Errorf("%s says package %s in a folder named %s: give both one name", ConfigFile, f.Name.Name, name)
	}
	_, state, _ := bytes.Cut(data, []byte("\n"+stateComment))
	state, _, _ = bytes.Cut(state, []byte("\n"))
	if err := json.Unmarshal(state, &c.State); err != nil || c.Main == "" {
		return c, fmt.Errorf("%s has no whole line %s, so it was edited, or made by another version of telemetrygen", ConfigFile, strings.TrimSpace(stateComment))
	}
	constants := map[string]string{} // as the source has them
	for n := range ast.Preorder(f) {
		if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Values) == 1 {
			constants[spec.Names[0].Name] = types.ExprString(spec.Values[0])
		}
	}
	var excluded string
	for name, text := range map[string]*string{"app": &c.App, "folderName": &c.Folder, "command": &c.Command, "endpoint": &c.Endpoint, "consentMode": &c.Consent, "excluded": &excluded} {
		if *text, err = strconv.Unquote(constants[name]); err != nil {
			return c, fmt.Errorf("constant %s: %w", name, err)
		}
	}
	if _, err := fmt.Sscanf(constants["uploadInterval"], "%d * time.Second", &c.Interval); err != nil {
		return c, fmt.Errorf("constant uploadInterval: %w", err)
	}
	c.Interval *= time.Second
	if excluded != "" {
		c.Excluded = strings.Split(excluded, "\n")
	}
	if c.Folder == c.App {
		c.Folder = ""
	}
	if c.Settings.Command == Command {
		c.Settings.Command = ""
	}
	return c, nil
}

//go:build !notelemetry

package telemetry

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"testing"
)

// sources parses the files that are copied into a CLI.
func sources(t *testing.T) (*token.FileSet, map[string]*ast.File) {
	t.Helper()
	names, err := filepath.Glob("*.go")
	must(t, err)
	leaf, err := filepath.Glob("exit/*.go")
	must(t, err)
	names = append(names, leaf...)
	set, files := token.NewFileSet(), map[string]*ast.File{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		if files[name], err = parser.ParseFile(set, name, nil, parser.ParseComments); err != nil {
			t.Fatal(err)
		}
	}
	return set, files
}

// exported lists the declarations that the generator's code can use.
func exported(t *testing.T, disabled bool) string {
	set, files := sources(t)
	var api []string
	for name, file := range files {
		if name != "exits.go" && (filepath.Base(name) == "disabled.go") != disabled {
			continue
		}
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.IsExported() {
				var text bytes.Buffer
				_ = printer.Fprint(&text, set, f.Type)
				api = append(api, filepath.Dir(name)+" "+f.Name.Name+" "+text.String())
			}
			if d, ok := decl.(*ast.GenDecl); ok {
				for _, spec := range d.Specs {
					if s, ok := spec.(*ast.TypeSpec); ok && s.Name.IsExported() {
						api = append(api, "type "+s.Name.Name)
					}
				}
			}
		}
	}
	sort.Strings(api)
	return strings.Join(api, "\n")
}

func TestSameInterfaceWhenCompiledOut(t *testing.T) {
	if with, without := exported(t, false), exported(t, true); with != without || len(strings.Split(with, "\n")) != 12 {
		t.Errorf("with telemetry\n%s\nwithout\n%s", with, without)
	}
}

// The source lands in a stranger's module: small, and importing nothing but
// what is promised. Every file is compiled out by notelemetry.
// TestSourceNeedsNothingElseAndDoesNotGrow holds the imports and the size.
func TestSourceNeedsNothingElseAndDoesNotGrow(t *testing.T) {
	_, files := sources(t)
	code, shipped := 0, 0 // shipped: in one Linux binary
	for name, file := range files {
		for _, spec := range file.Imports {
			switch path := strings.Trim(spec.Path.Value, `"`); {
			case !strings.Contains(strings.SplitN(path, "/", 2)[0], "."): // the standard library
			case filepath.Dir(name) == "exit": // every package of a CLI imports it
				t.Errorf("%s imports %s", name, path)
			case path == "github.com/telemetrygen/telemetrygen/runtime/exit": // the generator substitutes the path
			case path == "github.com/spf13/cobra", path == "gopkg.in/yaml.v3", path == "github.com/google/uuid":
			default:
				t.Errorf("%s imports %s", name, path)
			}
		}
		data, err := os.ReadFile(name)
		must(t, err)
		for _, line := range strings.Split(string(data), "\n") {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "//") {
				code++
				if name != "tree.go" && filepath.Base(name) != "disabled.go" && name != "os_windows.go" && name != "os_other.go" {
					shipped++
				}
			}
		}
		if name == "exits.go" { // only passes on what package exit does
			continue
		}
		expr, err := constraint.Parse(strings.SplitN(string(data), "\n", 2)[0])
		must(t, err)
		off := expr.Eval(func(tag string) bool { return tag == "notelemetry" || tag == "linux" || tag == "telemetrygen" })
		if off != (filepath.Base(name) == "disabled.go") {
			t.Errorf("%s and the tag notelemetry", name)
		}
	}
	if t.Logf("%d lines of code, %d of them in one binary", code, shipped); shipped >= 1198 {
		t.Error("the runtime grows: it is to be read in a review")
	}
}

// The oldest language version that a CLI may have in its go.mod, and the other systems.
func TestBuildsElsewhere(t *testing.T) {
	long(t)
	t.Parallel()
	for _, goos := range []string{"linux", "darwin", "windows"} {
		for _, tags := range []string{"", "notelemetry", "telemetrygen"} {
			if tags != "" && goos != "linux" {
				continue
			}
			cmd := exec.Command("go", "vet", "-tags", tags, ".")
			if goos == "linux" { // vet has no switch for the language
				cmd = exec.Command("go", "build", "-tags", tags, "-gcflags=-lang=go1.17", ".", "./exit")
			}
			cmd.Env = append(os.Environ(), "GOOS="+goos, "CGO_ENABLED=0")
			if text, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s, tags %q: %v\n%s", goos, tags, err, text)
			}
		}
	}
}

// With the tag notelemetry there is nothing left: no endpoint, no HTTP, no file.
func TestCompiledOut(t *testing.T) {
	long(t)
	t.Parallel()
	cli := filepath.Join(t.TempDir(), "pace")
	must(t, build(cli, "./testdata/pace/instrumented", "-tags", "notelemetry"))
	data, err := os.ReadFile(cli)
	must(t, err)
	full, err := os.ReadFile(built.cli)
	must(t, err)
	symbols := func(program string) string {
		text, err := exec.Command("go", "tool", "nm", program).Output()
		must(t, err)
		return string(text)
	}
	with, without := symbols(built.cli), symbols(cli)
	for _, name := range []string{"net/http.", "yaml%2ev3.", "google/uuid."} {
		if strings.Contains(without, name) || !strings.Contains(with, name) {
			t.Errorf("%s: in the binary without %v, with %v", name, strings.Contains(without, name), strings.Contains(with, name))
		}
	}
	for _, text := range []string{endpoint, "telemetry-baseline", "DO_NOT_TRACK"} {
		if bytes.Contains(data, []byte(text)) || !bytes.Contains(full, []byte(text)) {
			t.Errorf("%q is in the binary without telemetry, or in none", text)
		}
	}
	deps, err := exec.Command("go", "list", "-deps", "-tags", "notelemetry", ".").Output()
	must(t, err)
	if strings.Contains(string(deps), "net/http") {
		t.Error("net/http is linked")
	}
	h := newHome(t, "PACE_TELEMETRY=on")
	for _, args := range []string{"get data-policy", "end three", "end check", "end fatal", "nope", "end panic", "hooked plain"} {
		sameForUser(t, h.runProgram(cli, strings.Fields(args)...), h.runProgram(built.twin, strings.Fields(args)...))
	}
	h.nothingKept()
}

// The generator asks for the tree: every path, and no command runs.
func TestTreeForTheGenerator(t *testing.T) {
	long(t)
	t.Parallel()
	cli := filepath.Join(t.TempDir(), "pace")
	must(t, build(cli, "./testdata/pace/instrumented", "-tags", "telemetrygen"))
	h := newHome(t)
	list := filepath.Join(t.TempDir(), "commands")
	h.env = append(h.env, "TELEMETRYGEN_COMMANDS="+list)
	if got := h.runProgram(cli, "--help"); got != (outcome{}) {
		t.Errorf("the dump prints or fails: %+v", got)
	}
	h.nothingKept()
	data, err := os.ReadFile(list)
	must(t, err)
	var tree struct {
		Name     string
		Commands []struct{ Path string }
	}
	must(t, json.Unmarshal(data, &tree))
	got := []string{app}
	for _, cmd := range tree.Commands {
		got = append(got, app+" "+cmd.Path)
	}
	want := append(strings.Split(strings.TrimSuffix(commands, "\n"), "\n"), "pace hooked unlisted-plugin")
	sort.Strings(want)
	sort.Strings(got)
	if strings.Join(got, "\n") != strings.Join(want, "\n") || tree.Name != "pace" {
		t.Errorf("the tree is\n%s", data)
	}
}

// Inert until Start ran: a CLI's own tests execute its commands in-process.
func TestInertWithoutStart(t *testing.T) {
	h := newHome(t)
	t.Setenv("HOME", h.dir)
	t.Setenv("XDG_CONFIG_HOME", "")
	for _, started := range []bool{false, true} {
		if started {
			defer Start()() // in a test binary Start arms nothing
		}
		root := sampleRoot()
		if Track(root) != root || root.Execute() != nil {
			t.Error("the command does not run")
		}
		Exiting(1)
		if process.root != nil || process.mine != nil || process.decided || root.PersistentPreRunE != nil {
			t.Error("something was remembered")
		}
	}
	h.nothingKept()
}

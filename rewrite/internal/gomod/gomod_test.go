package gomod_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/gomod"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/transaction"
)

const (
	program = "package main\n\nimport \"github.com/spf13/cobra\"\n\nfunc main() { (&cobra.Command{}).Execute() }\n"
	// runtimePackage imports what the runtime imports.
	runtimePackage = "package main\n\nimport (\n\t_ \"github.com/google/uuid\"\n\t_ \"gopkg.in/yaml.v3\"\n)\n"
	usesYAML       = "package main\n\nimport _ \"gopkg.in/yaml.v3\"\n"

	separate   = "module example.com/cli\n\ngo 1.21\n\nrequire github.com/spf13/cobra v1.10.2\n\nrequire (\n\tgithub.com/inconshreveable/mousetrap v1.1.0 // indirect\n\tgithub.com/spf13/pflag v1.0.9 // indirect\n)\n"
	flat       = "module example.com/cli\n\ngo 1.21\n\nrequire (\n\tgithub.com/inconshreveable/mousetrap v1.1.0 // indirect\n\tgithub.com/spf13/cobra v1.10.2 // commands\n\tgithub.com/spf13/pflag v1.0.9 // indirect\n)\n"
	indirect   = "module example.com/cli\n\ngo 1.21\n\ntoolchain go1.21.0\n\nrequire github.com/spf13/cobra v1.10.2\n\nrequire (\n\tgithub.com/google/uuid v1.3.0 // indirect\n\tgithub.com/inconshreveable/mousetrap v1.1.0 // indirect\n\tgithub.com/spf13/pflag v1.0.9 // indirect\n)\n"
	newerCheck = "\nrequire (\n\tgithub.com/kr/pretty v0.3.1\n\tgithub.com/kr/text v0.2.0\n\tgithub.com/rogpeppe/go-internal v1.9.0\n\tgopkg.in/check.v1 v1.0.0-20201130134442-10cb98267c6c\n)\n"
	old        = "module example.com/cli\n\ngo 1.17\n\nrequire github.com/spf13/cobra v1.2.1\n\nrequire (\n\tgithub.com/inconshreveable/mousetrap v1.0.0 // indirect\n\tgithub.com/spf13/pflag v1.0.5 // indirect\n)\n"
)

// TestAddBuildsAndRemoveGivesBackEveryByte adds to real modules: they build
// with what the runtime imports, no line that was there is lost but for its
// place or its "// indirect", and Remove is the exact inverse.
func TestAddBuildsAndRemoveGivesBackEveryByte(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long; not with -short")
	}
	for _, test := range []struct {
		name, goMod string
		edit        func(string) string
	}{
		{"separate blocks", separate, nil},
		{"one block with comments", flat, nil},
		{"indirect already, at an older version", indirect, nil},
		{"go 1.17 and an old cobra", old, nil},
		{"CRLF", separate, func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }},
		{"no final newline", separate, func(s string) string { return strings.TrimSuffix(s, "\n") }},
		{"not formatted", separate, func(s string) string { return strings.Replace(s, "require (", "require  (\n", 1) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, dir, "go.mod", test.goMod)
			write(t, dir, "main.go", program)
			goTool(t, dir, "mod", "download", "all") // completes go.sum
			goMod := test.goMod
			if test.edit != nil {
				goMod = test.edit(goMod)
				write(t, dir, "go.sum", test.edit(readAll(t, dir)["go.sum"]))
			}
			write(t, dir, "go.mod", goMod)
			before := readAll(t, dir)

			changes, undo, err := gomod.Add(context.Background(), dir, nil)
			if err != nil {
				t.Fatal(err)
			}
			apply(t, dir, changes)
			after := readAll(t, dir)
			for _, line := range strings.Fields(strings.ReplaceAll(goMod, "// indirect", "")) {
				if !strings.Contains(after["go.mod"], line) {
					t.Errorf("%q is gone from go.mod:\n%s", line, after["go.mod"])
				}
			}
			write(t, dir, "runtime.go", runtimePackage)
			goTool(t, dir, "build", "-mod=readonly", "-o", os.DevNull, ".")
			if again, _, err := gomod.Add(context.Background(), dir, nil); err != nil || len(again) > 0 {
				t.Errorf("adding again: %d changes, %v", len(again), err)
			}
			os.Remove(filepath.Join(dir, "runtime.go"))

			back, err := gomod.Remove(dir, undo, nobody, nobody)
			if err != nil {
				t.Fatal(err)
			}
			apply(t, dir, back)
			sameFiles(t, dir, before)
		})
	}
}

func TestRemoveKeepsWhatTheAuthorUsesByNow(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long; not with -short")
	}
	dir := t.TempDir()
	write(t, dir, "go.mod", separate)
	write(t, dir, "main.go", program)
	goTool(t, dir, "mod", "download", "all")
	changes, undo, err := gomod.Add(context.Background(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	apply(t, dir, changes)
	write(t, dir, "yaml.go", usesYAML)
	back, err := gomod.Remove(dir, undo, func(path string) bool { return path == "gopkg.in/yaml.v3" }, nobody)
	if err != nil {
		t.Fatal(err)
	}
	apply(t, dir, back)
	goTool(t, dir, "build", "-mod=readonly", "-o", os.DevNull, ".")
	if got := readAll(t, dir)["go.mod"]; strings.Contains(got, "uuid") || !strings.Contains(got, "yaml.v3") {
		t.Errorf("go.mod is\n%s", got)
	}
}

// TestVendorIsWhatGoModVendorMakes compares with the go command's own result, also where
// vendor/modules.txt names a module without its package, with CRLF, and where go.mod
// replaces a module.
func TestVendorIsWhatGoModVendorMakes(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long; not with -short")
	}
	for _, test := range []struct{ name, goMod, eol string }{
		{"not required", separate, "\r\n"},
		{"required, and not imported", indirect, "\n"},
		{"replaced by a folder", separate + "\nreplace gopkg.in/yaml.v3 => ./yaml\n", "\n"},
		{"replaced by another module", separate + "\nreplace github.com/google/uuid => github.com/google/uuid v1.3.0\n", "\n"},
		{"one version replaced", indirect + "\nreplace github.com/google/uuid v1.3.0 => github.com/google/uuid v1.6.0\n\nreplace example.com/none => ./none\n", "\r\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			testVendor(t, test.goMod, test.eol)
		})
	}
}

func testVendor(t *testing.T, goMod, eol string) {
	dir := t.TempDir()
	write(t, dir, "go.mod", goMod)
	write(t, dir, "main.go", program)
	if err := os.Mkdir(filepath.Join(dir, "yaml"), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "yaml/go.mod", "module gopkg.in/yaml.v3\n\ngo 1.20\n")
	write(t, dir, "yaml/yaml.go", "package yaml\n")
	goTool(t, dir, "mod", "download", "all")
	goTool(t, dir, "mod", "vendor")
	list := strings.ReplaceAll(readAll(t, dir)["vendor/modules.txt"], "\n", eol)
	write(t, dir, "vendor/modules.txt", list)
	before := readAll(t, dir)
	changes, undo, err := gomod.Add(context.Background(), dir, []string{"github.com/spf13/pflag"})
	if err != nil {
		t.Fatal(err)
	}
	apply(t, dir, changes)
	write(t, dir, "runtime.go", runtimePackage)
	write(t, dir, "loggers.go", "package main\n\nimport _ \"github.com/spf13/pflag\"\n")
	goTool(t, dir, "build", "-trimpath", "-mod=vendor", "-o", os.DevNull, ".") // what vendor/ has was compiled for another case
	ours := readAll(t, dir)
	direct := ours["go.mod"]
	goTool(t, dir, "mod", "vendor")
	for name, content := range readAll(t, dir) {
		if name == "vendor/modules.txt" {
			content = strings.ReplaceAll(content, "\n", eol)
			write(t, dir, name, content)
		}
		if ours[name] != content {
			t.Errorf("%s is %q, go mod vendor makes it %q", name, ours[name], content)
		}
		delete(ours, name)
	}
	for name := range ours {
		t.Errorf("%s is too much", name)
	}
	if strings.Contains(direct, "pflag v1.0.9 // indirect") {
		t.Errorf("the logger is still indirect in go.mod:\n%s", direct)
	}
	os.Remove(filepath.Join(dir, "runtime.go"))
	os.Remove(filepath.Join(dir, "loggers.go"))
	back, err := gomod.Remove(dir, undo, nobody, nobody)
	if err != nil {
		t.Fatal(err)
	}
	apply(t, dir, back)
	sameFiles(t, dir, before)
}

// TestVendorOfAWorkspace: since go 1.22 a workspace may have the vendor/ of its modules.
func TestVendorOfAWorkspace(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long; not with -short")
	}
	t.Parallel()
	for _, test := range []struct{ name, required, later string }{
		{"of one module", "", ""},
		{"where another requires what the runtime needs", "gopkg.in/yaml.v3 v3.0.1 // indirect", ""},
		{"where another imports it later", "", "gopkg.in/yaml.v3 v3.0.1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			testWorkspace(t, test.required, test.later)
		})
	}
}

func testWorkspace(t *testing.T, required, later string) {
	root := t.TempDir()
	dir := filepath.Join(root, "cli")
	for _, made := range []string{dir, filepath.Join(root, "other")} {
		if err := os.Mkdir(made, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	workspace := "go 1.24\n\nuse ./cli\n"
	if required != "" || later != "" {
		workspace += "use ./other\n"
	}
	write(t, root, "go.work", workspace)
	other := func(require, source string) {
		goMod := "module example.com/other\n\ngo 1.24\n"
		if require != "" {
			goMod += "\nrequire " + require + "\n"
		}
		write(t, root, "other/go.mod", goMod)
		write(t, root, "other/other.go", "package other\n"+source)
	}
	other(required, "")
	write(t, dir, "go.mod", strings.Replace(separate, "go 1.21", "go 1.24", 1))
	write(t, dir, "main.go", program)
	goTool(t, dir, "mod", "download", "all")
	work := func(args ...string) {
		cmd := exec.Command("go", args...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOFLAGS=", "GOWORK=")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	work("work", "vendor")
	before := readAll(t, root)
	changes, undo, err := gomod.Add(context.Background(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	apply(t, root, changes)
	write(t, dir, "runtime.go", runtimePackage)
	work("build", "-trimpath", "-o", os.DevNull, ".")
	ours := readAll(t, root)["vendor/modules.txt"]
	work("work", "vendor")
	if theirs := readAll(t, root)["vendor/modules.txt"]; ours != theirs {
		t.Errorf("vendor/modules.txt is\n%s\ngo work vendor makes\n%s", ours, theirs)
	}
	if later != "" {
		other(later, "\nimport _ \"gopkg.in/yaml.v3\"\n")
		work("work", "vendor")
	}
	os.Remove(filepath.Join(dir, "runtime.go"))
	back, err := gomod.Remove(dir, undo, nobody, nobody)
	if err != nil {
		t.Fatal(err)
	}
	apply(t, root, back)
	if later == "" {
		sameFiles(t, root, before)
	}
	removed := readAll(t, root)
	work("work", "vendor")
	os.Remove(filepath.Join(root, "go.work.sum")) // it has what the other module's go.sum lacks here
	delete(removed, "go.work.sum")
	sameFiles(t, root, removed)
}

// sameFiles compares a folder with what was read of it before.
func sameFiles(t *testing.T, dir string, before map[string]string) {
	t.Helper()
	after := readAll(t, dir)
	for name, content := range before {
		if after[name] != content {
			t.Errorf("%s is\n%q\nit was\n%q", name, after[name], content)
		}
		delete(after, name)
	}
	for name := range after {
		t.Errorf("%s is left", name)
	}
}

func apply(t *testing.T, dir string, changes []transaction.Change) {
	t.Helper()
	if err := transaction.Apply(dir, changes); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func goTool(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, bytes.TrimSpace(out))
	}
}

func readAll(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.Walk(dir, func(name string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		rel, _ := filepath.Rel(dir, name)
		files[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestTidyChangesNothingAfterAdd also has a module whose build selects another
// version of check.v1, which the tests of yaml.v3 need, than yaml.v3 asks for, and
// one in which that version imports a module that is pruned from the module graph.
func TestTidyChangesNothingAfterAdd(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long; not with -short")
	}
	for _, test := range []struct{ name, check, work string }{
		{"the version that yaml.v3 asks for", "", ""},
		{"another version", newerCheck, ""},
		{"another version, in a workspace", newerCheck, "go 1.21\n\nuse .\n"},
		{"another version, with a module that nothing requires", strings.Replace(newerCheck, "\tgithub.com/kr/text v0.2.0\n", "", 1), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if test.work != "" {
				write(t, dir, "go.work", test.work)
			}
			write(t, dir, "go.mod", separate+"\nrequire example.com/dep v0.0.0\n\nreplace example.com/dep => ./dep\n")
			write(t, dir, "main.go", program)
			write(t, dir, "dep.go", "package main\n\nimport _ \"example.com/dep\"\n")
			if err := os.Mkdir(filepath.Join(dir, "dep"), 0o755); err != nil {
				t.Fatal(err)
			}
			write(t, dir, "dep/go.mod", "module example.com/dep\n\ngo 1.21\n"+test.check)
			write(t, dir, "dep/dep.go", "package dep\n")
			goTool(t, dir, "mod", "tidy")
			before := readAll(t, dir)

			changes, undo, err := gomod.Add(context.Background(), dir, nil)
			if err != nil {
				t.Fatal(err)
			}
			apply(t, dir, changes)
			write(t, dir, "runtime.go", runtimePackage)
			ours := readAll(t, dir)
			goTool(t, dir, "mod", "tidy")
			tidy := readAll(t, dir)
			for _, name := range []string{"go.mod", "go.sum"} {
				if ours[name] != tidy[name] {
					t.Errorf("%s is\n%s\ngo mod tidy makes it\n%s", name, ours[name], tidy[name])
				}
			}
			back, err := gomod.Remove(dir, undo, nobody, nobody)
			if err != nil {
				t.Fatal(err)
			}
			apply(t, dir, back)
			os.Remove(filepath.Join(dir, "runtime.go"))
			sameFiles(t, dir, before)
		})
	}
}

// TestExcludedVersion says what to do where go.mod excludes what would be required.
func TestExcludedVersion(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "go.mod", separate+"\nexclude gopkg.in/yaml.v3 v3.0.1\n")
	if _, _, err := gomod.Add(context.Background(), dir, nil); err == nil || !strings.Contains(err.Error(), "excludes gopkg.in/yaml.v3@v3.0.1") || !strings.Contains(err.Error(), "go get gopkg.in/yaml.v3@VERSION") {
		t.Error(err)
	}
}

// nobody imports a module.
func nobody(string) bool { return false }

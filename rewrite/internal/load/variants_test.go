package load_test

import (
	"bytes"
	"go/build"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/loadtest"
)

// TestVariants finds a setting for each file that this machine's build leaves out.
func TestVariants(t *testing.T) {
	cgo := build.Default.CgoEnabled
	build.Default.CgoEnabled = false
	t.Cleanup(func() { build.Default.CgoEnabled = cgo })
	for _, test := range []struct {
		name, tags, files string
		want              []string // file: where
	}{
		{"by its name", "", "-- x_plan9.go --\npackage main\n\nfunc exit() {}\n", []string{"x_plan9.go: plan9/amd64"}},
		{"by its architecture", "", "-- x_s390x.go --\npackage main\n\nfunc exit() {}\n", []string{"x_s390x.go: linux/s390x"}},
		{"by its constraint", "", "-- x.go --\n//go:build js && !linux\n\npackage main\n\nfunc exit() {}\n", []string{"x.go: js/wasm"}},
		{"with cgo", "", "-- x.go --\n//go:build cgo && plan9\n\npackage main\n\nfunc exit() {}\n", []string{"x.go: plan9/amd64, cgo"}},
		{"with a tag", "", "-- x.go --\n//go:build plan9 && pro\n\npackage main\n\nfunc exit() {}\n", []string{"x.go: plan9/amd64, tags pro"}},
		{"with one of two tags", "", "-- x.go --\n//go:build plan9 && free && !pro\n\npackage main\n\nfunc exit() {}\n", []string{"x.go: plan9/amd64, tags free"}},
		{"with two of three tags", "", "-- x.go --\n//go:build free && plan9 && beta && !pro\n\npackage main\n\nfunc exit() {}\n", []string{"x.go: plan9/amd64, tags beta,free"}},
		{"without a tag that is given", "pro,x", "-- x.go --\n//go:build !pro\n\npackage main\n\nfunc exit() {}\n", []string{"x.go: linux/amd64, tags x"}},
		{"with another tag than the given", "pro", "-- x.go --\n//go:build !pro && free\n\npackage main\n\nfunc exit() {}\n", []string{"x.go: linux/amd64, tags free"}},
		{"by a system and an architecture that hardly any file has", "", "-- x_freebsd_riscv64.go --\npackage main\n\nfunc exit() {}\n", []string{"x_freebsd_riscv64.go: freebsd/riscv64"}},
		{"the same in a constraint", "", "-- x_arm.go --\n//go:build netbsd || aix\n\npackage main\n\nfunc exit() {}\n", []string{"x_arm.go: netbsd/arm"}},
		{"by a rare architecture", "", "-- x_loong64.go --\npackage main\n\nfunc exit() {}\n-- y.go --\n//go:build mips64le && !cgo\n\npackage main\n\nfunc exit() {}\n", []string{"x_loong64.go: linux/loong64", "y.go: linux/mips64le"}},
		{"with a tag that is given", "given", "-- x_plan9.go --\n//go:build given\n\npackage main\n\nfunc exit() {}\n", []string{"x_plan9.go: plan9/amd64, tags given"}},
		{"never built", "", "-- x.go --\n//go:build ignore\n\npackage main\n\nfunc exit() {}\n", nil},
		{"built without telemetry", "", "-- x.go --\n//go:build notelemetry\n\npackage main\n\nfunc exit() {}\n", nil},
		{"a test", "", "-- x_plan9_test.go --\npackage main\n\nfunc exit() {}\n", nil},
		{"not wanted", "", "-- x_plan9.go --\npackage main\n", nil},
		{"another package in the folder", "", "-- x_plan9.go --\npackage other\n\nfunc exit() {}\n", nil},
		{"what only it imports", "", "-- x_plan9.go --\npackage main\n\nimport _ \"example.com/cli/nine\"\n-- nine/n.go --\npackage nine\n\nfunc exit() {}\n", []string{"nine/n.go: " + runtime.GOOS + "/" + runtime.GOARCH}},
		{"what is not there", "", "-- x_plan9.go --\npackage main\n\nimport _ \"example.com/cli/lost\"\n\nfunc exit() {}\n",
			[]string{"x_plan9.go: plan9/amd64; type-checked as far as this machine's packages allow"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			g := loadtest.Program(t, "-- example.com/cli/main.go --\npackage main\n\nfunc main() {}\n")
			for _, f := range txtar.Parse([]byte(test.files)).Files {
				name := filepath.Join(g.Dir, filepath.FromSlash(f.Name))
				if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(name, f.Data, 0o644); err != nil {
					t.Fatal(err)
				}
				if filepath.Dir(name) == g.Dir {
					g.Own[0].IgnoredFiles = append(g.Own[0].IgnoredFiles, name)
				}
			}
			g.Tags = test.tags
			variants := g.Variants(func(src []byte) bool { return bytes.Contains(src, []byte("exit")) })
			if err := g.Err(); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, v := range variants {
				got = append(got, g.Sources.Relative(g.NameOf(v.File))+": "+v.Where)
				if with := g.With(g.NameOf(v.File)); with != v.Package {
					t.Errorf("%s was type-checked with %v", g.NameOf(v.File), with)
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}

// TestVariantsSkip leaves a package of ours alone.
func TestVariantsSkip(t *testing.T) {
	g := loadtest.Program(t, "-- example.com/cli/main.go --\npackage main\n\nfunc main() {}\n")
	name := filepath.Join(g.Dir, "x_plan9.go")
	if err := os.WriteFile(name, []byte("package main\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	g.Own[0].IgnoredFiles = []string{name}
	g = load.NewProgram(g.Module, g.Sources, func(string) bool { return true })
	if got := g.Variants(func([]byte) bool { return true }); len(got) > 0 || g.Err() != nil {
		t.Errorf("%v, %v", got, g.Err())
	}
}
